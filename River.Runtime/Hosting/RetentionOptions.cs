namespace River;

/// <summary>
/// How long finalized jobs are kept before the leader deletes them: by default as long as River keeps them. The leader's
/// own options count for all jobs in the database, so give all clients the same.
/// </summary>
/// <remarks>
/// Each time is zero (deleted at the next run, which comes every 30 seconds), positive, or infinite
/// (<see cref="Timeout.InfiniteTimeSpan"/>, <c>-00:00:00.001</c> in a configuration) for never.
/// </remarks>
public sealed class RetentionOptions
{
    /// <summary>For completed jobs. Default: 24 hours.</summary>
    public TimeSpan Completed { get; set; } = TimeSpan.FromHours(24);

    /// <summary>For cancelled jobs. Default: 24 hours.</summary>
    public TimeSpan Cancelled { get; set; } = TimeSpan.FromHours(24);

    /// <summary>For discarded jobs. Default: 7 days.</summary>
    public TimeSpan Discarded { get; set; } = TimeSpan.FromDays(7);

    /// <summary>What is different for a queue's jobs, by the queue's name (1 to 127 characters, no family's pattern).</summary>
    public IDictionary<string, RetentionOverride> Queues { get; } = new Dictionary<string, RetentionOverride>(StringComparer.Ordinal);

    /// <summary>What is different for jobs of a kind, aliases included, by the kind's name (1 to 127 characters). Goes before the queue's own.</summary>
    public IDictionary<string, RetentionOverride> Kinds { get; } = new Dictionary<string, RetentionOverride>(StringComparer.Ordinal);
}

/// <summary>The retention of one queue or kind, where it differs; see <see cref="RetentionOptions"/>.</summary>
public sealed class RetentionOverride
{
    /// <summary>For completed jobs; null for what counts otherwise. Default: null.</summary>
    public TimeSpan? Completed { get; set; }

    /// <summary>For cancelled jobs; null for what counts otherwise. Default: null.</summary>
    public TimeSpan? Cancelled { get; set; }

    /// <summary>For discarded jobs; null for what counts otherwise. Default: null.</summary>
    public TimeSpan? Discarded { get; set; }
}
