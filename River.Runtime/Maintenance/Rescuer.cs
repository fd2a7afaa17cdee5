using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using River.Attempts;
using River.Completion;
using River.Execution;
using River.Hosting;
using River.Presence;
using River.Storage;
using River.Supervision;
using River.Telemetry;

namespace River.Maintenance;

/// <summary>
/// Gives jobs another attempt that have run for too long, by River's rule: those of clients that have no heartbeat, as Go
/// ones. Any working client does it, not only the leader: a leader that is a Go client would discard kinds that it doesn't know.
/// </summary>
internal sealed class Rescuer(
    JobStore store,
    WorkerTable workers,
    LiveAttempts live,
    FailureRule failures,
    Completer completer,
    OrphanRescuer orphans,
    Heartbeat heartbeat,
    TimeSpan grace,
    IJobClient client,
    IServiceScopeFactory scopes,
    Func<RiverOptions> options,
    StatementLimit limit,
    TimeProvider time,
    Randomness randomness,
    ILogger logger)
{
    private const int PageSize = 1_000;
    private const double Spread = 0.1;
    private static readonly TimeSpan Grace = TimeSpan.FromMinutes(1);

    /// <summary>River's own words, also in its Go clients.</summary>
    public const string ErrorText = "Stuck job rescued by JobRescuer";

    /// <summary>One look at all expired attempts, and the wait for the next.</summary>
    public async Task TurnAsync(CancellationToken stop)
    {
        var (rescueAfter, afterId) = (options().RescueAfter, 0L);
        IReadOnlyList<ClaimedJob> page;
        do
        {
            var after = afterId;
            page = await limit.RunAsync(token => store.Claims.ExpiredAsync(rescueAfter, after, PageSize, token), stop).ConfigureAwait(false);
            foreach (var job in page)
            {
                afterId = job.Row.Id;
                if (!live.Contains(job.Token))
                    await RescueAsync(job, rescueAfter, stop).ConfigureAwait(false);
            }
        }
        while (page.Count == PageSize);

        await orphans.EndKnownAsync(expired: heartbeat.PresentFor >= grace, stop).ConfigureAwait(false);
        await Task.Delay(randomness.Spread(options().RescueInterval, Spread), time, stop).ConfigureAwait(false);
    }

    /// <summary>A job that can't be rescued doesn't keep the others from it.</summary>
    private async Task RescueAsync(ClaimedJob job, TimeSpan rescueAfter, CancellationToken stop)
    {
        // Another service may know the kind.
        if (workers.Find(job.Row.Kind) is not { } worker)
            return;
        try
        {
            var scope = scopes.CreateAsyncScope();
            await using (scope.ConfigureAwait(false))
            {
                var (attempt, ofWorker) = Prepare(worker, job.Row, scope.ServiceProvider);
                var timeout = ofWorker ?? worker.Job.Facts.Timeout ?? options().JobTimeout;
                if (timeout == Timeout.InfiniteTimeSpan || (timeout >= rescueAfter && !await HasOutlivedAsync(job, timeout, stop).ConfigureAwait(false)))
                    return;
                var settlement = Decide(job, worker, attempt, scope.ServiceProvider);
                await completer.SubmitAsync(new Outcome(job, settlement, IsRescue: true)).ConfigureAwait(false);
            }
        }
        catch (Exception error) when (!stop.IsCancellationRequested)
        {
            logger.RescueFailed(error, job.Row.Kind, job.Row.Id);
        }
    }

    /// <summary>Whether a job has run for longer than it may. The database says so: clocks of hosts differ.</summary>
    private async Task<bool> HasOutlivedAsync(ClaimedJob job, TimeSpan timeout, CancellationToken stop)
    {
        // Its client needs a moment after the timeout to cancel it and to write what became of it.
        var age = timeout < DefaultRetryPolicy.LongestWait ? timeout + Grace : DefaultRetryPolicy.LongestWait;
        var found = await limit.RunAsync(token => store.Claims.ExpiredAsync(age, job.Row.Id - 1, 1, token), stop).ConfigureAwait(false);
        return found is [var first] && first.Token == job.Token;
    }

    private Settlement Decide(ClaimedJob job, WorkerRegistration worker, JobAttempt? attempt, IServiceProvider services)
    {
        var row = job.Row;
        var entry = ErrorRecord.Of(ErrorText, "", time.GetUtcNow(), row.Attempt);
        var metadata = RowMetadata.Increment(row, RowMetadata.RescueCount);
        logger.JobRescued(row.Kind, row.Id, row.Attempt, row.MaxAttempts);
        return RowMetadata.AsksForCancel(row)
            ? new Settlement { Token = job.Token, State = JobState.Cancelled, Error = entry, Metadata = metadata }
            : failures.Settle(job, entry, new JobRescuedException(ErrorText), attempt, worker.Job, services, metadata);
    }

    /// <summary>Only the worker knows a timeout that depends on the job.</summary>
    private (JobAttempt? Attempt, TimeSpan? Timeout) Prepare(WorkerRegistration worker, JobRow row, IServiceProvider services)
    {
        try
        {
            var attempt = worker.Prepare(row, row.EncodedArgs, client, new AttemptRecord(row, new DetachedHost(row, time)));
            return (attempt, attempt.Begin(services));
        }
        catch (Exception error)
        {
            logger.RescuePrepareFailed(error, row.Kind, row.Id);
            return (null, null);
        }
    }
}

/// <summary>What retry policies are told of a job whose client vanished.</summary>
internal sealed class JobRescuedException(string message) : Exception(message);
