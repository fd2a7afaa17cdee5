namespace River;

/// <summary>What became of one enqueue.</summary>
/// <param name="Job">The job's row: the new one, or the existing one that it duplicates.</param>
/// <param name="IsDuplicate">Whether nothing was inserted because <paramref name="Job"/> is there already.</param>
public readonly record struct EnqueueResult(JobRow Job, bool IsDuplicate);
