using System.Globalization;
using Xunit;

namespace River.Grammar.Tests.Cron;

/// <summary>When expressions fire around clock changes, by the rules that Cronos publishes.</summary>
public class CronDaylightTests
{
    [Theory]
    // 2016-03-13, New York: 01:59:59 -05:00, then 03:00 -04:00. What would fire in between fires at 03:00, once.
    [InlineData("America/New_York", "30 2 * * *", "2016-03-12 02:30 -05:00", "2016-03-13 03:00 -04:00", "2016-03-14 02:30 -04:00")]
    [InlineData("America/New_York", "0,30 2 * * *", "2016-03-12 02:30 -05:00", "2016-03-13 03:00 -04:00", "2016-03-14 02:00 -04:00")]
    [InlineData("America/New_York", "*/30 2 13 3 *", "2016-03-13 01:59 -05:00", "2016-03-13 03:00 -04:00", "2017-03-13 02:00 -04:00")]
    [InlineData("America/New_York", "0 */2 * * *", "2016-03-13 00:00 -05:00", "2016-03-13 03:00 -04:00", "2016-03-13 04:00 -04:00")]
    [InlineData("America/New_York", "30 0-23/2 * * *", "2016-03-13 00:30 -05:00", "2016-03-13 03:00 -04:00", "2016-03-13 04:30 -04:00")]
    [InlineData("America/New_York", "1-58 */2 * * *", "2016-03-13 01:59 -05:00", "2016-03-13 03:00 -04:00", "2016-03-13 04:01 -04:00")]
    [InlineData("America/New_York", "*/30 * * * *", "2016-03-13 01:30 -05:00", "2016-03-13 03:00 -04:00", "2016-03-13 03:30 -04:00")]
    [InlineData("America/New_York", "0,59 * * * *", "2016-03-13 01:59 -05:00", "2016-03-13 03:00 -04:00", "2016-03-13 03:59 -04:00")]
    [InlineData("America/New_York", "30 * * * *", "2016-03-13 01:30 -05:00", "2016-03-13 03:00 -04:00", "2016-03-13 03:30 -04:00")]
    [InlineData("America/New_York", "* * * * *", "2016-03-13 01:59 -05:00", "2016-03-13 03:00 -04:00", "2016-03-13 03:01 -04:00")]
    [InlineData("America/New_York", "0 2,3 * * *", "2016-03-12 03:00 -05:00", "2016-03-13 03:00 -04:00", "2016-03-14 02:00 -04:00")]
    [InlineData("America/New_York", "59 59 1 * * *", "2016-03-13 01:59:58 -05:00", "2016-03-13 01:59:59 -05:00", "2016-03-14 01:59:59 -04:00")]
    // A point in time far ahead, over both changes.
    [InlineData("America/New_York", "30 2 13 3 *", "2015-06-01 00:00 -04:00", "2016-03-13 03:00 -04:00", "2017-03-13 02:30 -04:00")]
    // 2016-11-06, New York: 01:59:59 -04:00, then 01:00 -05:00. Points in time fire the first time only.
    [InlineData("America/New_York", "30 1 * * *", "2016-11-05 01:30 -04:00", "2016-11-06 01:30 -04:00", "2016-11-07 01:30 -05:00")]
    [InlineData("America/New_York", "0,30 1 * * *", "2016-11-06 01:00 -04:00", "2016-11-06 01:30 -04:00", "2016-11-07 01:00 -05:00")]
    [InlineData("America/New_York", "0,30 1 * 1/2 *", "2016-11-06 01:00 -04:00", "2016-11-06 01:30 -04:00", "2016-11-07 01:00 -05:00")]
    [InlineData("America/New_York", "30 1 * * *", "2016-11-06 01:15 -05:00", "2016-11-07 01:30 -05:00")]
    [InlineData("America/New_York", "0 2 * * *", "2016-11-06 01:45 -04:00", "2016-11-06 02:00 -05:00", "2016-11-07 02:00 -05:00")]
    [InlineData("America/New_York", "0 2 * * *", "2016-11-06 01:45 -05:00", "2016-11-06 02:00 -05:00")]
    [InlineData("America/New_York", "59 59 1 * * *", "2016-11-06 01:59:59.9999999 -05:00", "2016-11-07 01:59:59 -05:00")]
    // Rhythms go on through both.
    [InlineData("America/New_York", "*/30 * * * *", "2016-11-06 01:00 -04:00", "2016-11-06 01:30 -04:00", "2016-11-06 01:00 -05:00", "2016-11-06 01:30 -05:00", "2016-11-06 02:00 -05:00")]
    [InlineData("America/New_York", "30 * * * *", "2016-11-06 00:30 -04:00", "2016-11-06 01:30 -04:00", "2016-11-06 01:30 -05:00", "2016-11-06 02:30 -05:00")]
    [InlineData("America/New_York", "30 1-9 * * *", "2016-11-05 12:00 -04:00", "2016-11-06 01:30 -04:00", "2016-11-06 01:30 -05:00", "2016-11-06 02:30 -05:00")]
    [InlineData("America/New_York", "0/30 1 * * *", "2016-11-05 12:00 -04:00", "2016-11-06 01:00 -04:00", "2016-11-06 01:30 -04:00", "2016-11-06 01:00 -05:00", "2016-11-06 01:30 -05:00", "2016-11-07 01:00 -05:00")]
    [InlineData("America/New_York", "*/30 0 1 * * *", "2016-11-06 01:00:30 -04:00", "2016-11-06 01:00:00 -05:00", "2016-11-06 01:00:30 -05:00", "2016-11-07 01:00:00 -05:00")]
    [InlineData("America/New_York", "0 */2 * * *", "2016-11-06 00:30 -04:00", "2016-11-06 02:00 -05:00", "2016-11-06 04:00 -05:00")]
    [InlineData("America/New_York", "* * * * *", "2016-11-06 01:58 -04:00", "2016-11-06 01:59 -04:00", "2016-11-06 01:00 -05:00", "2016-11-06 01:01 -05:00")]
    [InlineData("America/New_York", "* * * * *", "2016-11-06 01:59 -05:00", "2016-11-06 02:00 -05:00")]
    // London, 2025-03-30: 00:59:59 +00:00, then 02:00 +01:00; 2025-10-26: 01:59:59 +01:00, then 01:00 +00:00.
    [InlineData("Europe/London", "30 1 * * *", "2025-03-29 01:30 +00:00", "2025-03-30 02:00 +01:00", "2025-03-31 01:30 +01:00")]
    [InlineData("Europe/London", "0 * * * *", "2025-03-30 00:00 +00:00", "2025-03-30 02:00 +01:00", "2025-03-30 03:00 +01:00")]
    [InlineData("Europe/London", "30 1 * * *", "2025-10-25 01:30 +01:00", "2025-10-26 01:30 +01:00", "2025-10-27 01:30 +00:00")]
    [InlineData("Europe/London", "0 * * * *", "2025-10-26 00:00 +01:00", "2025-10-26 01:00 +01:00", "2025-10-26 01:00 +00:00", "2025-10-26 02:00 +00:00")]
    // Lord Howe, half an hour. 2017-10-01: 01:59:59 +10:30, then 02:30 +11:00.
    [InlineData("Australia/Lord_Howe", "0 2 * * *", "2017-09-30 02:00 +10:30", "2017-10-01 02:30 +11:00", "2017-10-02 02:00 +11:00")]
    [InlineData("Australia/Lord_Howe", "0,30 2 * * *", "2017-09-30 02:30 +10:30", "2017-10-01 02:30 +11:00", "2017-10-02 02:00 +11:00")]
    [InlineData("Australia/Lord_Howe", "*/30 */2 * * *", "2017-10-01 01:59 +10:30", "2017-10-01 02:30 +11:00", "2017-10-01 04:00 +11:00")]
    [InlineData("Australia/Lord_Howe", "*/30 * * * *", "2017-10-01 01:30 +10:30", "2017-10-01 02:30 +11:00", "2017-10-01 03:00 +11:00")]
    [InlineData("Australia/Lord_Howe", "30 2 * * *", "2017-10-01 01:59 +10:30", "2017-10-01 02:30 +11:00", "2017-10-02 02:30 +11:00")]
    // 2017-04-02: 01:59:59 +11:00, then 01:30 +10:30.
    [InlineData("Australia/Lord_Howe", "30 1 * * *", "2017-04-01 01:30 +11:00", "2017-04-02 01:30 +11:00", "2017-04-03 01:30 +10:30")]
    [InlineData("Australia/Lord_Howe", "0,30 1 * * *", "2017-04-02 00:30 +11:00", "2017-04-02 01:00 +11:00", "2017-04-02 01:30 +11:00", "2017-04-03 01:00 +10:30")]
    [InlineData("Australia/Lord_Howe", "0 1 * * *", "2017-04-02 01:45 +10:30", "2017-04-03 01:00 +10:30")]
    [InlineData("Australia/Lord_Howe", "*/30 * * * *", "2017-04-02 01:00 +11:00", "2017-04-02 01:30 +11:00", "2017-04-02 01:30 +10:30", "2017-04-02 02:00 +10:30")]
    [InlineData("Australia/Lord_Howe", "0-30 1 * * *", "2017-04-02 01:30 +11:00", "2017-04-02 01:30 +10:30", "2017-04-03 01:00 +10:30")]
    [InlineData("Australia/Lord_Howe", "*/30 30 1 * * *", "2017-04-02 01:30:30 +11:00", "2017-04-02 01:30:00 +10:30", "2017-04-02 01:30:30 +10:30", "2017-04-03 01:30:00 +10:30")]
    // Casablanca puts the clock back for Ramadan. 2025-02-23: 02:59:59 +01:00, then 02:00 +00:00; 2025-04-06: 01:59:59 +00:00, then 03:00 +01:00.
    [InlineData("Africa/Casablanca", "30 2 * * *", "2025-02-22 02:30 +01:00", "2025-02-23 02:30 +01:00", "2025-02-24 02:30 +00:00")]
    [InlineData("Africa/Casablanca", "30 * * * *", "2025-02-23 01:30 +01:00", "2025-02-23 02:30 +01:00", "2025-02-23 02:30 +00:00", "2025-02-23 03:30 +00:00")]
    [InlineData("Africa/Casablanca", "30 2 * * *", "2025-04-05 02:30 +00:00", "2025-04-06 03:00 +01:00", "2025-04-07 02:30 +01:00")]
    [InlineData("Africa/Casablanca", "0 * * * *", "2025-04-06 01:00 +00:00", "2025-04-06 03:00 +01:00", "2025-04-06 04:00 +01:00")]
    // Midnight itself is skipped or repeated.
    [InlineData("Asia/Amman", "30 0 31 * *", "2017-03-30 23:59:59.999 +02:00", "2017-03-31 01:00 +03:00")]
    [InlineData("America/Santiago", "30 23 * * *", "2017-05-13 23:30 -03:00", "2017-05-14 23:30 -04:00")]
    [InlineData("America/Santiago", "30 * * * *", "2017-05-13 23:30 -03:00", "2017-05-13 23:30 -04:00", "2017-05-14 00:30 -04:00")]
    [InlineData("America/Sao_Paulo", "0 0 * * *", "2018-11-03 00:00 -03:00", "2018-11-04 01:00 -02:00", "2018-11-05 00:00 -02:00")]
    // A whole day is skipped.
    [InlineData("Pacific/Apia", "0 12 30 12 *", "2011-12-29 23:00 -10:00", "2011-12-31 00:00 +14:00", "2012-12-30 12:00 +14:00")]
    [InlineData("Pacific/Apia", "0 12 * * *", "2011-12-29 12:00 -10:00", "2011-12-31 00:00 +14:00", "2011-12-31 12:00 +14:00")]
    public void Firings_follow_each_other_through_the_change(string zoneId, string text, params string[] instants)
    {
        var zone = TimeZoneInfo.FindSystemTimeZoneById(zoneId);
        var expression = Parsed.Cron(text);
        var at = Parsed.Instant(instants[0]);
        foreach (var expected in instants.Skip(1))
        {
            var next = expression.NextAfter(at, zone);
            Assert.Equal(expected, TimeZoneInfo.ConvertTime(next!.Value, zone).ToString(expected.Count(c => c == ':') == 3 ? "yyyy-MM-dd HH:mm:ss zzz" : "yyyy-MM-dd HH:mm zzz", CultureInfo.InvariantCulture));
            at = next.Value;
        }
    }

    [Theory]
    [InlineData("America/New_York")]
    [InlineData("Europe/London")]
    [InlineData("Australia/Lord_Howe")]
    [InlineData("Africa/Casablanca")]
    public void A_daily_job_runs_once_a_day_for_twenty_years(string zoneId)
    {
        var zone = TimeZoneInfo.FindSystemTimeZoneById(zoneId);
        var expression = Parsed.Cron("30 2 * * *");
        var at = Parsed.Instant("2020-01-01 12:00");
        var day = TimeZoneInfo.ConvertTime(at, zone).Date;
        for (var i = 0; i < 20 * 365; i++)
        {
            at = expression.NextAfter(at, zone)!.Value;
            Assert.Equal(day.AddDays(1), TimeZoneInfo.ConvertTime(at, zone).Date);
            day = day.AddDays(1);
        }
    }
}
