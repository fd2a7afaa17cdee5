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

    /// <summary>Pauses a queue, or all of them for <c>*</c>, and tells the clients.</summary>
    /// <returns>Whether there is such a queue; true for <c>*</c>.</returns>
    Task<bool> PauseAsync(string queue, DbTransaction? transaction, CancellationToken cancellationToken);

    /// <summary>Resumes a queue, or all of them for <c>*</c>, and tells the clients.</summary>
    /// <returns>Whether there is such a queue; true for <c>*</c>.</returns>
    Task<bool> ResumeAsync(string queue, DbTransaction? transaction, CancellationToken cancellationToken);
}

internal sealed record QueueRow(string Name, bool IsPaused);
