using River.Grammar.Cron;

namespace River.Periodic;

/// <summary>A schedule that can be asked for its latest slots without walking through all of them.</summary>
internal interface ISlots : IPeriodicSchedule
{
    /// <summary>
    /// The oldest of the latest <paramref name="count"/> slots up to a moment, both ends included; <paramref name="first"/>
    /// is a slot and the earliest that counts.
    /// </summary>
    DateTimeOffset OldestOfLatest(DateTimeOffset first, DateTimeOffset now, int count);
}

/// <summary>Slots at equal distances from the first.</summary>
internal sealed class IntervalSlots(TimeSpan interval) : ISlots
{
    public DateTimeOffset? NextAfter(DateTimeOffset after) => DateTimeOffset.MaxValue - after < interval ? null : after + interval;

    public DateTimeOffset OldestOfLatest(DateTimeOffset first, DateTimeOffset now, int count)
    {
        var passed = (now - first).Ticks / interval.Ticks;
        return first.AddTicks(interval.Ticks * Math.Max(0, passed - (count - 1)));
    }
}

/// <summary>The slots of a cron expression on a zone's clock.</summary>
internal sealed class CronSlots(CronExpression cron, TimeZoneInfo zone) : ISlots
{
    public DateTimeOffset? NextAfter(DateTimeOffset after) => cron.NextAfter(after, zone);

    public DateTimeOffset OldestOfLatest(DateTimeOffset first, DateTimeOffset now, int count)
    {
        // "@every" counts in whole seconds from the slot before, so its first slot is on a whole second already.
        return cron.Every is { } every
            ? new IntervalSlots(every).OldestOfLatest(first, now, count)
            : LatestWindow.OldestOfLatest(this, first, now, count);
    }
}

/// <summary>Looks back from now in growing steps, so that a long absence doesn't mean walking through all its slots.</summary>
internal static class LatestWindow
{
    private static readonly TimeSpan FirstWindow = TimeSpan.FromSeconds(1);

    public static DateTimeOffset OldestOfLatest(IPeriodicSchedule schedule, DateTimeOffset first, DateTimeOffset now, int count)
    {
        for (var window = FirstWindow; now - window > first; window *= 2)
        {
            if (schedule.NextAfter(now - window) is { } slot && slot <= now && Walk(schedule, slot, now, count) is { Found: true } end)
                return end.Oldest;
        }

        return Walk(schedule, first, now, count).Oldest;
    }

    /// <summary>The oldest of the latest slots from one on, and whether there were as many as asked for.</summary>
    private static (DateTimeOffset Oldest, bool Found) Walk(IPeriodicSchedule schedule, DateTimeOffset slot, DateTimeOffset now, int count)
    {
        var latest = new Queue<DateTimeOffset>();
        latest.Enqueue(slot);
        while (schedule.NextAfter(slot) is { } next && next <= now)
        {
            slot = next;
            if (latest.Count == count)
                latest.Dequeue();
            latest.Enqueue(slot);
        }

        return (latest.Peek(), latest.Count == count);
    }
}
