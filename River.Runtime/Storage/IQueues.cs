using System.Data.Common;

namespace River.Storage;

/// <summary>The rows of queues.</summary>
internal interface IQueues
{
    /// <summary>Makes sure that a row stands for each queue and stamps it as worked.</summary>
    /// <returns>The rows.</returns>
    Task<IReadOnlyList<QueueRow>> UpsertAsync(IReadOnlyList<string> queues, CancellationToken cancellationToken);

    /// <summary>The queues that have due available jobs, found without looking at every row.</summary>
    Task<IReadOnlyList<string>> NonEmptyAsync(CancellationToken cancellationToken);

    /// <summary>The queues whose rows say more than that they are worked: those paused, and those with a number of workers.</summary>
    Task<IReadOnlyList<QueueRow>> AlteredAsync(CancellationToken cancellationToken);

    /// <summary>Of each queue the oldest due available job of a kind named, by the time it has waited; none for a paused queue.</summary>
    Task<IReadOnlyList<QueueBacklog>> BacklogAsync(IReadOnlyList<QueueLook> queues, string[] kinds, CancellationToken cancellationToken);

    /// <summary>
    /// Looks at the due available jobs of each queue in the order of claims, at most <paramref name="limit"/>, and counts
    /// those that stand before the first one of a kind named.
    /// </summary>
    /// <returns>The queues that have such jobs.</returns>
    Task<IReadOnlyList<UnknownHead>> UnknownHeadsAsync(IReadOnlyList<QueueLook> queues, string[] kinds, int limit, CancellationToken cancellationToken);

    /// <returns>The queue; null when there is none.</returns>
    Task<QueueInfo?> GetAsync(string queue, DbTransaction? transaction, CancellationToken cancellationToken);

    /// <summary>Queues by name, those behind <paramref name="after"/> if it is given.</summary>
    Task<IReadOnlyList<QueueInfo>> ListAsync(string? after, int limit, DbTransaction? transaction, CancellationToken cancellationToken);

    /// <summary>
    /// Replaces keys of a queue's metadata by those of <paramref name="changes"/>, a UTF-8 JSON object; null there removes a
    /// key. Tells the clients unless it is empty.
    /// </summary>
    /// <returns>Whether there is such a queue.</returns>
    Task<bool> UpdateAsync(string queue, byte[] changes, DbTransaction? transaction, CancellationToken cancellationToken);

    /// <summary>Pauses a queue, or all of them for <c>*</c>, and tells the clients.</summary>
    /// <returns>Whether there is such a queue; true for <c>*</c>.</returns>
    Task<bool> PauseAsync(string queue, DbTransaction? transaction, CancellationToken cancellationToken);

    /// <summary>Resumes a queue, or all of them for <c>*</c>, and tells the clients.</summary>
    /// <returns>Whether there is such a queue; true for <c>*</c>.</returns>
    Task<bool> ResumeAsync(string queue, DbTransaction? transaction, CancellationToken cancellationToken);
}

/// <param name="Name">The queue.</param>
/// <param name="IsPaused">Whether nobody is to claim from it.</param>
/// <param name="MaxWorkers">What its metadata says under <see cref="MaxWorkersKey"/>, as anybody may have written it.</param>
internal sealed record QueueRow(string Name, bool IsPaused, string? MaxWorkers = null)
{
    /// <summary>The key in a queue's metadata for how many of its jobs each process runs at once.</summary>
    public const string MaxWorkersKey = "river:max_workers";
}

/// <summary>A queue to look at, from its head or from behind a job.</summary>
internal readonly record struct QueueLook(string Queue, QueueCursor? After = null);

/// <summary>A place in a queue, in the order of claims: behind one job and before the next.</summary>
internal sealed record QueueCursor(int Priority, DateTimeOffset ScheduledAt, long Id);

internal readonly record struct QueueBacklog(string Queue, TimeSpan Age);

/// <param name="Queue">The queue.</param>
/// <param name="Count">How many jobs of unknown kinds stand before the first known one, of those looked at.</param>
/// <param name="Last">The last of them.</param>
/// <param name="IsCut">Whether the limit was reached before a known one, so that more may follow.</param>
internal readonly record struct UnknownHead(string Queue, int Count, QueueCursor Last, bool IsCut);
