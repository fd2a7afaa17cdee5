namespace River.Fetching;

/// <summary>Moments at which a queue is to be looked at, because a job in it is known to be due then.</summary>
internal sealed class DueHints(TimeProvider time)
{
    private readonly PriorityQueue<string, long> _due = new();
    private readonly Lock _lock = new();

    public void Add(string queue, TimeSpan delay)
    {
        var ticks = (long)(delay.TotalSeconds * time.TimestampFrequency);
        lock (_lock)
            _due.Enqueue(queue, time.GetTimestamp() + ticks);
    }

    /// <summary>Hands over the queues whose moment has come.</summary>
    public void Take(Action<string> hint)
    {
        lock (_lock)
        {
            while (_due.TryPeek(out var queue, out var due) && due <= time.GetTimestamp())
            {
                _due.Dequeue();
                hint(queue);
            }
        }
    }

    /// <summary>The wait until the next moment; null when there is none.</summary>
    public TimeSpan? Next()
    {
        lock (_lock)
        {
            if (!_due.TryPeek(out _, out var due))
                return null;
            var wait = time.GetElapsedTime(time.GetTimestamp(), due);
            return wait > TimeSpan.Zero ? wait : TimeSpan.Zero;
        }
    }
}
