namespace River;

/// <summary>Something that happened in this process's client. To be told apart by type, as in a <c>switch</c>; see <see cref="IRiverHost.Subscribe"/>.</summary>
public abstract record RiverEvent
{
    // Later versions add events; applications don't.
    private protected RiverEvent()
    {
    }

    /// <summary>Which event it is, as one flag.</summary>
    public abstract RiverEventKinds Kind { get; }

    /// <summary>When it happened, in UTC by this process's clock.</summary>
    public required DateTimeOffset At { get; init; }
}

/// <summary>Something that happened to a queue that this process works.</summary>
public abstract record QueueEvent : RiverEvent
{
    private protected QueueEvent()
    {
    }

    /// <summary>The queue's name; of a family added or removed as a whole, its pattern's members each.</summary>
    public required string Queue { get; init; }
}

/// <summary>The queue was paused: its jobs wait, those that run go on. Told once, by whomever it was paused; not for one that was paused at the start.</summary>
public sealed record QueuePausedEvent : QueueEvent
{
    /// <inheritdoc/>
    public override RiverEventKinds Kind => RiverEventKinds.QueuePaused;
}

/// <summary>The queue was resumed.</summary>
public sealed record QueueResumedEvent : QueueEvent
{
    /// <inheritdoc/>
    public override RiverEventKinds Kind => RiverEventKinds.QueueResumed;
}

/// <summary>This process works one more queue, because of a call or of changed configuration.</summary>
public sealed record QueueAddedEvent : QueueEvent
{
    /// <inheritdoc/>
    public override RiverEventKinds Kind => RiverEventKinds.QueueAdded;
}

/// <summary>This process works a queue no more, and its last job has ended.</summary>
public sealed record QueueRemovedEvent : QueueEvent
{
    /// <inheritdoc/>
    public override RiverEventKinds Kind => RiverEventKinds.QueueRemoved;
}

/// <summary>
/// Due jobs of kinds that this process doesn't know stand before the others in one of its queues; they wait for a process
/// that does. Told when there are some first, and with 0 when they are gone.
/// </summary>
public sealed record UnknownJobsEvent : QueueEvent
{
    /// <inheritdoc/>
    public override RiverEventKinds Kind => RiverEventKinds.UnknownJobs;

    /// <summary>How many wait.</summary>
    public required long Jobs { get; init; }
}
