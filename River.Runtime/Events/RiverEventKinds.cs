namespace River;

/// <summary>What a subscription wants to hear of; combined with <c>|</c>.</summary>
[Flags]
public enum RiverEventKinds
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary><see cref="JobCompletedEvent"/>.</summary>
    JobCompleted = 1 << 0,

    /// <summary><see cref="JobFailedEvent"/>.</summary>
    JobFailed = 1 << 1,

    /// <summary><see cref="JobCancelledEvent"/>.</summary>
    JobCancelled = 1 << 2,

    /// <summary><see cref="JobSnoozedEvent"/>.</summary>
    JobSnoozed = 1 << 3,

    /// <summary><see cref="JobInterruptedEvent"/>.</summary>
    JobInterrupted = 1 << 4,

    /// <summary><see cref="JobRescuedEvent"/>.</summary>
    JobRescued = 1 << 5,

    /// <summary><see cref="JobLeaseLostEvent"/>.</summary>
    JobLeaseLost = 1 << 6,

    /// <summary><see cref="JobStuckEvent"/>.</summary>
    JobStuck = 1 << 7,

    /// <summary><see cref="JobUnstuckEvent"/>.</summary>
    JobUnstuck = 1 << 8,

    /// <summary><see cref="JobProgressedEvent"/>.</summary>
    JobProgressed = 1 << 9,

    /// <summary><see cref="QueuePausedEvent"/>.</summary>
    QueuePaused = 1 << 16,

    /// <summary><see cref="QueueResumedEvent"/>.</summary>
    QueueResumed = 1 << 17,

    /// <summary><see cref="QueueAddedEvent"/>.</summary>
    QueueAdded = 1 << 18,

    /// <summary><see cref="QueueRemovedEvent"/>.</summary>
    QueueRemoved = 1 << 19,

    /// <summary><see cref="UnknownJobsEvent"/>.</summary>
    UnknownJobs = 1 << 20,

    /// <summary>The ends of attempts that this process wrote: completed, failed, cancelled, snoozed, interrupted, rescued.</summary>
    JobOutcomes = JobCompleted | JobFailed | JobCancelled | JobSnoozed | JobInterrupted | JobRescued,

    /// <summary>All that concern a queue.</summary>
    Queues = QueuePaused | QueueResumed | QueueAdded | QueueRemoved | UnknownJobs,

    /// <summary>Everything.</summary>
    All = JobOutcomes | JobLeaseLost | JobStuck | JobUnstuck | JobProgressed | Queues,
}
