namespace River.Fetching;

/// <summary>Wakes this process's own fetcher when this process enqueued something, without the way through the database.</summary>
internal interface IQueueNudge
{
    /// <summary>A queue may have a new available job.</summary>
    void Nudge(string queue);

    /// <summary>A scheduled job falls due after <paramref name="delay"/>.</summary>
    void NudgeDue(TimeSpan delay);
}
