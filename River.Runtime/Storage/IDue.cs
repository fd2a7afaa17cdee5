namespace River.Storage;

/// <summary>Letting jobs whose time has come be claimed.</summary>
internal interface IDue
{
    /// <summary>
    /// Makes due scheduled and retryable jobs available and tells their queues. One whose unique key is held by another
    /// row is discarded, with <c>unique_key_conflict</c> in its metadata. Does nothing when the term is over.
    /// </summary>
    Task<Promotion> PromoteAsync(LeaderTerm term, int limit, CancellationToken cancellationToken);
}

/// <summary>What a promotion did.</summary>
/// <param name="Count">How many jobs were made available or discarded; as many as the limit when there may be more.</param>
/// <param name="Queues">The queues that have new available jobs.</param>
/// <param name="NextDueIn">How long from now the next one is due; null when none waits.</param>
internal sealed record Promotion(int Count, IReadOnlyList<string> Queues, TimeSpan? NextDueIn);
