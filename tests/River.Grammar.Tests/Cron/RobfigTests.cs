using Xunit;

namespace River.Grammar.Tests.Cron;

/// <summary>The behaviour that robfig/cron publishes by its tests, as facts; what its tables share with ours is in <see cref="CronCalendarTests"/>.</summary>
public class RobfigTests
{
    // Which moments an expression stands for.
    [Theory]
    [InlineData("2012-07-09 15:00", "0/15 * * * *", true)]
    [InlineData("2012-07-09 15:45", "0/15 * * * *", true)]
    [InlineData("2012-07-09 15:40", "0/15 * * * *", false)]
    [InlineData("2012-07-09 15:05", "5/15 * * * *", true)]
    [InlineData("2012-07-09 15:20", "5/15 * * * *", true)]
    [InlineData("2012-07-09 15:50", "5/15 * * * *", true)]
    [InlineData("2012-07-15 15:00", "0/15 * * Jul *", true)]
    [InlineData("2012-07-15 15:00", "0/15 * * Jun *", false)]
    [InlineData("2012-07-15 08:30", "30 08 ? Jul Sun", true)]
    [InlineData("2012-07-15 08:30", "30 08 15 Jul ?", true)]
    [InlineData("2012-07-16 08:30", "30 08 ? Jul Sun", false)]
    [InlineData("2012-07-16 08:30", "30 08 15 Jul ?", false)]
    [InlineData("2012-07-09 15:00", "@hourly", true)]
    [InlineData("2012-07-09 15:04", "@hourly", false)]
    [InlineData("2012-07-09 15:00", "@daily", false)]
    [InlineData("2012-07-09 00:00", "@daily", true)]
    [InlineData("2012-07-09 00:00", "@weekly", false)]
    [InlineData("2012-07-08 00:00", "@weekly", true)]
    [InlineData("2012-07-08 01:00", "@weekly", false)]
    [InlineData("2012-07-08 00:00", "@monthly", false)]
    [InlineData("2012-07-01 00:00", "@monthly", true)]
    // Either day is enough where both are restricted; the other decides beside a star.
    [InlineData("2012-07-15 00:00", "* * 1,15 * Sun", true)]
    [InlineData("2012-06-15 00:00", "* * 1,15 * Sun", true)]
    [InlineData("2012-08-01 00:00", "* * 1,15 * Sun", true)]
    [InlineData("2012-07-15 00:00", "* * */10 * Sun", true)]
    [InlineData("2012-07-15 00:00", "* * * * Mon", false)]
    [InlineData("2012-07-09 00:00", "* * 1,15 * *", false)]
    [InlineData("2012-07-15 00:00", "* * 1,15 * *", true)]
    [InlineData("2012-07-15 00:00", "* * */2 * Sun", true)]
    public void An_expression_stands_for_a_moment_or_not(string moment, string text, bool active)
    {
        var at = Parsed.Instant(moment);

        Assert.Equal(active, Parsed.Cron(text).NextAfter(at.AddSeconds(-1), TimeZoneInfo.Utc) == at);
    }

