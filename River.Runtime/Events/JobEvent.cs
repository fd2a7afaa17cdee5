namespace River;

/// <summary>Something that happened to a job that this process works.</summary>
public abstract record JobEvent : RiverEvent
{
    private protected JobEvent()
    {
    }

    /// <summary>The job's row; which moment it shows is said at each event.</summary>
    public required JobRow Job { get; init; }
}

/// <summary>
/// The end of an attempt. Told once it is committed; <see cref="JobEvent.Job"/> is the row as it was written, so that its state says
/// what comes next.
/// </summary>
public abstract record JobOutcomeEvent : JobEvent
{
    private protected JobOutcomeEvent()
    {
    }

    /// <summary>How long the parts of the attempt took.</summary>
    public required JobStatistics Statistics { get; init; }
}

/// <summary>The worker returned, and the job is completed.</summary>
public sealed record JobCompletedEvent : JobOutcomeEvent
{
    /// <inheritdoc/>
    public override RiverEventKinds Kind => RiverEventKinds.JobCompleted;
}

/// <summary>The attempt failed: the job is tried again (retryable or available), or was in its last attempt (discarded).</summary>
public sealed record JobFailedEvent : JobOutcomeEvent
{
    /// <inheritdoc/>
    public override RiverEventKinds Kind => RiverEventKinds.JobFailed;

    /// <summary>What was stored of the failure.</summary>
    public required AttemptError Error { get; init; }

    /// <summary>Whether there will be another attempt.</summary>
    public bool WillRetry => Job.State != JobState.Discarded;
}

/// <summary>The job is cancelled: by its worker, or by a request while it ran. A cancel of a job that doesn't run is no event.</summary>
public sealed record JobCancelledEvent : JobOutcomeEvent
{
    /// <inheritdoc/>
    public override RiverEventKinds Kind => RiverEventKinds.JobCancelled;
}

/// <summary>The worker asked for the job to be worked later.</summary>
public sealed record JobSnoozedEvent : JobOutcomeEvent
{
    /// <inheritdoc/>
    public override RiverEventKinds Kind => RiverEventKinds.JobSnoozed;
}

/// <summary>The job was handed back as if the attempt had never been, because the client stops, its queue is removed, or the attempt may be another client's.</summary>
public sealed record JobInterruptedEvent : JobOutcomeEvent
{
    /// <inheritdoc/>
    public override RiverEventKinds Kind => RiverEventKinds.JobInterrupted;
}

/// <summary>
/// This process took a job from a client that is gone or that has had it for too long; <see cref="JobEvent.Job"/> is the row as it was
/// written: available or retryable for another attempt, discarded or cancelled.
/// </summary>
public sealed record JobRescuedEvent : JobEvent
{
    /// <inheritdoc/>
    public override RiverEventKinds Kind => RiverEventKinds.JobRescued;
}

/// <summary>
/// An attempt of this process is another client's, or may be: its token is cancelled, and what it does from here on isn't
/// recorded. <see cref="JobEvent.Job"/> is the row as it was claimed.
/// </summary>
public sealed record JobLeaseLostEvent : JobEvent
{
    /// <inheritdoc/>
    public override RiverEventKinds Kind => RiverEventKinds.JobLeaseLost;
}

/// <summary>
/// An attempt hasn't ended although its token was cancelled <see cref="RiverOptions.StuckThreshold"/> ago.
/// <see cref="JobEvent.Job"/> is the row as it was claimed.
/// </summary>
public sealed record JobStuckEvent : JobEvent
{
    /// <inheritdoc/>
    public override RiverEventKinds Kind => RiverEventKinds.JobStuck;

    /// <summary>How long the attempt has run so far.</summary>
    public required TimeSpan Ran { get; init; }

    /// <summary>Whether its queue works another job in its place. Not when as many jobs of the queue are stuck as it has workers.</summary>
    public required bool GivesSlot { get; init; }

    /// <summary>How many attempts of this process are stuck, this one included.</summary>
    public required int StuckJobs { get; init; }
}

/// <summary>A stuck attempt has ended at last. <see cref="JobEvent.Job"/> is the row as it was claimed; its outcome is an event of its own.</summary>
public sealed record JobUnstuckEvent : JobEvent
{
    /// <inheritdoc/>
    public override RiverEventKinds Kind => RiverEventKinds.JobUnstuck;
}

/// <summary>
/// A worker here said how far it is. Told at once and each time, while its row is written less often.
/// <see cref="JobEvent.Job"/> is the row as it was claimed.
/// </summary>
public sealed record JobProgressedEvent : JobEvent
{
    /// <inheritdoc/>
    public override RiverEventKinds Kind => RiverEventKinds.JobProgressed;

    /// <summary>How far it is.</summary>
    public required JobProgress Progress { get; init; }
}

/// <summary>How long the parts of an attempt took.</summary>
public sealed record JobStatistics
{
    /// <summary>From the moment the job was due to its claim, by the database's clock.</summary>
    public required TimeSpan QueueWait { get; init; }

    /// <summary>From the start of the work to its end, by this process's clock; zero for a job that was handed back unrun.</summary>
    public required TimeSpan Run { get; init; }

    /// <summary>From the end of the work until the outcome was committed, by this process's clock.</summary>
    public required TimeSpan Completion { get; init; }
}
