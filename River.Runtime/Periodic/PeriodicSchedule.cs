using River.Grammar.Cron;
using River.Periodic;

namespace River;

/// <summary>Makes the usual schedules.</summary>
public static class PeriodicSchedule
{
    private static readonly TimeSpan ShortestInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestInterval = TimeSpan.FromDays(3650);

    /// <summary>A schedule by a cron expression, in the grammar of <see cref="PeriodicAttribute.Cron"/>.</summary>
    /// <param name="expression">The expression; a zone at its start (<c>TZ=Europe/London 0 3 * * *</c>) goes before <paramref name="timeZone"/>.</param>
    /// <param name="timeZone">The IANA time zone in which the fields are read; null for UTC.</param>
    /// <returns>The schedule.</returns>
    /// <exception cref="FormatException">The expression can't be read, or no date matches it; the message says which part is wrong.</exception>
    /// <exception cref="TimeZoneNotFoundException">This machine doesn't know the zone.</exception>
    public static IPeriodicSchedule Cron(string expression, string? timeZone = null)
    {
        ArgumentNullException.ThrowIfNull(expression);
        if (!CronExpression.TryParse(expression, out var cron, out var error))
            throw new FormatException($"The cron expression '{expression}' can't be read: {error!.Message}.");
        if (cron!.NeverFires)
            throw new FormatException($"The cron expression '{expression}' is one that no date matches.");
        var zone = cron.TimeZoneId ?? timeZone;
        return new CronSlots(cron, zone is null ? TimeZoneInfo.Utc : TimeZoneInfo.FindSystemTimeZoneById(zone));
    }

    /// <summary>A schedule that counts from the slot before, and at first from when the database first saw it.</summary>
    /// <param name="interval">The time between two slots: one second to 3,650 days.</param>
    /// <returns>The schedule.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The interval is too short or too long.</exception>
    public static IPeriodicSchedule Every(TimeSpan interval)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(interval, ShortestInterval);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(interval, LongestInterval);
        return new IntervalSlots(TimeSpan.FromMicroseconds(Math.Floor(interval.TotalMicroseconds)));
    }
}
