using System.Threading.Channels;

namespace River.Sqlite.Writing;

/// <summary>Wakes this process's listeners when something was committed; what it was is in the outbox.</summary>
internal sealed class Signals
{
    private readonly Lock _gate = new();
    private Channel<bool>[] _listeners = [];

    /// <summary>Begins to listen: a signal given before the listener looks is kept, several become one.</summary>
    public Channel<bool> Add()
    {
        var listener = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
        lock (_gate)
            _listeners = [.. _listeners, listener];
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
}
