namespace River.Storage;

/// <summary>What other clients tell.</summary>
internal interface IWakeups
{
    /// <summary>
    /// Listens until cancelled or until the connection is lost, which ends in an exception. The first element is
    /// <see cref="WakeupKind.Listening"/>; the caller reconnects. Contents are hints: rows are looked at before anything is done.
    /// </summary>
    IAsyncEnumerable<Wakeup> ListenAsync(CancellationToken cancellationToken);
}

internal enum WakeupKind
{
    /// <summary>From here on nothing is missed.</summary>
    Listening,

    /// <summary>A queue has new available jobs.</summary>
    JobsAvailable,

    /// <summary>A job is due soon.</summary>
    JobDue,

    /// <summary>A running job is asked to stop.</summary>
    CancelRequested,

    /// <summary>A queue, or all (<c>*</c>), was paused.</summary>
    QueuePaused,

    /// <summary>A queue, or all (<c>*</c>), was resumed.</summary>
    QueueResumed,

    /// <summary>A schedule was paused, resumed or triggered.</summary>
    PeriodicChanged,

    /// <summary>What a queue's row, or any (<c>*</c>), says was changed.</summary>
    QueueChanged,

    /// <summary>The leader stepped down.</summary>
    LeaderResigned,

    /// <summary>The leader is asked to step down.</summary>
    ResignRequested,
}

/// <summary>What was told.</summary>
/// <param name="Kind">Of what.</param>
/// <param name="Queue">Of which queue.</param>
/// <param name="JobId">Of which job.</param>
/// <param name="LeaderId">Of which leader.</param>
/// <param name="DueIn">How soon.</param>
/// <param name="IsOwn">Whether it tells of jobs that this store's own callers have just enqueued.</param>
internal readonly record struct Wakeup(WakeupKind Kind, string? Queue = null, long JobId = 0, string? LeaderId = null, TimeSpan DueIn = default, bool IsOwn = false);
