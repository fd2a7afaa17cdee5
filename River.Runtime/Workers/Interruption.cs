namespace River;

/// <summary>Why an attempt's cancellation token was cancelled: the first reason, if there were several.</summary>
public enum Interruption
{
    /// <summary>It wasn't.</summary>
    None,

    /// <summary>The attempt's timeout is over. It counts as failed and is retried by policy.</summary>
    Timeout,

    /// <summary>The client stops, or the job's queue is removed. The job is handed back, and the attempt doesn't count.</summary>
    Stop,

    /// <summary>Somebody cancelled the job. It ends as cancelled, unless the worker returns all the same.</summary>
    RemoteCancel,

    /// <summary>
    /// The attempt isn't this client's any more, or may not be, as the database hasn't been reached for long. Whatever its
    /// outcome, it isn't stored if another client has the job by now.
    /// </summary>
    LeaseLost,
}
