using River.Grammar.Cron;
using Xunit;

namespace River.Grammar.Tests.Cron;

public class CronParsingTests
{
    [Theory]
    [InlineData("* * * * *")]
    [InlineData("? ? ? ? ?")]
    [InlineData("*/5 * * * *")]
    [InlineData("0 5 * * * *")]
    [InlineData("08 05 * * *")]
    [InlineData("0/15,7 1-5/2 1,15 JAN-mar,dec Mon-FRI")]
    [InlineData("0 0 * * 7")]
    [InlineData("0 0 * * 5-7")]
    [InlineData("0 0 * * 0-7")]
    [InlineData("*/100 * * * *")]
    [InlineData("  0\t0  1 1 *  ")]
    [InlineData("@yearly")]
    [InlineData("@annually")]
    [InlineData("@monthly")]
    [InlineData("@weekly")]
    [InlineData("@daily")]
    [InlineData("@midnight")]
    [InlineData(" @hourly ")]
    [InlineData("@every 1h30m10s")]
    [InlineData("@every 1.5h")]
    [InlineData("@every +.5h")]
    [InlineData("@every 20ms")]
    public void Expressions_of_the_grammar_are_read(string text)
    {
        Assert.True(CronExpression.TryParse(text, out var expression, out var error), error?.Message);
        Assert.Null(error);
        Assert.Equal(text, expression!.ToString());
        Assert.Null(expression.TimeZoneId);
        Assert.False(expression.NeverFires);
    }

    [Theory]
    [InlineData("TZ=Asia/Tokyo 30 4 * * *", "Asia/Tokyo")]
    [InlineData("CRON_TZ=UTC  5 * * * *", "UTC")]
    [InlineData("TZ=Etc/GMT+5 @daily", "Etc/GMT+5")]
    [InlineData("CRON_TZ=America/New_York @every 5m", "America/New_York")]
    public void A_time_zone_before_the_fields_is_told(string text, string zone)
    {
        Assert.True(CronExpression.TryParse(text, out var expression, out var error), error?.Message);
        Assert.Equal(zone, expression!.TimeZoneId);
    }

