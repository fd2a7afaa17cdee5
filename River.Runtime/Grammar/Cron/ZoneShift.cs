using System;

namespace River.Grammar.Cron;

/// <summary>
/// A moment at which a zone's clock jumps. It is found by asking the zone for offsets of instants alone: .NET's answers
/// about invalid and ambiguous local times are wrong for zones whose "summer" time is behind (Casablanca).
/// </summary>
internal readonly struct ZoneShift
{
    // No zone is further from UTC, so a wall-clock time lies within so many hours of its reading as UTC.
    private static readonly TimeSpan FarthestOffset = TimeSpan.FromHours(14);

    private ZoneShift(DateTime instant, TimeSpan before, TimeSpan after)
    {
        Instant = instant;
        Before = before;
        After = after;
    }

    /// <summary>The first whole second, in UTC, with the new offset.</summary>
    public DateTime Instant { get; }

    public TimeSpan Before { get; }

    public TimeSpan After { get; }

    /// <summary>Where the skipped or repeated wall-clock times start.</summary>
    public DateTime WallStart => Wall(Before < After ? Before : After);

    /// <summary>The first wall-clock time past the skipped or repeated ones.</summary>
    public DateTime WallEnd => Wall(Before < After ? After : Before);

    public bool IsGap => Before < After;

    public bool Contains(DateTime wall) => wall >= WallStart && wall < WallEnd;

    /// <summary>
    /// What the zone does around a wall-clock time: the one shift within 14 hours, or, where there is none, a shift by
    /// nothing.
    /// </summary>
    public static ZoneShift Around(TimeZoneInfo zone, DateTime wall)
    {
        var low = DateTime.SpecifyKind(wall, DateTimeKind.Utc) - FarthestOffset;
        var high = low + FarthestOffset + FarthestOffset;
        var before = zone.GetUtcOffset(low);
        var after = zone.GetUtcOffset(high);
        if (before == after)
            return new ZoneShift(low, before, after);

        // Whole seconds only: some of .NET's rules end a millisecond early.
        var oldSeconds = 0L;
        var newSeconds = (high - low).Ticks / TimeSpan.TicksPerSecond;
        while (newSeconds - oldSeconds > 1)
        {
            var middle = (oldSeconds + newSeconds) / 2;
            if (zone.GetUtcOffset(low.AddTicks(middle * TimeSpan.TicksPerSecond)) == before)
                oldSeconds = middle;
            else
                newSeconds = middle;
        }

        return new ZoneShift(low.AddTicks(newSeconds * TimeSpan.TicksPerSecond), before, after);
    }

    /// <summary>
    /// The instant that shows a wall-clock time: the first one where it is repeated, the shift itself where it is skipped.
    /// </summary>
    public DateTime InstantOf(DateTime wall)
    {
        if (Contains(wall))
            return IsGap ? Instant : Utc(wall, Before);
        return Utc(wall, wall < WallStart ? Before : After);
    }

    /// <summary>The second instant that shows a repeated wall-clock time.</summary>
    public DateTime SecondInstantOf(DateTime wall) => Utc(wall, After);

    private DateTime Wall(TimeSpan offset) => DateTime.SpecifyKind(Instant + offset, DateTimeKind.Unspecified);

    private static DateTime Utc(DateTime wall, TimeSpan offset) => DateTime.SpecifyKind(wall - offset, DateTimeKind.Utc);
}
