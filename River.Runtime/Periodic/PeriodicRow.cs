namespace River;

/// <summary>A schedule as it stands in the database.</summary>
public sealed record PeriodicRow
{
    /// <summary>The schedule's name.</summary>
    public required string Id { get; init; }

    /// <summary>When the database first saw it, in UTC.</summary>
    public required DateTimeOffset DeclaredAt { get; init; }

    /// <summary>The latest slot taken, in UTC; null before the first.</summary>
    public DateTimeOffset? LastSlot { get; init; }

    /// <summary>
    /// The slot that is taken next, in UTC, in the past where it is overdue; null while paused, when there is none any more,
    /// and when this process doesn't know the schedule: only its row is in the database.
    /// </summary>
    public DateTimeOffset? NextSlot { get; init; }

    /// <summary>Since when it takes no slots, in UTC; null while it does.</summary>
    public DateTimeOffset? PausedAt { get; init; }

    /// <summary>When a job was asked for that no process has enqueued yet, in UTC; null for none.</summary>
    public DateTimeOffset? TriggeredAt { get; init; }

    /// <summary>Whether it takes no slots.</summary>
    public bool IsPaused => PausedAt is not null;
}
