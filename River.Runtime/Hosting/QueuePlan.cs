namespace River.Hosting;

/// <summary>How this process works a queue, all settings taken together.</summary>
/// <param name="MaxWorkers">How many of its jobs run at once at most; 1 or more.</param>
/// <param name="MinWorkers">The lower end where the queue scales; null where it doesn't.</param>
/// <param name="JobTimeout">Instead of the client's; null for that.</param>
internal sealed record QueuePlan(int MaxWorkers, int? MinWorkers = null, TimeSpan? JobTimeout = null)
{
    /// <summary>How many workers the queue begins with, and always gets.</summary>
    public int Floor => MinWorkers ?? MaxWorkers;
}
