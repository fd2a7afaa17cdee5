using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using River.Events;
using River.Supervision;
using River.Telemetry;

namespace River.Execution;

/// <summary>
/// Watches attempts whose tokens were cancelled. One that doesn't end in time is reported, and its queue gets its slot back,
/// so that a worker that hangs doesn't bring the queue to a standstill. A queue has at most as many such slots as it has
/// workers: a job that always hangs must not fill the process.
/// </summary>
internal sealed class StuckJobs(
    Func<TimeSpan> threshold,
    IServiceScopeFactory scopes,
    EventHub events,
    Instruments instruments,
    TimeProvider time,
    ILogger logger)
{
    private readonly Lock _gate = new();
    private readonly List<JobRun> _stuck = [];
    private readonly CancellationTokenSource _stop = new();

    public int Count
    {
        get
        {
            lock (_gate)
                return _stuck.Count;
        }
    }

    /// <summary>Called when an attempt's token is cancelled.</summary>
    /// <returns>The watch; null where nothing is watched. Never throws.</returns>
    public ITimer? Watch(JobRun run)
    {
        try
        {
            var wait = threshold();
            if (wait == Timeout.InfiniteTimeSpan || wait > Signal.LongestWait)
                return null;

            // Whoever cancels may be in the context of a job, and the report isn't the job's.
            using var detached = ExecutionContext.IsFlowSuppressed() ? default(AsyncFlowControl?) : ExecutionContext.SuppressFlow();
            return time.CreateTimer(_ => Report(run, wait), null, wait, Timeout.InfiniteTimeSpan);
        }
        catch (Exception error)
        {
            // The token is cancelled all the same, perhaps by a timer, where an exception would end the process.
            logger.WatchFailed(error, run.Job.Row.Kind, run.Job.Row.Id);
            return null;
        }
    }

    /// <summary>The worker of an attempt is done, however late.</summary>
    /// <returns>Whether its slot is another job's by now.</returns>
    public bool Ended(JobRun run)
    {
        lock (_gate)
        {
            run.EndWatch();
            if (!_stuck.Remove(run))
                return false;
            if (run.HasLent)
            {
                run.Slots.EndLoan();
                LendToNext(run);
            }
        }

        instruments.Stuck(run.Job.Row, -1);
        logger.JobUnstuck(run.Job.Row.Kind, run.Job.Row.Id);
        if (events.Wants(RiverEventKinds.JobUnstuck))
            events.Publish(new JobUnstuckEvent { At = events.Now, Job = run.Job.Row });
        return run.HasLent;
    }

    /// <summary>The client has stopped, and has told of every job that it left behind.</summary>
    public void Stop() => _stop.Cancel();

    private void Report(JobRun run, TimeSpan ignored)
    {
        int total;
        lock (_gate)
        {
            if (run.IsOver || _stop.IsCancellationRequested)
                return;
            _stuck.Add(run);
            run.HasLent = run.Slots.TryLend();
            total = _stuck.Count;
        }

        var row = run.Job.Row;
        instruments.Stuck(row, 1);
        logger.JobStuck(row.Kind, row.Id, row.Attempt, ignored, row.Queue, run.HasLent, total);
        var stuck = new JobStuckEvent
        {
            At = events.Now,
            Job = row,
            Ran = run.BeganAt is { } began ? time.GetElapsedTime(began) : ignored,
            GivesSlot = run.HasLent,
            StuckJobs = total,
        };
        if (events.Wants(RiverEventKinds.JobStuck))
            events.Publish(stuck);
        _ = HandleAsync(stuck);
    }

    /// <summary>A slot that the queue had in place of an ended job stands in for another that is stuck.</summary>
    private void LendToNext(JobRun ended)
    {
        var next = _stuck.Find(run => run.Slots == ended.Slots && !run.HasLent);
        if (next is not null)
            next.HasLent = next.Slots.TryLend();
    }

    private async Task HandleAsync(JobStuckEvent stuck)
    {
        try
        {
            // Not on the thread of the timer.
            await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
            var scope = scopes.CreateAsyncScope();
            await using (scope.ConfigureAwait(false))
            {
                foreach (var handler in scope.ServiceProvider.GetServices<IStuckJobHandler>())
                    await HandleAsync(handler, stuck).ConfigureAwait(false);
            }
        }
        catch (Exception error)
        {
            logger.StuckHandlerFailed(error, stuck.Job.Kind, stuck.Job.Id);
        }
    }

    /// <summary>A handler that fails doesn't keep the next from being told.</summary>
    private async ValueTask HandleAsync(IStuckJobHandler handler, JobStuckEvent stuck)
    {
        try
        {
            await handler.HandleAsync(stuck, _stop.Token).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            logger.StuckHandlerFailed(error, stuck.Job.Kind, stuck.Job.Id);
        }
    }
}
