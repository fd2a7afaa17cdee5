namespace River.Grammar.Tests.Cron;

/// <summary>One entry of a field's list, as the grammar describes it: evaluated by arithmetic, not by sets of bits.</summary>
internal sealed record ModelItem(int? First, int? Last, int? Step)
{
    public bool IsStar => First is null && Step is null or 1;

    public bool IsInterval => First is null || Last is not null || Step is not null;

    public bool Allows(int value, int min, int max)
    {
        var first = First ?? min;
        var last = Last ?? (First is null || Step is not null ? max : first);
        return value >= first && value <= last && (value - first) % (Step ?? 1) == 0;
    }

    public override string ToString()
    {
        var range = First is null ? "*" : Last is null ? $"{First}" : $"{First}-{Last}";
        return Step is null ? range : $"{range}/{Step}";
    }
}

internal sealed record ModelField(int Min, int Max, IReadOnlyList<ModelItem> Items)
{
    public bool IsStar => Items.Any(item => item.IsStar);

    public bool IsInterval => Items.Any(item => item.IsInterval);

    public bool Allows(int value) => Items.Any(item => item.Allows(value, Min, Max));

    public override string ToString() => string.Join(',', Items);
}

/// <summary>
/// When an expression fires, found by walking through every minute (or second) that the zone's clock shows: the rules in
/// their plainest form, to hold the calculation against.
/// </summary>
internal sealed record ModelExpression(
    ModelField? Second, ModelField Minute, ModelField Hour, ModelField Day, ModelField Month, ModelField Weekday)
{
    // Longer than any stretch of time that a clock of the tested zones shows twice.
    private static readonly TimeSpan RunUp = TimeSpan.FromHours(3);

    public override string ToString() =>
        string.Join(' ', new[] { Second, Minute, Hour, Day, Month, Weekday }.Where(field => field is not null));

    public List<DateTimeOffset> Firings(DateTimeOffset after, TimeSpan window, TimeZoneInfo zone)
    {
        var tick = Second is null ? TimeSpan.FromMinutes(1) : TimeSpan.FromSeconds(1);
        var isInterval = Minute.IsInterval || Hour.IsInterval || Second is { IsInterval: true };
        var firings = new List<DateTimeOffset>();
        var shown = new HashSet<DateTime>();
        var start = after - RunUp;
        start = start.AddTicks(-(start.Ticks % tick.Ticks));
        var expected = TimeZoneInfo.ConvertTime(start, zone).DateTime;
        for (var at = start; at <= after + window; at += tick)
        {
            var wall = TimeZoneInfo.ConvertTime(at, zone).DateTime;
            var fires = Matches(wall) && (shown.Add(wall) || isInterval);
            for (; expected < wall; expected += tick)
                fires |= Matches(expected);
            if (fires && at > after)
                firings.Add(at);
            expected = wall + tick;
        }

        return firings;
    }

    public bool MatchesDay(DateTime wall)
    {
        var day = Day.Allows(wall.Day);
        var weekday = Weekday.Allows((int)wall.DayOfWeek);
        return Month.Allows(wall.Month) && (Day.IsStar || Weekday.IsStar ? day && weekday : day || weekday);
    }

    private bool Matches(DateTime wall) =>
        (Second?.Allows(wall.Second) ?? wall.Second == 0)
        && Minute.Allows(wall.Minute)
        && Hour.Allows(wall.Hour)
        && MatchesDay(wall);
}

/// <summary>The moments around which calculations go wrong: where the clocks of real zones jumped.</summary>
internal static class ClockChanges
{
    private static readonly string[] ZoneIds =
    [
        "America/New_York", "Europe/London", "Australia/Lord_Howe", "Africa/Casablanca", "Antarctica/Troll", "Asia/Amman",
        "America/Santiago", "America/Sao_Paulo", "Pacific/Apia", "Africa/Cairo",
    ];

    public static (TimeZoneInfo Zone, DateTimeOffset Instant)[] Find(int fromYear, int toYear) =>
        [.. ZoneIds.Select(TimeZoneInfo.FindSystemTimeZoneById).SelectMany(zone => Find(zone, fromYear, toYear))];

    private static IEnumerable<(TimeZoneInfo Zone, DateTimeOffset Instant)> Find(TimeZoneInfo zone, int fromYear, int toYear)
    {
        var end = new DateTimeOffset(toYear, 1, 1, 0, 0, 0, TimeSpan.Zero);
        for (var at = new DateTimeOffset(fromYear, 1, 1, 0, 0, 0, TimeSpan.Zero); at < end; at = at.AddMinutes(30))
        {
            if (zone.GetUtcOffset(at) != zone.GetUtcOffset(at.AddMinutes(-30)))
                yield return (zone, at);
        }
    }
}
