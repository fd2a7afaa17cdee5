using System.Collections.Concurrent;
using River.Supervision;

namespace River.Fetching;

/// <summary>
/// One queue of this client: how many of its slots are taken, and whether there may be work in it. A queue that may
/// have work stands in the list of ready ones; while it has no free slot it stands aside, until one is freed.
/// </summary>
internal sealed class QueueSlots(string name, int maxWorkers, ConcurrentQueue<QueueSlots> ready, Signal wake)
{
    private const int Idle = 0;
    private const int Ready = 1;
    private const int Starved = 2;

    private int _running;
    private int _state;

    public string Name => name;

    public int MaxWorkers => maxWorkers;

    public int Free => Math.Max(0, maxWorkers - Volatile.Read(ref _running));

    /// <summary>How many jobs the claim under way asks for. The fetcher's own.</summary>
    public int Asked { get; set; }

    /// <summary>How many jobs the claim brought. The fetcher's own.</summary>
    public int Got { get; set; }

    /// <summary>There may be work in the queue.</summary>
    public void Hint() => Enter(Idle);

    public void Take() => Interlocked.Increment(ref _running);

    public void Release()
    {
        Interlocked.Decrement(ref _running);
        Enter(Starved);
    }

    /// <summary>
    /// Called for a queue taken from the list: whether it can be served now. Hints that come from here on count for
    /// the next claim.
    /// </summary>
    public bool TryServe()
    {
        if (Free > 0)
        {
            Interlocked.Exchange(ref _state, Idle);
            return true;
        }

        Interlocked.Exchange(ref _state, Starved);

        // A slot freed just before wasn't told of a queue that waits for one.
        if (Free > 0)
            Enter(Starved);
        return false;
    }

    private void Enter(int from)
    {
        if (Interlocked.CompareExchange(ref _state, Ready, from) != from)
            return;
        ready.Enqueue(this);
        wake.Set();
    }
}
