namespace River.Completion;

/// <summary>Outcomes that couldn't be written for reasons of their own, and keep no other waiting. Used by the completer's loop only.</summary>
internal sealed class LateOutcomes(TimeProvider time)
{
    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(5);

    private readonly PriorityQueue<Outcome, long> _waiting = new();

    /// <summary>How many wait; may be asked by anyone.</summary>
    public int Count => _waiting.Count;

    /// <summary>How long until the first is to be tried again; null when none waits.</summary>
    public TimeSpan? Next => !_waiting.TryPeek(out _, out var due) ? null
        : time.GetElapsedTime(time.GetTimestamp(), due) is var wait && wait > TimeSpan.Zero ? wait
        : TimeSpan.Zero;

    /// <summary>Keeps one for another try: soon at first, and then less and less often.</summary>
    /// <returns>The wait.</returns>
    public TimeSpan Add(Outcome outcome, TimeSpan longest)
    {
        var wait = outcome.LastWait == TimeSpan.Zero ? FirstWait : outcome.LastWait * 2;
        wait = wait < longest ? wait : longest;
        _waiting.Enqueue(outcome with { LastWait = wait }, time.GetTimestamp() + (long)(wait.TotalSeconds * time.TimestampFrequency));
        return wait;
    }

    /// <summary>Hands over one whose time has come.</summary>
    public bool TryTake(out Outcome outcome)
    {
        outcome = null!;
        if (Next != TimeSpan.Zero)
            return false;
        outcome = _waiting.Dequeue();
        return true;
    }

    /// <summary>Hands over all that wait.</summary>
    public List<Outcome> TakeAll()
    {
        var all = _waiting.UnorderedItems.Select(item => item.Element).ToList();
        _waiting.Clear();
        return all;
    }
}
