namespace River;

/// <summary>How jobs are enqueued in bulk.</summary>
public sealed record BulkOptions
{
    /// <summary>
    /// How many jobs are held in memory and inserted at a time: 1 to 100,000. Each batch is there whole or not at all.
    /// Default: 10,000.
    /// </summary>
    public int BatchSize { get; init; } = 10_000;

    /// <summary>What becomes of a job whose unique key is taken. Default: <see cref="BulkDuplicates.Fail"/>.</summary>
    public BulkDuplicates Duplicates { get; init; }

    /// <summary>Told after each batch what has been done so far. Default: nobody.</summary>
    public IProgress<BulkResult>? Progress { get; init; }
}

/// <summary>What becomes of a job in bulk whose unique key another job holds, or an earlier one of the same call.</summary>
public enum BulkDuplicates
{
    /// <summary>The call fails with <see cref="UniqueConflictException"/>; nothing of that batch is inserted.</summary>
    Fail,

    /// <summary>It isn't inserted, and counted.</summary>
    Skip,
}

/// <summary>What bulk has done.</summary>
/// <param name="Inserted">How many jobs were inserted.</param>
/// <param name="Skipped">How many were left out as duplicates.</param>
public readonly record struct BulkResult(long Inserted, long Skipped);
