using System.Data.Common;

namespace River.Client;

/// <summary>Stands where a test gave no client: everything says so.</summary>
internal sealed class AbsentClient : IJobClient
{
    public Task<EnqueueResult> EnqueueAsync<TArgs>(TArgs args, EnqueueOptions? options = null, CancellationToken cancellationToken = default)
        where TArgs : IJobArgs<TArgs> => throw Absent();

    public Task<IReadOnlyList<EnqueueResult>> EnqueueManyAsync<TArgs>(IEnumerable<TArgs> args, EnqueueOptions? options = null, CancellationToken cancellationToken = default)
        where TArgs : IJobArgs<TArgs> => throw Absent();

    public Task<IReadOnlyList<EnqueueResult>> EnqueueManyAsync(IEnumerable<JobRequest> requests, CancellationToken cancellationToken = default) => throw Absent();

    public Task<BulkResult> EnqueueBulkAsync(IEnumerable<JobRequest> requests, BulkOptions? options = null, CancellationToken cancellationToken = default) => throw Absent();

    public Task<BulkResult> EnqueueBulkAsync(IAsyncEnumerable<JobRequest> requests, BulkOptions? options = null, CancellationToken cancellationToken = default) => throw Absent();

    public Task<JobRow?> GetAsync(long id, CancellationToken cancellationToken = default) => throw Absent();

    public Task<JobPage> ListAsync(JobFilter? filter = null, CancellationToken cancellationToken = default) => throw Absent();

    public Task<JobRow> CancelAsync(long id, CancellationToken cancellationToken = default) => throw Absent();

    public Task<JobRow> RetryAsync(long id, CancellationToken cancellationToken = default) => throw Absent();

    public Task<JobRow> DeleteAsync(long id, CancellationToken cancellationToken = default) => throw Absent();

    public Task<IReadOnlyList<JobRow>> DeleteManyAsync(JobFilter filter, bool unsafeAll = false, CancellationToken cancellationToken = default) => throw Absent();

    public Task<JobRow> UpdateAsync(long id, JobUpdate update, CancellationToken cancellationToken = default) => throw Absent();

    public Task<QueueInfo?> GetQueueAsync(string queue, CancellationToken cancellationToken = default) => throw Absent();

    public Task<IReadOnlyList<QueueInfo>> ListQueuesAsync(string? after = null, int limit = 100, CancellationToken cancellationToken = default) => throw Absent();

    public Task PauseQueueAsync(string queue, CancellationToken cancellationToken = default) => throw Absent();

    public Task ResumeQueueAsync(string queue, CancellationToken cancellationToken = default) => throw Absent();

    public Task PausePeriodicAsync(string id, CancellationToken cancellationToken = default) => throw Absent();

    public Task ResumePeriodicAsync(string id, CancellationToken cancellationToken = default) => throw Absent();

    public Task TriggerPeriodicAsync(string id, CancellationToken cancellationToken = default) => throw Absent();

    public Task<IReadOnlyList<PeriodicRow>> ListPeriodicAsync(CancellationToken cancellationToken = default) => throw Absent();

    public Task<LeaderInfo?> GetLeaderAsync(CancellationToken cancellationToken = default) => throw Absent();

    public Task RequestResignAsync(CancellationToken cancellationToken = default) => throw Absent();

    public Task UpdateQueueAsync(string queue, QueueUpdate update, CancellationToken cancellationToken = default) => throw Absent();

    public IJobClient In(DbTransaction transaction) => throw Absent();

    private static InvalidOperationException Absent() => new(
        "This job was made by TestJob without a client. Pass one to TestJob.For(args, client: …), or let the worker use job.Then(…) and look at job.FollowUps.");
}
