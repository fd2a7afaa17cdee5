using River.Storage;

namespace River.Completion;

/// <summary>An attempt that has ended, on its way to the database.</summary>
/// <param name="Job">The attempt.</param>
/// <param name="Settlement">What became of it.</param>
/// <param name="IsRescue">Whether it was another client's, so that coming too late is nothing to tell.</param>
/// <param name="IsLastResort">Whether this stands in for an outcome that the database refused.</param>
/// <param name="LastWait">How long it waited before its latest try, if it had to stand back.</param>
/// <param name="IsInDoubt">Whether an earlier try was cut off, so that it may have been written.</param>
/// <param name="IsCompletedByWorker">Whether the worker completed the job in a transaction of its own: where that was committed, nothing is left to write.</param>
internal sealed record Outcome(ClaimedJob Job, Settlement Settlement, bool IsRescue = false, bool IsLastResort = false, TimeSpan LastWait = default, bool IsInDoubt = false, bool IsCompletedByWorker = false)
{
    /// <summary>How long the worker took.</summary>
    public TimeSpan Ran { get; init; }

    /// <summary>The time stamp at which the attempt ended; null for another client's.</summary>
    public long? EndedAt { get; init; }
}
