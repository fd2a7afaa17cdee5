using River.Completion;
using River.Execution;
using River.Fetching;
using River.Maintenance;
using River.Storage;

namespace River.Hosting;

/// <summary>Passes on to this process's own loops what it wrote itself, without the way through the database.</summary>
internal sealed class LocalNudges(TimeProvider time) : IQueueNudge
{
    private volatile Fetcher? _fetcher;
    private volatile Scheduler? _scheduler;
    private volatile RemoteCancels? _cancels;

    public void Attach(Fetcher fetcher, Scheduler scheduler, RemoteCancels cancels)
    {
        _fetcher = fetcher;
        _scheduler = scheduler;
        _cancels = cancels;
    }

    public void Detach()
    {
        _fetcher = null;
        _scheduler = null;
        _cancels = null;
    }

    public void Nudge(string queue) => _fetcher?.Nudge(queue);

    public void NudgeDue(TimeSpan delay) => _scheduler?.NudgeDue(delay);

    public void CancelRequested(long jobId) => _cancels?.Request(jobId);

    /// <summary>An attempt's outcome was written, its follow-ups with it.</summary>
    public void Settled(Outcome outcome, JobState state)
    {
        if (state == JobState.Available)
            _fetcher?.Nudge(outcome.Job.Row.Queue, outcome.Settlement.Delay);
        else if (state is JobState.Retryable or JobState.Scheduled)
            NudgeDue(outcome.Settlement.Delay);
        foreach (var followUp in outcome.Settlement.FollowUps)
            Inserted(followUp);
    }

    private void Inserted(JobInsert job)
    {
        if (job.State == JobState.Available)
            Nudge(job.Queue);
        else if (job.State == JobState.Scheduled)
            NudgeDue(job.ScheduledAt is { } due ? due - time.GetUtcNow() : job.Delay);
    }
}