    // The part of the text that the error points at is marked by brackets.
    [Theory]
    [InlineData("[]", "empty")]
    [InlineData("[   ]", "empty")]
    [InlineData("[xyz]", "this one has 1")]
    [InlineData("[* * * *]", "this one has 4")]
    [InlineData(" [* * * * * * *] ", "this one has 7")]
    [InlineData("TZ=UTC [* * * *]", "this one has 4")]
    [InlineData("[60] 0 * * *", "the minute field has the value 60; allowed are 0 to 59")]
    [InlineData("0 [24] * * *", "the hour field has the value 24")]
    [InlineData("0 0 [0] * *", "the day of month field has the value 0; allowed are 1 to 31")]
    [InlineData("0 0 [32] * *", "value 32")]
    [InlineData("0 0 * [13] *", "the month field has the value 13; allowed are 1 to 12")]
    [InlineData("0 0 * * [8]", "the day of week field has the value 8; allowed are 0 to 7")]
    [InlineData("[60] 0 0 * * *", "the second field")]
    [InlineData("0 0 * * [XYZ]", "sun to sat")]
    [InlineData("0 0 * [january] *", "jan to dec")]
    [InlineData("0 0 * * [jan]", "'jan'")]
    [InlineData("  5   [j] * * *", "'j', which is not a value")]
    [InlineData("TZ=Asia/Tokyo 5 [j] * * *", "'j'")]
    [InlineData("0 0 [L] * *", "'L', which is not a value")]
    [InlineData("0 0 [15W] * *", "'15W'")]
    [InlineData("0 0 * * [6#3]", "'6#3'")]
    [InlineData("[1,,2] * * * *", "empty entry")]
    [InlineData("[,] * * * *", "empty entry")]
    [InlineData("[1,61] * * * *", "value 61")]
    [InlineData("[5-] * * * *", "lacks a value")]
    [InlineData("[-5] * * * *", "lacks a value")]
    [InlineData("[5--5] * * * *", "'-5', which is not a value")]
    [InlineData("[*-5] * * * *", "'*', which is not a value")]
    [InlineData("[30-10] * * * *", "the range '30-10', which runs backwards")]
    [InlineData("0 0 * * [fri-sun]", "write 7 for the Sunday")]
    [InlineData("0 0 * * [7/2]", "write 0 for Sunday")]
    [InlineData("[15/0] * * * *", "the step 0")]
    [InlineData("TZ=America/New_York [15/0] * * * *", "the step 0")]
    [InlineData("[*/-12] * * * *", "the step '-12'")]
    [InlineData("[*//2] * * * *", "the step '/2'")]
    [InlineData("[*/] * * * *", "the step ''")]
    [InlineData("[/5] * * * *", "lacks a value")]
    [InlineData("[+5] * * * *", "'+5'")]
    [InlineData("[1.5] * * * *", "'1.5'")]
    [InlineData("[٣] * * * *", "'٣'")]
    [InlineData("[99999999999] * * * *", "'99999999999'")]
    [InlineData("[*/99999999999] * * * *", "'99999999999'")]
    [InlineData("[@unrecognized]", "not known")]
    [InlineData("[@dayly]", "did you mean '@daily'?")]
    [InlineData("[@Daily]", "did you mean '@daily'?")]
    [InlineData("[@reboot]", "RunOnStart")]
    [InlineData("@daily [0 5]", "nothing may follow")]
    [InlineData("[@every]", "needs one interval")]
    [InlineData("[@every 5m 3s]", "needs one interval")]
    [InlineData("[@every5m]", "not known")]
    [InlineData("@every [Xm]", "is not an interval")]
    [InlineData("@every [5]", "is not an interval")]
    [InlineData("@every [1d]", "'24h'")]
    [InlineData("@every [.s]", "is not an interval")]
    [InlineData("@every [+]", "is not an interval")]
    [InlineData("@every [1.2.3s]", "is not an interval")]
    [InlineData("@every [-5m]", "longer than zero")]
    [InlineData("@every [0s]", "longer than zero")]
    [InlineData("@every [2562048h]", "292 years")]
    [InlineData("@every [99999999999999999999999999h]", "292 years")]
    [InlineData("@every [2562047h2562047h]", "292 years")]
    [InlineData("[TZ=] * * * * *", "names no time zone")]
    [InlineData("[TZ=UTC]", "must follow")]
    public void Other_texts_are_refused_and_the_error_points_at_the_part(string marked, string expected)
    {
        var offset = marked.IndexOf('[', StringComparison.Ordinal);
        var length = marked.IndexOf(']', StringComparison.Ordinal) - offset - 1;
        var text = marked.Replace("[", "", StringComparison.Ordinal).Replace("]", "", StringComparison.Ordinal);

        Assert.False(CronExpression.TryParse(text, out var expression, out var error));

        Assert.Null(expression);
        Assert.Contains(expected, error!.Message, StringComparison.Ordinal);
        Assert.Equal((offset, length), (error.Offset, error.Length));
    }

    [Fact]
    public void No_text_at_all_is_an_error() => Assert.False(CronExpression.TryParse(null, out _, out _));

    [Theory]
    [InlineData("0 0 30 2 *", true)]
    [InlineData("0 0 31 2,4,6,9,11 *", true)]
    [InlineData("0 0 30-31 feb ?", true)]
    [InlineData("0 0 29 2 *", false)]
    [InlineData("0 0 31 2,3 *", false)]
    [InlineData("0 0 30 2 1", false)]
    [InlineData("0 0 30 2 */2", false)]
    [InlineData("0 0 * 2 *", false)]
    public void What_can_never_fire_is_known_without_a_search(string text, bool never)
    {
        var expression = Parsed.Cron(text);
        Assert.Equal(never, expression.NeverFires);
        Assert.Equal(never, expression.NextAfter(DateTimeOffset.UnixEpoch, TimeZoneInfo.Utc) is null);
    }

    [Fact]
    public void Hostile_texts_are_read_in_linear_time()
    {
        var list = string.Join(',', Enumerable.Repeat("0-59/1", 200_000));
        Assert.True(CronExpression.TryParse($"{list} * * * *", out _, out _));
        Assert.False(CronExpression.TryParse(new string('*', 1_000_000), out _, out _));
        Assert.False(CronExpression.TryParse("@" + new string('x', 1_000_000), out _, out _));
        Assert.False(CronExpression.TryParse("@every " + new string('9', 1_000_000) + "h", out _, out _));
    }
}
