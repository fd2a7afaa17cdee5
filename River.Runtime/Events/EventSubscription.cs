using System.Threading.Channels;
using River.Events;

namespace River;

/// <summary>
/// Events from the moment of <see cref="IRiverHost.Subscribe"/> on, in the order in which they happened; to be read once, by
/// <c>await foreach</c>. The loop ends when the client has stopped and all events are read. Whoever reads slowly misses
/// events, and never slows the client down.
/// </summary>
public sealed class EventSubscription : IAsyncEnumerable<RiverEvent>, IDisposable
{
    private readonly EventHub _hub;
    private readonly Channel<RiverEvent> _events;
    private long _dropped;
    private int _isRead;

    internal EventSubscription(EventHub hub, SubscribeOptions options)
    {
        _hub = hub;
        Kinds = options.Kinds;
        var buffer = new BoundedChannelOptions(options.Capacity) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true };
        _events = Channel.CreateBounded<RiverEvent>(buffer, _ => Drop());
    }

    /// <summary>How many events were dropped because too many waited.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>The events wanted.</summary>
    public RiverEventKinds Kinds { get; }

    /// <summary>Reads the events. Leaving the loop ends the subscription.</summary>
    /// <param name="cancellationToken">Ends the subscription, and the wait for an event with an <see cref="OperationCanceledException"/>.</param>
    /// <returns>The events.</returns>
    /// <exception cref="InvalidOperationException">The subscription is read already: subscribe once for each reader.</exception>
    public IAsyncEnumerator<RiverEvent> GetAsyncEnumerator(CancellationToken cancellationToken = default) =>
        Interlocked.Exchange(ref _isRead, 1) == 0
            ? new Reader(this, cancellationToken)
            : throw new InvalidOperationException("The events of this subscription are read already, and each goes to one reader only. Call Subscribe once for each reader.");

    /// <summary>Ends the subscription: nothing more is added to it. Leaving the loop that reads it does the same.</summary>
    public void Dispose()
    {
        _hub.Remove(this);
        End();
    }

    internal void Offer(RiverEvent happened) => _events.Writer.TryWrite(happened);

    internal void End() => _events.Writer.TryComplete();

    private void Drop()
    {
        if (Interlocked.Increment(ref _dropped) == 1)
            _hub.BeganToDrop(Kinds);
    }

    // No iterator: one that is disposed before its first step runs no finally.
    private sealed class Reader : IAsyncEnumerator<RiverEvent>
    {
        private readonly EventSubscription _of;
        private readonly CancellationToken _cancellationToken;
        private readonly CancellationTokenRegistration _ending;
        private RiverEvent? _current;

        public Reader(EventSubscription of, CancellationToken cancellationToken)
        {
            _of = of;
            _cancellationToken = cancellationToken;
            _ending = cancellationToken.UnsafeRegister(static it => ((EventSubscription)it!).Dispose(), of);
        }

        public RiverEvent Current => _current ?? throw new InvalidOperationException("There is no event yet: call MoveNextAsync first.");

        public async ValueTask<bool> MoveNextAsync()
        {
            do
            {
                _cancellationToken.ThrowIfCancellationRequested();
                if (_of._events.Reader.TryRead(out _current))
                    return true;
            }
            while (await _of._events.Reader.WaitToReadAsync(_cancellationToken).ConfigureAwait(false));

            _cancellationToken.ThrowIfCancellationRequested();
            return false;
        }

        public async ValueTask DisposeAsync()
        {
            await _ending.DisposeAsync().ConfigureAwait(false);
            _of.Dispose();
        }
    }
}
