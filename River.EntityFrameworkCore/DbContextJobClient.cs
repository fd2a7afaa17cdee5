using System.Data.Common;
using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;
using River.Client;
using River.EntityFrameworkCore.Saving;

namespace River.EntityFrameworkCore;

/// <summary>Enqueues into the context's transaction where there is one, and into its next save where not.</summary>
internal sealed class DbContextJobClient(IJobClient jobs, DbContext context) : IDbContextJobClient
{
    /// <summary>The client in the context's open transaction; null without one.</summary>
    private IJobClient? Joined => context.Database.CurrentTransaction is { } transaction ? jobs.In(transaction.GetDbTransaction()) : null;

    public async Task<EnqueueResult> EnqueueAsync<TArgs>(TArgs args, EnqueueOptions? options = null, CancellationToken cancellationToken = default)
        where TArgs : IJobArgs<TArgs> => Joined is { } joined
            ? await joined.EnqueueAsync(args, options, cancellationToken).ConfigureAwait(false)
            : Defer(JobRequest.For(args, options));

    public async Task<EnqueueResult> EnqueueAsync<TArgs>(Func<TArgs> args, EnqueueOptions? options = null, CancellationToken cancellationToken = default)
        where TArgs : IJobArgs<TArgs>
    {
        ArgumentNullException.ThrowIfNull(args);

        // In a transaction whose changes are all saved, the keys are known, and no further save may come.
        return Joined is { } joined && !context.ChangeTracker.HasChanges()
            ? await joined.EnqueueAsync(args(), options, cancellationToken).ConfigureAwait(false)
            : Defer(() => JobRequest.For(args(), options), readsKeys: true);
    }

    public Task<IReadOnlyList<EnqueueResult>> EnqueueManyAsync<TArgs>(IEnumerable<TArgs> args, EnqueueOptions? options = null, CancellationToken cancellationToken = default)
        where TArgs : IJobArgs<TArgs>
    {
        ArgumentNullException.ThrowIfNull(args);
        return EnqueueManyAsync(args.Select(item => JobRequest.For(item, options)), cancellationToken);
    }

    public async Task<IReadOnlyList<EnqueueResult>> EnqueueManyAsync(IEnumerable<JobRequest> requests, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(requests);
        return Joined is { } joined
            ? await joined.EnqueueManyAsync(requests, cancellationToken).ConfigureAwait(false)
            : [.. requests.Select(Defer)];
    }

    public Task<BulkResult> EnqueueBulkAsync(IEnumerable<JobRequest> requests, BulkOptions? options = null, CancellationToken cancellationToken = default) =>
        InTransaction().EnqueueBulkAsync(requests, options, cancellationToken);

    public Task<BulkResult> EnqueueBulkAsync(IAsyncEnumerable<JobRequest> requests, BulkOptions? options = null, CancellationToken cancellationToken = default) =>
        InTransaction().EnqueueBulkAsync(requests, options, cancellationToken);

    public Task<JobRow?> GetAsync(long id, CancellationToken cancellationToken = default) => (Joined ?? jobs).GetAsync(id, cancellationToken);

    public Task<JobPage> ListAsync(JobFilter? filter = null, CancellationToken cancellationToken = default) =>
        (Joined ?? jobs).ListAsync(filter, cancellationToken);

    public Task<JobRow> CancelAsync(long id, CancellationToken cancellationToken = default) => InTransaction().CancelAsync(id, cancellationToken);

    public Task<JobRow> RetryAsync(long id, CancellationToken cancellationToken = default) => InTransaction().RetryAsync(id, cancellationToken);

    public Task<JobRow> DeleteAsync(long id, CancellationToken cancellationToken = default) => InTransaction().DeleteAsync(id, cancellationToken);

    public Task<IReadOnlyList<JobRow>> DeleteManyAsync(JobFilter filter, bool unsafeAll = false, CancellationToken cancellationToken = default) =>
        InTransaction().DeleteManyAsync(filter, unsafeAll, cancellationToken);

    public Task<JobRow> UpdateAsync(long id, JobUpdate update, CancellationToken cancellationToken = default) => InTransaction().UpdateAsync(id, update, cancellationToken);

    public Task<QueueInfo?> GetQueueAsync(string queue, CancellationToken cancellationToken = default) => (Joined ?? jobs).GetQueueAsync(queue, cancellationToken);

    public Task<IReadOnlyList<QueueInfo>> ListQueuesAsync(string? after = null, int limit = 100, CancellationToken cancellationToken = default) =>
        (Joined ?? jobs).ListQueuesAsync(after, limit, cancellationToken);

    public Task PauseQueueAsync(string queue, CancellationToken cancellationToken = default) => InTransaction().PauseQueueAsync(queue, cancellationToken);

    public Task ResumeQueueAsync(string queue, CancellationToken cancellationToken = default) => InTransaction().ResumeQueueAsync(queue, cancellationToken);

    public Task UpdateQueueAsync(string queue, QueueUpdate update, CancellationToken cancellationToken = default) => InTransaction().UpdateQueueAsync(queue, update, cancellationToken);

    public Task PausePeriodicAsync(string id, CancellationToken cancellationToken = default) => InTransaction().PausePeriodicAsync(id, cancellationToken);

    public Task ResumePeriodicAsync(string id, CancellationToken cancellationToken = default) => InTransaction().ResumePeriodicAsync(id, cancellationToken);

    public Task TriggerPeriodicAsync(string id, CancellationToken cancellationToken = default) => InTransaction().TriggerPeriodicAsync(id, cancellationToken);

    public Task<IReadOnlyList<PeriodicRow>> ListPeriodicAsync(CancellationToken cancellationToken = default) => (Joined ?? jobs).ListPeriodicAsync(cancellationToken);

    public Task<LeaderInfo?> GetLeaderAsync(CancellationToken cancellationToken = default) => (Joined ?? jobs).GetLeaderAsync(cancellationToken);

    public Task RequestResignAsync(CancellationToken cancellationToken = default) => InTransaction().RequestResignAsync(cancellationToken);

    public IJobClient In(DbTransaction transaction) => jobs.In(transaction);

    /// <summary>What answers with rows at once can't wait for a save.</summary>
    private IJobClient InTransaction([CallerMemberName] string operation = "") => Joined ?? throw new InvalidOperationException(
        $"In(context).{operation} needs an open transaction of the context: begin one with context.Database.BeginTransactionAsync(), or call the client without In(context). Only enqueueing joins the next SaveChanges.");

    private EnqueueResult Defer(JobRequest request)
    {
        // What can't be stored is refused here, and later changes to the arguments don't count.
        if (jobs is IFollowUpCheck check)
            check.Check(request);
        return Defer(() => request, readsKeys: false);
    }

    private EnqueueResult Defer(Func<JobRequest> request, bool readsKeys)
    {
        AmbientTransaction.Refuse();
        var job = new PendingJob(jobs, request, readsKeys);
        Pending().Add(job);
        return new EnqueueResult(job.Result);
    }

    private PendingJobs Pending() => (PendingJobs?)((IInfrastructure<IServiceProvider>)context).Instance.GetService(typeof(PendingJobs))
        ?? throw new InvalidOperationException(
            $"{context.GetType().Name} doesn't take jobs along when it saves. Add UseRiver() to its options: services.AddDbContext<{context.GetType().Name}>(options => options.UseNpgsql(…).UseRiver()).");
}
