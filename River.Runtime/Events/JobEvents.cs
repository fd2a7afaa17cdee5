using River.Completion;

namespace River.Events;

/// <summary>From what was written of a job to the event that tells of it.</summary>
internal sealed class JobEvents(EventHub hub, TimeProvider time)
{
    /// <summary>Whether the rows that are written are to be read back.</summary>
    public bool WantsRows => hub.Wants(RiverEventKinds.JobOutcomes);

    /// <summary>An outcome was committed; the row as it was written, if it was read.</summary>
    public void Settled(Outcome outcome, JobRow? row)
    {
        if (row is null)
            return;
        var kind = KindOf(outcome, row.State);
        if (hub.Wants(kind))
            hub.Publish(Of(kind, outcome, row));
    }

    /// <summary>An attempt is another client's, or may be.</summary>
    public void LeaseLost(JobRow claimed)
    {
        if (hub.Wants(RiverEventKinds.JobLeaseLost))
            hub.Publish(new JobLeaseLostEvent { At = hub.Now, Job = claimed });
    }

    /// <summary>A worker said how far it is.</summary>
    public void Progressed(JobRow claimed, JobProgress progress)
    {
        if (hub.Wants(RiverEventKinds.JobProgressed))
            hub.Publish(new JobProgressedEvent { At = hub.Now, Job = claimed, Progress = progress });
    }

    private static RiverEventKinds KindOf(Outcome outcome, JobState state)
    {
        if (outcome.Settlement.IsHandBack && state == JobState.Available)
            return RiverEventKinds.JobInterrupted;
        if (outcome.IsRescue)
            return RiverEventKinds.JobRescued;
        return state switch
        {
            JobState.Completed => RiverEventKinds.JobCompleted,
            JobState.Cancelled => RiverEventKinds.JobCancelled,
            _ when outcome.Settlement.Error is not null => RiverEventKinds.JobFailed,
            _ => RiverEventKinds.JobSnoozed,
        };
    }

    private RiverEvent Of(RiverEventKinds kind, Outcome outcome, JobRow row) => kind switch
    {
        RiverEventKinds.JobCompleted => new JobCompletedEvent { At = hub.Now, Job = row, Statistics = StatisticsOf(outcome) },
        RiverEventKinds.JobFailed => new JobFailedEvent { At = hub.Now, Job = row, Statistics = StatisticsOf(outcome), Error = outcome.Settlement.Error! },
        RiverEventKinds.JobCancelled => new JobCancelledEvent { At = hub.Now, Job = row, Statistics = StatisticsOf(outcome) },
        RiverEventKinds.JobInterrupted => new JobInterruptedEvent { At = hub.Now, Job = row, Statistics = StatisticsOf(outcome) },
        RiverEventKinds.JobRescued => new JobRescuedEvent { At = hub.Now, Job = row },
        _ => new JobSnoozedEvent { At = hub.Now, Job = row, Statistics = StatisticsOf(outcome) },
    };

    private JobStatistics StatisticsOf(Outcome outcome)
    {
        var claimed = outcome.Job.Row;
        var wait = claimed.AttemptedAt - claimed.ScheduledAt;
        return new JobStatistics
        {
            QueueWait = wait > TimeSpan.Zero ? wait.Value : TimeSpan.Zero,
            Run = outcome.Ran,
            Completion = outcome.EndedAt is { } ended ? time.GetElapsedTime(ended) : TimeSpan.Zero,
        };
    }
}
