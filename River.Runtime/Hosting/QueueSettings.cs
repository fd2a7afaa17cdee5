namespace River;

/// <summary>How a process works one queue. What is null is inherited: from the queue's declaration or its family, then from the client.</summary>
public sealed record QueueSettings
{
    /// <summary>How many jobs of the queue run at once: 1 to 10,000. Default: as declared, or 100.</summary>
    public int? MaxWorkers { get; init; }

    /// <summary>
    /// Makes the queue scale by itself between this and <see cref="MaxWorkers"/>, by how long its jobs wait: 1 to
    /// <see cref="MaxWorkers"/>. Default: as configured, or a fixed number of workers.
    /// </summary>
    public int? MinWorkers { get; init; }

    /// <summary>How long one attempt may run unless the job says otherwise: positive, and less than <see cref="RiverOptions.RescueAfter"/>. Default: the client's <see cref="RiverOptions.JobTimeout"/>.</summary>
    public TimeSpan? JobTimeout { get; init; }
}

/// <summary>What becomes of the running jobs of a queue that is removed.</summary>
public enum QueueRemoval
{
    /// <summary>They run to their end.</summary>
    Drain,

    /// <summary>Their tokens are cancelled, and what doesn't end by itself is handed back: available again, with attempt and errors as before.</summary>
    HandOver,
}

/// <summary>A queue that this process works, as it stood when asked.</summary>
public sealed record WorkedQueue
{
    /// <summary>The queue's name.</summary>
    public required string Name { get; init; }

    /// <summary>How many jobs may run at once; the upper end where the queue scales.</summary>
    public required int MaxWorkers { get; init; }

    /// <summary>The lower end where the queue scales by itself; null where it doesn't.</summary>
    public int? MinWorkers { get; init; }

    /// <summary>How many jobs may run at once just now: <see cref="MaxWorkers"/>, unless the queue scales; 0 while it is being removed.</summary>
    public int Workers { get; init; }

    /// <summary>How many jobs run.</summary>
    public int Running { get; init; }

    /// <summary>Whether the queue is paused in the whole cluster, as far as this process has heard.</summary>
    public bool IsPaused { get; init; }

    /// <summary>Whether it is being removed and only its running jobs are worked.</summary>
    public bool IsDraining { get; init; }

    /// <summary>How many due jobs of kinds that this client doesn't know stand before those it knows, at the last look; they are left for others.</summary>
    public long UnknownJobs { get; init; }
}
