using System.Data.Common;
using River.Storage;

namespace River.Tests.Harness;

/// <summary>The rows of a real store, whose reads a test can break.</summary>
internal sealed class ObservedJobs(IJobs inner) : IJobs
{
    /// <summary>Called before a row is read; may throw or wait.</summary>
    public Func<long, Task> BeforeGet { get; set; } = static _ => Task.CompletedTask;

    public async Task<JobRow?> GetAsync(long id, DbTransaction? transaction, CancellationToken cancellationToken)
    {
        await BeforeGet(id);
        return await inner.GetAsync(id, transaction, cancellationToken);
    }

    public Task<IReadOnlyList<EnqueueResult>> InsertAsync(IReadOnlyList<JobInsert> jobs, DbTransaction? transaction, CancellationToken cancellationToken) =>
        inner.InsertAsync(jobs, transaction, cancellationToken);

    public Task<long> CopyAsync(IReadOnlyList<JobInsert> jobs, DbTransaction? transaction, CancellationToken cancellationToken) =>
        inner.CopyAsync(jobs, transaction, cancellationToken);

    public Task<long> CopyNewAsync(IReadOnlyList<JobInsert> jobs, DbTransaction? transaction, CancellationToken cancellationToken) =>
        inner.CopyNewAsync(jobs, transaction, cancellationToken);

    public Task<IReadOnlyList<JobRow>> ListAsync(JobFilter filter, DbTransaction? transaction, CancellationToken cancellationToken) =>
        inner.ListAsync(filter, transaction, cancellationToken);

    public Task<IReadOnlyList<JobRow>> DeleteManyAsync(JobFilter filter, DbTransaction? transaction, CancellationToken cancellationToken) =>
        inner.DeleteManyAsync(filter, transaction, cancellationToken);

    public Task<JobRow?> CancelAsync(long id, DbTransaction? transaction, CancellationToken cancellationToken) =>
        inner.CancelAsync(id, transaction, cancellationToken);

    public Task<JobRow?> RetryAsync(long id, DbTransaction? transaction, CancellationToken cancellationToken) =>
        inner.RetryAsync(id, transaction, cancellationToken);

    public Task<JobRow?> UpdateAsync(long id, byte[] metadata, DbTransaction? transaction, CancellationToken cancellationToken) =>
        inner.UpdateAsync(id, metadata, transaction, cancellationToken);

    public Task<JobRow?> DeleteAsync(long id, DbTransaction? transaction, CancellationToken cancellationToken) =>
        inner.DeleteAsync(id, transaction, cancellationToken);
}
