namespace River.Periodic;

/// <summary>An application's own schedule, held to what it promises.</summary>
internal sealed class CheckedSlots(string id, IPeriodicSchedule schedule) : ISlots
{
    /// <summary>How many slots in a row are walked through; after a longer absence the schedule is asked from a recent moment instead.</summary>
    private const int LongestWalk = 10_000;

    private const long TicksPerMicrosecond = TimeSpan.TicksPerMillisecond / 1000;

    /// <exception cref="PeriodicScheduleException">It threw, or didn't advance.</exception>
    public DateTimeOffset? NextAfter(DateTimeOffset after)
    {
        DateTimeOffset? next;
        try
        {
            next = schedule.NextAfter(after);
        }
        catch (Exception error)
        {
            throw new PeriodicScheduleException(id, $"it threw an exception when asked for its next slot after {after:O}", error);
        }

        if (next is not { } slot)
            return null;
        // What the database keeps of it, so that the slot read back is the one that was taken.
        slot = slot.ToUniversalTime();
        slot = slot.AddTicks(-(slot.Ticks % TicksPerMicrosecond));
        return slot > after
            ? slot
            : throw new PeriodicScheduleException(id, $"asked for its next slot after {after:O} it returned {slot:O}, which isn't later in whole microseconds");
    }

    public DateTimeOffset OldestOfLatest(DateTimeOffset first, DateTimeOffset now, int count)
    {
        var latest = new Queue<DateTimeOffset>();
        latest.Enqueue(first);
        var slot = first;
        for (var steps = 0; NextAfter(slot) is { } next && next <= now; steps++)
        {
            if (steps == LongestWalk)
                return LatestWindow.OldestOfLatest(this, first, now, count);
            slot = next;
            if (latest.Count == count)
                latest.Dequeue();
            latest.Enqueue(slot);
        }

        return latest.Peek();
    }
}
