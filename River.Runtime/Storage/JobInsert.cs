namespace River.Storage;

/// <summary>A row to insert. Everything in it has been checked.</summary>
internal sealed class JobInsert
{
    public required string Kind { get; init; }

    public required string Queue { get; init; }

    /// <summary>UTF-8 JSON.</summary>
    public required byte[] Args { get; init; }

    /// <summary>A UTF-8 JSON object; null for an empty one.</summary>
    public byte[]? Metadata { get; init; }

    public required int MaxAttempts { get; init; }

    public int Priority { get; init; } = 1;

    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary><see cref="JobState.Available"/>, <see cref="JobState.Scheduled"/> or <see cref="JobState.Pending"/>.</summary>
    public JobState State { get; init; } = JobState.Available;

    /// <summary>The earliest time of the first attempt; null for now plus <see cref="Delay"/>.</summary>
    public DateTimeOffset? ScheduledAt { get; init; }

    /// <summary>Added to the database's clock.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>32 bytes; null when the job isn't unique.</summary>
    public byte[]? UniqueKey { get; init; }

    public JobStates UniqueStates { get; init; }

    /// <summary>Whether two rows without unique keys differ in nothing but their arguments.</summary>
    public bool IsLike(JobInsert other) =>
        MaxAttempts == other.MaxAttempts && Priority == other.Priority && State == other.State && ScheduledAt == other.ScheduledAt && Delay == other.Delay
        && string.Equals(Kind, other.Kind, StringComparison.Ordinal) && string.Equals(Queue, other.Queue, StringComparison.Ordinal)
        && (Metadata is null) == (other.Metadata is null) && Metadata.AsSpan().SequenceEqual(other.Metadata)
        && (ReferenceEquals(Tags, other.Tags) || Tags.SequenceEqual(other.Tags, StringComparer.Ordinal));
}
