using Xunit;

namespace River.Grammar.Tests.Cron;

/// <summary>How often expressions fire on the days of both changes: a rhythm as often as the day is long, a time of day once.</summary>
public class CronDaylightCountTests
{
    [Theory]
    [InlineData("America/New_York", "2025-03-09", 23 * 60)]
    [InlineData("America/New_York", "2025-11-02", 25 * 60)]
    [InlineData("Europe/London", "2025-03-30", 23 * 60)]
    [InlineData("Europe/London", "2025-10-26", 25 * 60)]
    [InlineData("Australia/Lord_Howe", "2025-10-05", 23 * 60 + 30)]
    [InlineData("Australia/Lord_Howe", "2025-04-06", 24 * 60 + 30)]
    [InlineData("Africa/Casablanca", "2025-04-06", 23 * 60)]
    [InlineData("Africa/Casablanca", "2025-02-23", 25 * 60)]
    public void The_day_of_a_change_has_as_many_firings_as_its_length_asks_for(string zoneId, string date, int minutes)
    {
        var zone = TimeZoneInfo.FindSystemTimeZoneById(zoneId);
        var hours = (minutes + 59) / 60;

        Assert.Equal(minutes, Count("* * * * *", zone, date));
        Assert.Equal(minutes / 15, Count("*/15 * * * *", zone, date));
        // Lord Howe shows 01:30 to 02:00 twice, with no full hour in it, or skips 02:00 to 02:30, and the full hour runs late.
        Assert.Equal(zoneId == "Australia/Lord_Howe" ? 24 : hours, Count("0 * * * *", zone, date));
        foreach (var hour in Enumerable.Range(0, 24))
        {
            foreach (var minute in (int[])[0, 15, 30, 59])
                Assert.Equal(1, Count($"{minute} {hour} * * *", zone, date));
        }
    }

    private static int Count(string text, TimeZoneInfo zone, string date)
    {
        var cron = Parsed.Cron(text);
        var day = DateTime.Parse(date, System.Globalization.CultureInfo.InvariantCulture);
        // The second before the local day starts; none of these zones changes its clock at midnight.
        var start = new DateTimeOffset(day, zone.GetUtcOffset(day)).AddSeconds(-1);
        var end = new DateTimeOffset(day.AddDays(1), zone.GetUtcOffset(day.AddDays(1)));
        var count = 0;
        for (var at = cron.NextAfter(start, zone); at < end; at = cron.NextAfter(at.Value, zone))
            count++;
        return count;
    }
}
