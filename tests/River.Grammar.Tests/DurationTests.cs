using System.Globalization;
using Xunit;

namespace River.Grammar.Tests;

public class DurationTests
{
    [Theory]
    [InlineData("500ms", "0.00:00:00.500")]
    [InlineData("90s", "0.00:01:30")]
    [InlineData("15m", "0.00:15:00")]
    [InlineData("24h", "1.00:00:00")]
    [InlineData("100h", "4.04:00:00")]
    [InlineData("1d", "1.00:00:00")]
    [InlineData("0s", "0.00:00:00")]
    [InlineData("007s", "0.00:00:07")]
    [InlineData("01:30:00", "0.01:30:00")]
    [InlineData("23:59:59", "0.23:59:59")]
    [InlineData("1.02:03:04", "1.02:03:04")]
    [InlineData("24.00:00:00", "24.00:00:00")]
    [InlineData("0.1:2:3", "0.01:02:03")]
    [InlineData("10675198d", "10675198.00:00:00")]
    public void Durations_are_read(string text, string expected)
    {
        Assert.True(Duration.TryParse(text, out var value, out var error), error);
        Assert.Equal(TimeSpan.Parse(expected, CultureInfo.InvariantCulture), value);
        Assert.Empty(error);
    }

    [Fact]
    public void Infinite_is_the_infinite_time_span_of_dotnet()
    {
        Assert.True(Duration.TryParse("infinite", out var value, out _));
        Assert.Equal(Timeout.InfiniteTimeSpan, value);
        Assert.Equal(Duration.Infinite, value);
    }

    [Theory]
    [InlineData(null, "empty")]
    [InlineData("", "empty")]
    [InlineData("90", "no unit")]
    [InlineData("0", "no unit")]
    [InlineData("24:00:00", "'24h'")]
    [InlineData("1.24:00:00", "24 or more")]
    [InlineData("100:00:00", "'100h'")]
    [InlineData("01:60:00", "60 or more")]
    [InlineData("01:00:60", "60 or more")]
    [InlineData("01:30", "'hh:mm:ss'")]
    [InlineData("1:2:3:4", "'hh:mm:ss'")]
    [InlineData("01:30:00.5", "whole numbers")]
    [InlineData("a.01:00:00", "whole numbers")]
    [InlineData(".01:00:00", "whole numbers")]
    [InlineData(":00:00", "whole numbers")]
    [InlineData("-5s", "is not a duration")]
    [InlineData("-1.00:00:00", "whole numbers")]
    [InlineData("5S", "no unit that is known")]
    [InlineData("5 s", "no unit that is known")]
    [InlineData("5sec", "no unit that is known")]
    [InlineData("1.5h", "no unit that is known")]
    [InlineData("1h30m", "no unit that is known")]
    [InlineData(" 5s", "is not a duration")]
    [InlineData("5s ", "no unit that is known")]
    [InlineData("s", "is not a duration")]
    [InlineData("Infinite", "'infinite'")]
    [InlineData("١s", "is not a duration")]
    [InlineData("10675200d", "longer than")]
    [InlineData("10675199.00:00:00", "longer than")]
    [InlineData("99999999999999999999ms", "longer than")]
    [InlineData("9223372036854775807h", "longer than")]
    public void Other_texts_are_refused_with_the_reason(string? text, string expected)
    {
        Assert.False(Duration.TryParse(text, out var value, out var error));
        Assert.Contains(expected, error, StringComparison.Ordinal);
        Assert.Equal(TimeSpan.Zero, value);
    }
}
