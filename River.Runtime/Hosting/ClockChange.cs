using River.Grammar.Cron;

namespace River.Hosting;

/// <summary>A time of day that a schedule names and that its zone's clock skips or shows twice.</summary>
/// <param name="IsGap">Whether it is skipped; otherwise it is shown twice.</param>
/// <param name="Wall">The time of day on the zone's clock.</param>
/// <param name="RunsAt">When the schedule runs instead.</param>
internal readonly record struct ClockChange(bool IsGap, DateTime Wall, DateTimeOffset RunsAt)
{
    private const int DaysAhead = 366;

    /// <summary>What the coming year has in store for each schedule. Rhythms such as every 5 minutes just go on, and aren't listed.</summary>
    public static IEnumerable<(string Schedule, string Zone, ClockChange Change)> Of(IEnumerable<ScheduleRegistration> schedules, DateTimeOffset now)
    {
        foreach (var schedule in schedules)
        {
            if (!CronExpression.TryParse(schedule.Cron, out var cron, out _) || cron!.IsInterval)
                continue;
            if ((cron.TimeZoneId ?? schedule.TimeZone) is not { } id || !TimeZoneInfo.TryFindSystemTimeZoneById(id, out var zone))
                continue;
            foreach (var change in Of(cron, zone, now))
                yield return (schedule.Id, id, change);
        }
    }

    internal static IEnumerable<ClockChange> Of(CronExpression cron, TimeZoneInfo zone, DateTimeOffset now)
    {
        var seen = new HashSet<DateTime>();
        for (var day = 0; day <= DaysAhead; day++)
        {
            var shift = ZoneShift.Around(zone, now.UtcDateTime.AddDays(day));
            if (shift.Before == shift.After || !seen.Add(shift.Instant) || shift.Instant <= now.UtcDateTime)
                continue;

            // On a clock that never jumps the times in question are ordinary ones.
            var unchanged = TimeZoneInfo.CreateCustomTimeZone("unchanged", shift.Before, displayName: null, standardDisplayName: null);
            var length = (shift.After - shift.Before).Duration();
            var start = new DateTimeOffset(shift.IsGap ? shift.Instant : shift.Instant - length, TimeSpan.Zero);
            if (cron.NextAfter(start.AddSeconds(-1), unchanged) is { } slot && slot < start + length && cron.NextAfter(start.AddSeconds(-1), zone) is { } runsAt)
                yield return new ClockChange(shift.IsGap, slot.UtcDateTime + shift.Before, runsAt);
        }
    }
}
