using System;

namespace River.Grammar.Cron;

/// <summary>
/// A schedule in the grammar that River's Go clients use (robfig/cron's standard parser): five fields, or six with
/// seconds first; descriptors such as <c>@daily</c>; <c>@every 1h30m</c>; a prefix <c>TZ=</c> or <c>CRON_TZ=</c>.
/// Beyond that grammar, 7 is Sunday too. Where the clock jumps it follows Cronos: times that are skipped fire once, when
/// the clock has jumped; times that are repeated fire once, the first time, unless second, minute or hour has a star, a
/// range or a step: such a rhythm goes on through both.
/// </summary>
internal sealed class CronExpression
{
    private const int FirstYear = 2;
    private const int LastYear = 9990;

    private readonly string _text;
    private readonly CronCalendar? _calendar;
    private readonly TimeSpan _every;

    internal CronExpression(string text, string? timeZoneId, CronCalendar calendar)
    {
        _text = text;
        TimeZoneId = timeZoneId;
        _calendar = calendar;
        NeverFires = calendar.IsEmpty;
    }

    internal CronExpression(string text, string? timeZoneId, TimeSpan every)
    {
        _text = text;
        TimeZoneId = timeZoneId;
        _every = every;
    }

    /// <summary>The zone that the text names by <c>TZ=</c>, unresolved; it goes before a zone given elsewhere.</summary>
    public string? TimeZoneId { get; }

    /// <summary>No date matches, as in 30 February.</summary>
    public bool NeverFires { get; }

    /// <summary>The interval of <c>@every</c>, which counts from the slot before; null for times of the calendar.</summary>
    public TimeSpan? Every => _calendar is null ? _every : null;

    /// <summary>Whether it is a rhythm, which goes on through skipped and repeated hours, and not a time of day.</summary>
    public bool IsInterval => _calendar is null || _calendar.IsInterval;

    /// <summary>Reads an expression. On success the error is null, otherwise the expression is.</summary>
    public static bool TryParse(string? text, out CronExpression? expression, out CronError? error)
    {
        expression = CronParser.Parse(text ?? "", out error);
        return expression is not null;
    }

    /// <summary>
    /// The first firing strictly after an instant, in UTC and whole seconds; null where there is none.
    /// <c>@every</c> counts from that instant, cut to the second, and takes no notice of the zone.
    /// </summary>
    /// <param name="after">The instant to start from, usually the slot that fired last.</param>
    /// <param name="zone">The zone whose clock the fields are read on: the one that <see cref="TimeZoneId"/> names, if any.</param>
    public DateTimeOffset? NextAfter(DateTimeOffset after, TimeZoneInfo zone)
    {
        if (NeverFires || after.UtcDateTime.Year > LastYear)
            return null;

        var utc = after.UtcDateTime.Year < FirstYear ? new DateTime(FirstYear, 1, 1, 0, 0, 0, DateTimeKind.Utc) : after.UtcDateTime;
        var from = utc.AddTicks(-(utc.Ticks % TimeSpan.TicksPerSecond));
        var next = _calendar is null ? from + _every : NextAfter(_calendar, from, zone);
        return next is null ? null : new DateTimeOffset(next.Value, TimeSpan.Zero);
    }

    public override string ToString() => _text;

    private static DateTime? NextAfter(CronCalendar calendar, DateTime from, TimeZoneInfo zone)
    {
        var wall = DateTime.SpecifyKind(from + zone.GetUtcOffset(from), DateTimeKind.Unspecified);
        var next = calendar.From(wall.AddSeconds(1));

        var shift = ZoneShift.Around(zone, wall);
        if (!shift.IsGap && shift.Contains(wall))
        {
            if (from < shift.Instant)
            {
                // The clock will be put back behind this time: the rhythm has the repeated hour ahead of it.
                var repeated = calendar.IsInterval && !(next < shift.WallEnd) ? calendar.From(shift.WallStart) : null;
                if (repeated < shift.WallEnd)
                    return shift.SecondInstantOf(repeated.Value);
            }
            else if (next < shift.WallEnd)
            {
                if (calendar.IsInterval)
                    return shift.SecondInstantOf(next.Value);
                next = calendar.From(shift.WallEnd);
            }
        }

        return next is null ? null : ZoneShift.Around(zone, next.Value).InstantOf(next.Value);
    }
}
