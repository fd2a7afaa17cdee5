namespace River;

/// <summary>
/// Ends an attempt on purpose: not an error, so it is neither logged as one nor retried. Thrown by a worker, made by
/// <see cref="Job{TArgs}.Cancel"/> and <see cref="Job{TArgs}.Snooze"/>.
/// </summary>
public abstract class JobControlException : Exception
{
    private protected JobControlException(string message)
        : base(message)
    {
    }
}

/// <summary>Ends the job as cancelled.</summary>
public sealed class JobCancelException : JobControlException
{
    internal JobCancelException(string reason)
        : base(reason) => Reason = reason;

    /// <summary>Why, as stored among the job's errors.</summary>
    public string Reason { get; }
}

/// <summary>Puts the job off without using up an attempt.</summary>
public sealed class JobSnoozeException : JobControlException
{
    internal JobSnoozeException(TimeSpan duration)
        : base($"snoozed for {duration}")
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(duration, TimeSpan.Zero);
        Duration = duration;
    }

    /// <summary>How long from now the job waits.</summary>
    public TimeSpan Duration { get; }
}
