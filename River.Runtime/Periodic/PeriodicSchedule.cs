using River.Grammar.Cron;
using River.Inserting;
using River.Storage;

namespace River.Periodic;

/// <summary>One declared schedule: its slots, and the jobs for them.</summary>
internal sealed class PeriodicSchedule(ScheduleRegistration registration, CronExpression cron, TimeZoneInfo zone)
{
    private static readonly TimeSpan FirstWindow = TimeSpan.FromSeconds(1);

    public string Id => registration.Id;

    public string Kind => registration.Job.Kind;

    /// <summary>How often in a row taking a slot failed.</summary>
    public int Failures { get; set; }

    /// <summary>When it may be tried again after a failure, by the database's clock.</summary>
    public DateTimeOffset NotBefore { get; set; }

    /// <summary>Reads a declaration. Start validation has done so before: an error is a fault of the host's.</summary>
    /// <exception cref="FormatException">The cron expression can't be read.</exception>
    /// <exception cref="TimeZoneNotFoundException">The time zone isn't known here.</exception>
    public static PeriodicSchedule Of(ScheduleRegistration registration)
    {
        if (!CronExpression.TryParse(registration.Cron, out var cron, out var error))
            throw new FormatException($"The cron expression '{registration.Cron}' of schedule '{registration.Id}' can't be read: {error!.Message}");
        var zone = cron!.TimeZoneId ?? registration.TimeZone;
        return new PeriodicSchedule(registration, cron, zone is null ? TimeZoneInfo.Utc : TimeZoneInfo.FindSystemTimeZoneById(zone));
    }

    /// <summary>The slot to take now: of several missed ones the latest; null when none is due.</summary>
    public DateTimeOffset? DueSlot(ScheduleRow row)
    {
        if (row.LastSlot is null && registration.RunOnStart)
            return row.DeclaredAt;
        return NextAfter(row.LastSlot ?? row.DeclaredAt) is { } first && first <= row.Now ? LatestFrom(first, row.Now) : null;
    }

    public DateTimeOffset? NextAfter(DateTimeOffset slot) => cron.NextAfter(slot, zone);

    /// <exception cref="Exception">Whatever the application's <c>Create</c> throws.</exception>
    public JobInsert JobFor(DateTimeOffset slot, DateTimeOffset? previous, Inserter inserter) =>
        inserter.PreparePeriodic(registration.CreateRequest(new PeriodicContext(Id, slot, previous)), Id, slot);

    private DateTimeOffset LatestFrom(DateTimeOffset first, DateTimeOffset now)
    {
        if (cron.Every is { } every)
            return first + (every * Math.Floor((now - first) / every));

        // Back from now in growing steps, so that a long absence doesn't mean walking through all its slots.
        for (var window = FirstWindow; now - window > first; window *= 2)
        {
            if (NextAfter(now - window) is { } slot && slot <= now)
                return Walk(slot, now);
        }

        return Walk(first, now);
    }

    private DateTimeOffset Walk(DateTimeOffset slot, DateTimeOffset now)
    {
        while (NextAfter(slot) is { } next && next <= now)
            slot = next;
        return slot;
    }
}
