using Microsoft.Extensions.Logging;
using River.Telemetry;

namespace River.Events;

/// <summary>Passes on what happens to whoever listens. Nothing is made, read or kept for events that nobody wants.</summary>
internal sealed class EventHub(TimeProvider time, ILogger<EventHub> logger) : IDisposable
{
    public const int LargestCapacity = 1_000_000;

    private readonly Lock _gate = new();
    private volatile EventSubscription[] _subscriptions = [];
    private int _wanted;
    private bool _isOver;

    public int Count => _subscriptions.Length;

    /// <summary>Whether somebody wants one of the events. To be asked before an event is made.</summary>
    public bool Wants(RiverEventKinds kinds) => ((RiverEventKinds)Volatile.Read(ref _wanted) & kinds) != RiverEventKinds.None;

    public DateTimeOffset Now => time.GetUtcNow();

    /// <summary>Hears from now on. When this client is gone for good, a subscription that has ended.</summary>
    public EventSubscription Subscribe(SubscribeOptions options)
    {
        if (options.Kinds == RiverEventKinds.None)
            throw new ArgumentException("A subscription to no kind of event would never hear one; name some in Kinds.", nameof(options));
        if (options.Capacity is < 1 or > LargestCapacity)
            throw new ArgumentOutOfRangeException(nameof(options), options.Capacity, "Capacity must be 1 to 1,000,000.");
        var subscription = new EventSubscription(this, options);
        lock (_gate)
        {
            if (_isOver)
                subscription.End();
            else
                Set([.. _subscriptions, subscription]);
        }

        return subscription;
    }

    public void Remove(EventSubscription subscription)
    {
        lock (_gate)
            Set([.. _subscriptions.Where(other => other != subscription)]);
    }

    /// <summary>Never waits and never throws, whatever those who listen do.</summary>
    public void Publish(RiverEvent happened)
    {
        foreach (var subscription in _subscriptions)
        {
            if ((subscription.Kinds & happened.Kind) != RiverEventKinds.None)
                subscription.Offer(happened);
        }
    }

    public void BeganToDrop(RiverEventKinds kinds) => logger.EventsDropped(kinds);

    /// <summary>The client has stopped: those who listen read what there is, and are done.</summary>
    public void End()
    {
        EventSubscription[] ended;
        lock (_gate)
        {
            ended = _subscriptions;
            Set([]);
        }

        foreach (var subscription in ended)
            subscription.End();
    }

    public void Dispose()
    {
        lock (_gate)
            _isOver = true;
        End();
    }

    private void Set(EventSubscription[] subscriptions)
    {
        _subscriptions = subscriptions;
        Volatile.Write(ref _wanted, subscriptions.Aggregate(0, (wanted, subscription) => wanted | (int)subscription.Kinds));
    }
}
