namespace River.Fetching;

/// <summary>Wakes this process's own loops when this process wrote something that they act on, without the way through the database.</summary>
internal interface IQueueNudge
{
    /// <summary>A queue may have a new available job.</summary>
    void Nudge(string queue);

    /// <summary>A scheduled job falls due after <paramref name="delay"/>.</summary>
    void NudgeDue(TimeSpan delay);

    /// <summary>A running job was asked to be cancelled; it may be one of this process.</summary>
    void CancelRequested(long jobId);
}