    // Clock changes, where robfig and Cronos agree.
    [Theory]
    [InlineData("2012-03-11T00:00:00-05:00", "0 0 * * * ?", "2012-03-11T01:00:00-05:00")]
    [InlineData("2012-03-11T01:00:00-05:00", "0 0 * * * ?", "2012-03-11T03:00:00-04:00")]
    [InlineData("2012-03-11T03:00:00-04:00", "0 0 * * * ?", "2012-03-11T04:00:00-04:00")]
    [InlineData("2012-03-11T04:00:00-04:00", "0 0 * * * ?", "2012-03-11T05:00:00-04:00")]
    [InlineData("2012-03-11T00:00:00-05:00", "0 0 1 * * ?", "2012-03-11T01:00:00-05:00")]
    [InlineData("2012-03-11T01:00:00-05:00", "0 0 1 * * ?", "2012-03-12T01:00:00-04:00")]
    [InlineData("2012-11-04T00:00:00-04:00", "0 30 2 04 Nov ?", "2012-11-04T02:30:00-05:00")]
    [InlineData("2012-11-04T00:00:00-04:00", "0 0 * * * ?", "2012-11-04T01:00:00-04:00")]
    [InlineData("2012-11-04T01:00:00-04:00", "0 0 * * * ?", "2012-11-04T01:00:00-05:00")]
    [InlineData("2012-11-04T01:00:00-05:00", "0 0 * * * ?", "2012-11-04T02:00:00-05:00")]
    [InlineData("2012-11-04T00:00:00-04:00", "0 0 1 * * ?", "2012-11-04T01:00:00-04:00")]
    [InlineData("2012-11-04T01:00:00-05:00", "0 0 1 * * ?", "2012-11-05T01:00:00-05:00")]
    [InlineData("2012-11-04T00:00:00-04:00", "0 0 2 * * ?", "2012-11-04T02:00:00-05:00")]
    [InlineData("2012-11-04T02:00:00-05:00", "0 0 2 * * ?", "2012-11-05T02:00:00-05:00")]
    [InlineData("2012-11-04T00:00:00-04:00", "0 0 3 * * ?", "2012-11-04T03:00:00-05:00")]
    [InlineData("2012-11-04T03:00:00-05:00", "0 0 3 * * ?", "2012-11-05T03:00:00-05:00")]
    [InlineData("2012-11-04T00:00:00-04:00", "0 0 3 3 * ?", "2012-12-03T03:00:00-05:00")]
    [InlineData("2012-11-04T00:00:00-04:00", "TZ=America/New_York 0 0 3 3 * ?", "2012-12-03T03:00:00-05:00")]
    // Midnight is skipped in between.
    [InlineData("2018-10-17T05:00:00-04:00", "TZ=America/Sao_Paulo 0 0 9 10 * ?", "2018-11-10T06:00:00-05:00")]
    [InlineData("2018-02-14T05:00:00-05:00", "TZ=America/Sao_Paulo 0 0 9 22 * ?", "2018-02-22T07:00:00-05:00")]
    public void A_clock_change_is_passed_as_by_robfig(string after, string text, string expected) => AssertNext(after, text, expected);

    // Where they don't, ours is Cronos's: a time of day isn't left out for being skipped, nor run again for being repeated.
    [Theory]
    // robfig: 2013-03-11 02:30, and 2012-03-12 02:00.
    [InlineData("2012-03-11T00:00:00-05:00", "0 30 2 11 Mar ?", "2012-03-11T03:00:00-04:00")]
    [InlineData("2012-03-11T00:00:00-05:00", "0 0 2 * * ?", "2012-03-11T03:00:00-04:00")]
    // robfig: 01:30 -05:00 the same day, and 01:00 -05:00 the same day.
    [InlineData("2012-11-04T01:45:00-04:00", "0 30 1 04 Nov ?", "2013-11-04T01:30:00-05:00")]
    [InlineData("2012-11-04T01:00:00-04:00", "0 0 1 * * ?", "2012-11-05T01:00:00-05:00")]
    public void A_time_of_day_runs_once_a_day_otherwise_than_by_robfig(string after, string text, string expected) => AssertNext(after, text, expected);

    [Theory]
    [InlineData("0 0 0 30 Feb ?")]
    [InlineData("0 0 0 31 Apr ?")]
    public void A_date_that_never_comes_has_no_firing(string text) =>
        Assert.Null(Parsed.Cron(text).NextAfter(Parsed.Instant("2012-07-09 23:35"), TimeZoneInfo.Utc));

    private static void AssertNext(string after, string text, string expected)
    {
        var cron = Parsed.Cron(text);
        var zone = TimeZoneInfo.FindSystemTimeZoneById(cron.TimeZoneId ?? "America/New_York");

        Assert.Equal(Parsed.Instant(expected), cron.NextAfter(Parsed.Instant(after), zone));
    }
}
