using System.Globalization;

namespace River.EndToEnd;

/// <summary>Schedules with a slot every second, added while the process runs.</summary>
internal static class TickSchedules
{
    /// <param name="host">The process's client.</param>
    /// <param name="count">How many schedules.</param>
    public static async Task AddAsync(IRiverHost host, int count)
    {
        for (var number = 0; number < count; number++)
        {
            await host.AddPeriodicAsync(PeriodicJob.Create(
                "tick_" + number.ToString(CultureInfo.InvariantCulture),
                PeriodicSchedule.Cron("* * * * * *"),
                static _ => new TickJob(),
                new() { Misfire = Misfire.All, MisfireLimit = 10_000 }));
        }
    }
}
