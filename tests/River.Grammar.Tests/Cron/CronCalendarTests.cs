using Xunit;

namespace River.Grammar.Tests.Cron;

/// <summary>When expressions fire by River's grammar, in UTC.</summary>
public class CronCalendarTests
{
    [Theory]
    // Steps: N/step is N to the highest value.
    [InlineData("2012-07-09 14:45", "0/15 * * * *", "2012-07-09 15:00")]
    [InlineData("2012-07-09 14:59", "0/15 * * * *", "2012-07-09 15:00")]
    [InlineData("2012-07-09 15:40", "5/15 * * * *", "2012-07-09 15:50")]
    [InlineData("2012-07-09 15:50", "5/15 * * * *", "2012-07-09 16:05")]
    [InlineData("2012-07-09 15:45", "0 20-35/15 * * * *", "2012-07-09 16:20")]
    [InlineData("2012-07-09 15:00", "*/100 * * * *", "2012-07-09 16:00")]
    // Carry over hour, day, month, year.
    [InlineData("2012-07-09 23:46", "0 */15 * * * *", "2012-07-10 00:00")]
    [InlineData("2012-07-09 23:45", "0 20-35/15 * * * *", "2012-07-10 00:20")]
    [InlineData("2012-07-09 23:35:51", "15/35 20-35/15 * * * *", "2012-07-10 00:20:15")]
    [InlineData("2012-07-09 23:35:51", "15/35 20-35/15 1/2 * * *", "2012-07-10 01:20:15")]
    [InlineData("2012-07-09 23:35:51", "15/35 20-35/15 10-12 * * *", "2012-07-10 10:20:15")]
    [InlineData("2012-07-09 23:35:51", "15/35 20-35/15 1/2 */2 * *", "2012-07-11 01:20:15")]
    [InlineData("2012-07-09 23:35:51", "15/35 20-35/15 * 9-20 Jul *", "2012-07-10 00:20:15")]
    [InlineData("2012-07-09 23:35", "0 0 0 9 Apr-Oct ?", "2012-08-09 00:00")]
    [InlineData("2012-12-31 23:59:45", "0 * * * * *", "2013-01-01 00:00")]
    [InlineData("2012-07-09 23:35", "0 0 0 * Feb Mon", "2013-02-04 00:00")]
    [InlineData("2012-07-09 23:35", "0 0 0 * Feb Mon/2", "2013-02-01 00:00")]
    [InlineData("2012-11-04 00:00", "0 0 3 3 * ?", "2012-12-03 03:00")]
    // Both days restricted: either is enough, and a star with a step restricts.
    [InlineData("2012-07-09 23:35", "0 0 0 */5 Apr,Aug,Oct Mon", "2012-08-01 00:00")]
    [InlineData("2012-07-09 23:35", "0 0 0 */5 Oct Mon", "2012-10-01 00:00")]
    [InlineData("2012-07-14 12:00", "0 0 1,15 * Sun", "2012-07-15 00:00")]
    [InlineData("2012-06-14 12:00", "0 0 1,15 * Sun", "2012-06-15 00:00")]
    [InlineData("2012-07-30 12:00", "0 0 1,15 * Sun", "2012-08-01 00:00")]
    [InlineData("2012-07-11 12:00", "0 0 */10 * Sun", "2012-07-15 00:00")]
    [InlineData("2012-07-15 12:00", "0 0 */10 * Sun", "2012-07-21 00:00")]
    // One of them a star (also with step 1, or '?'): the other decides.
    [InlineData("2012-07-15 00:00", "0 0 * * Mon", "2012-07-16 00:00")]
    [InlineData("2012-07-09 00:00", "0 0 1,15 * *", "2012-07-15 00:00")]
    [InlineData("2012-07-09 00:00", "0 0 1,15 * */1", "2012-07-15 00:00")]
    [InlineData("2012-07-09 00:00", "0 0 ? * Fri", "2012-07-13 00:00")]
    [InlineData("2012-07-09 00:00", "0 0 1-31 * Fri", "2012-07-10 00:00")]
    // Sunday is 0 and 7; a step ends at Saturday.
    [InlineData("2012-07-09 00:00", "0 0 * * 0", "2012-07-15 00:00")]
    [InlineData("2012-07-09 00:00", "0 0 * * 7", "2012-07-15 00:00")]
    [InlineData("2012-07-14 00:00", "0 0 * * 6-7", "2012-07-15 00:00")]
    [InlineData("2012-07-15 00:00", "0 0 * * 6-7", "2012-07-21 00:00")]
    [InlineData("2012-07-14 00:00", "0 0 * * 1/2", "2012-07-16 00:00")]
    // Leap years, also across a century that is none.
    [InlineData("2012-07-09 23:35", "0 0 0 29 Feb ?", "2016-02-29 00:00")]
    [InlineData("2096-02-29 00:00", "0 0 29 2 *", "2104-02-29 00:00")]
    // Descriptors.
    [InlineData("2012-07-09 15:04", "@hourly", "2012-07-09 16:00")]
    [InlineData("2012-07-09 15:04", "@daily", "2012-07-10 00:00")]
    [InlineData("2012-07-09 15:04", "@midnight", "2012-07-10 00:00")]
    [InlineData("2012-07-09 15:04", "@weekly", "2012-07-15 00:00")]
    [InlineData("2012-07-09 15:04", "@monthly", "2012-08-01 00:00")]
    [InlineData("2012-07-09 15:04", "@yearly", "2013-01-01 00:00")]
    [InlineData("2012-07-09 15:04", "@annually", "2013-01-01 00:00")]
    // Strictly after, whatever the fraction of the second.
    [InlineData("2012-07-09 15:00:00", "0 15 * * *", "2012-07-10 15:00")]
    [InlineData("2012-07-09 14:59:59.9999999", "0 15 * * *", "2012-07-09 15:00")]
    [InlineData("2012-07-09 15:00:00.0000001", "0 15 * * *", "2012-07-10 15:00")]
    [InlineData("2012-07-09 15:00:00.0000001", "* * * * * *", "2012-07-09 15:00:01")]
    public void The_next_firing_is_found(string after, string text, string expected) =>
        Assert.Equal(Parsed.Instant(expected), Parsed.Cron(text).NextAfter(Parsed.Instant(after), TimeZoneInfo.Utc));

