using System.Data.Common;

namespace River.Storage;

/// <summary>Rows as callers see them. Each operation joins the caller's transaction where one is given.</summary>
internal interface IJobs
{
    /// <summary>
    /// Inserts all rows or none, and tells the queues of the available ones when that commits. A row whose unique key
    /// is taken isn't inserted: its result is the row that holds the key, also when that is an earlier one of this call.
    /// </summary>
    /// <returns>One result for each row, in the order given.</returns>
    Task<IReadOnlyList<EnqueueResult>> InsertAsync(IReadOnlyList<JobInsert> jobs, DbTransaction? transaction, CancellationToken cancellationToken);

    /// <summary>Inserts rows by the fastest way there is, all or none, and tells the queues.</summary>
    /// <exception cref="UniqueConflictException">A unique key is taken.</exception>
    Task<long> CopyAsync(IReadOnlyList<JobInsert> jobs, DbTransaction? transaction, CancellationToken cancellationToken);

    /// <summary>As <see cref="CopyAsync"/>, but rows whose unique key is taken are passed over, also by an earlier one of this call.</summary>
    /// <returns>How many rows were inserted.</returns>
    Task<long> CopyNewAsync(IReadOnlyList<JobInsert> jobs, DbTransaction? transaction, CancellationToken cancellationToken);

    Task<JobRow?> GetAsync(long id, DbTransaction? transaction, CancellationToken cancellationToken);

    /// <returns>At most as many rows as the filter's limit, in its order.</returns>
    Task<IReadOnlyList<JobRow>> ListAsync(JobFilter filter, DbTransaction? transaction, CancellationToken cancellationToken);

    /// <summary>Deletes jobs by number, as many as the filter's limit; running ones and those that another transaction has locked are passed over.</summary>
    /// <returns>The rows as they were, by number.</returns>
    Task<IReadOnlyList<JobRow>> DeleteManyAsync(JobFilter filter, DbTransaction? transaction, CancellationToken cancellationToken);

    /// <summary>Cancels a waiting job, marks a running one with <c>cancel_attempted_at</c>, and tells its client.</summary>
    /// <returns>The row afterwards; null when there is none.</returns>
    Task<JobRow?> CancelAsync(long id, DbTransaction? transaction, CancellationToken cancellationToken);

    /// <summary>Makes a job available now unless it runs or is available and due, and tells its queue.</summary>
    /// <returns>The row afterwards; null when there is none.</returns>
    /// <exception cref="UniqueConflictException">Another row holds the unique key.</exception>
    Task<JobRow?> RetryAsync(long id, DbTransaction? transaction, CancellationToken cancellationToken);

    /// <summary>Replaces keys of the metadata, at the top level, by those of <paramref name="metadata"/>, a UTF-8 JSON object.</summary>
    /// <returns>The row afterwards; null when there is none.</returns>
    Task<JobRow?> UpdateAsync(long id, byte[] metadata, DbTransaction? transaction, CancellationToken cancellationToken);

    /// <summary>Deletes a job that isn't running.</summary>
    /// <returns>The row as it was; null when there is none. One in state running is left in place.</returns>
    Task<JobRow?> DeleteAsync(long id, DbTransaction? transaction, CancellationToken cancellationToken);
}
