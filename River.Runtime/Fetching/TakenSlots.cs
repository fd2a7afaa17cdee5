namespace River.Fetching;

/// <summary>How many slots of all queues together are taken.</summary>
internal sealed class TakenSlots
{
    private int _count;

    public int Count => Volatile.Read(ref _count);

    public void Add(int change) => Interlocked.Add(ref _count, change);
}
