using River.Grammar;
using River.Grammar.Cron;
using River.Registration;

namespace River.Hosting;

/// <summary>What is wrong with the declarations of schedules.</summary>
internal static class ScheduleFaults
{
    public static IEnumerable<string> Of(JobRegistry registry)
    {
        var schedules = registry.Schedules.ToArray();
        foreach (var twins in schedules.GroupBy(schedule => schedule.Id, StringComparer.Ordinal).Where(group => group.Skip(1).Any()))
        {
            yield return $"the schedule id '{twins.Key}' is used by {string.Join(" and ", twins.Select(schedule => JobFaults.Named(schedule.Job)))}; give each [Periodic] an Id of its own.";
        }

        foreach (var schedule in schedules)
        {
            var named = $"schedule '{schedule.Id}' of {JobFaults.Named(schedule.Job)}";
            if (!KindName.IsValid(schedule.Id, out var reason))
                yield return $"{named} has no valid id: {reason}.";

            if (!CronExpression.TryParse(schedule.Cron, out var expression, out var error))
                yield return $"{named} has the cron expression '{schedule.Cron}', which can't be read: {error?.Message}.";
            else if (expression!.NeverFires)
                yield return $"{named} has the cron expression '{schedule.Cron}', which no date matches.";

            if (schedule.Facts.MisfireLimit is < 1 or > ScheduleFacts.MaxMisfireLimit)
                yield return $"{named} has the MisfireLimit {Text.Of(schedule.Facts.MisfireLimit)}; allowed are 1 to {Text.Of(ScheduleFacts.MaxMisfireLimit)}.";

            var zone = expression?.TimeZoneId ?? schedule.TimeZone;
            if (zone is not null && !TimeZoneInfo.TryFindSystemTimeZoneById(zone, out _))
                yield return $"{named} names the time zone '{zone}', which this machine doesn't know; use an IANA name such as 'Europe/Rome', and install time zone data (tzdata) where it is missing.";
        }
    }
}