    [Theory]
    [InlineData("2012-07-09 14:45", "15m50ns", "2012-07-09 15:00")]
    [InlineData("2012-07-09 14:59:59", "15m", "2012-07-09 15:14:59")]
    [InlineData("2012-07-09 15:45", "35m", "2012-07-09 16:20")]
    [InlineData("2012-07-09 23:35:51", "25h44m24s", "2012-07-11 01:20:15")]
    [InlineData("2012-07-09 23:35", "2184h25m", "2012-10-09 00:00")]
    [InlineData("2012-12-31 23:59:45", "15s", "2013-01-01 00:00")]
    [InlineData("2012-07-09 14:45", "15ms", "2012-07-09 14:45:01")]
    [InlineData("2012-07-09 14:45:00.005", "15m", "2012-07-09 15:00")]
    [InlineData("2012-07-09 14:45", "1.9999s", "2012-07-09 14:45:01")]
    [InlineData("2012-07-09 14:45", "1.5h", "2012-07-09 16:15")]
    [InlineData("2012-07-09 14:45", "1500000µs", "2012-07-09 14:45:01")]
    public void An_interval_counts_from_the_instant_in_whole_seconds(string after, string interval, string expected) =>
        Assert.Equal(
            Parsed.Instant(expected),
            Parsed.Cron("@every " + interval).NextAfter(Parsed.Instant(after), TimeZoneInfo.FindSystemTimeZoneById("America/New_York")));

    [Theory]
    [InlineData("2016-01-03 13:09:03 +05:30", "14 14 * * *", "2016-01-03 14:14 +05:30")]
    [InlineData("2016-01-03 04:09:03 +05:30", "14 14 * * ?", "2016-01-03 14:14 +05:30")]
    [InlineData("2016-01-03 14:14 +05:30", "14 14 * * *", "2016-01-04 14:14 +05:30")]
    public void Fields_are_read_on_the_clock_of_the_zone_and_told_in_UTC(string after, string text, string expected)
    {
        var next = Parsed.Cron(text).NextAfter(Parsed.Instant(after), TimeZoneInfo.FindSystemTimeZoneById("Asia/Kolkata"));
        Assert.Equal(Parsed.Instant(expected), next);
        Assert.Equal(TimeSpan.Zero, next!.Value.Offset);
    }

    [Fact]
    public void The_ends_of_the_calendar_are_no_trap()
    {
        var lordHowe = TimeZoneInfo.FindSystemTimeZoneById("Australia/Lord_Howe");
        Assert.Null(Parsed.Cron("* * * * *").NextAfter(DateTimeOffset.MaxValue, lordHowe));
        Assert.Null(Parsed.Cron("@every 2562047h").NextAfter(DateTimeOffset.MaxValue, lordHowe));
        Assert.NotNull(Parsed.Cron("* * * * *").NextAfter(DateTimeOffset.MinValue, lordHowe));
        Assert.NotNull(Parsed.Cron("0 0 29 2 *").NextAfter(Parsed.Instant("9990-06-01 00:00"), lordHowe));
        Assert.Equal(Parsed.Instant("9995-04-06 00:00"), Parsed.Cron("@every 43848h").NextAfter(Parsed.Instant("9990-04-05 00:00"), lordHowe));
    }
}
