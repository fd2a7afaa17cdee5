using System.Threading.Channels;

namespace River.Sqlite.Writing;

/// <summary>Wakes this process's listeners when something was committed; what it was is in the outbox.</summary>
internal sealed class Signals
{
    private readonly Lock _gate = new();
    private Channel<bool>[] _listeners = [];
    private bool _ended;

    /// <summary>Begins to listen: a signal given before the listener looks is kept, several become one.</summary>
    public Channel<bool> Add()
    {
        var listener = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
        lock (_gate)
        {
            _listeners = [.. _listeners, listener];
            if (_ended)
                listener.Writer.TryComplete();
        }

        return listener;
    }

    public void Remove(Channel<bool> listener)
    {
        lock (_gate)
            _listeners = [.. _listeners.Where(other => other != listener)];
    }

    public void Give()
    {
        foreach (var listener in Volatile.Read(ref _listeners))
            listener.Writer.TryWrite(true);
    }

    /// <summary>Ends all listening, now and later.</summary>
    public void End()
    {
        lock (_gate)
        {
            _ended = true;
            foreach (var listener in _listeners)
                listener.Writer.TryComplete();
        }
    }
}
