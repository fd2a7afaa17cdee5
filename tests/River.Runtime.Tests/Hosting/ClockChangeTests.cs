using River.Hosting;
using Xunit;

namespace River.Tests.Hosting;

public sealed class ClockChangeTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 10, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_time_that_is_skipped_in_spring_and_shown_twice_in_autumn_is_foretold()
    {
        var changes = Changes("30 2 * * *", "Europe/Rome");

        Assert.Equal(
            [
                new ClockChange(IsGap: true, new DateTime(2026, 3, 29, 2, 30, 0), new DateTimeOffset(2026, 3, 29, 1, 0, 0, TimeSpan.Zero)),
                new ClockChange(IsGap: false, new DateTime(2026, 10, 25, 2, 30, 0), new DateTimeOffset(2026, 10, 25, 0, 30, 0, TimeSpan.Zero)),
            ],
            changes);
    }

    [Theory]
    [InlineData("30 4 * * *", "Europe/Rome")]
    [InlineData("30 2 * * 1", "Europe/Rome")]
    [InlineData("30 2 * * *", "Asia/Tokyo")]
    [InlineData("30 2 * * *", null)]
    [InlineData("*/5 * * * *", "Europe/Rome")]
    [InlineData("@every 1h", "Europe/Rome")]
    public void What_no_jump_touches_is_not_mentioned(string cron, string? zone) => Assert.Empty(Changes(cron, zone));

    [Fact]
    public void A_zone_named_in_the_expression_counts_and_a_half_hour_jump_too() =>
        Assert.Equal([false, true], Changes("TZ=Australia/Lord_Howe 45 1 * * *", null).Concat(Changes("15 2 * * *", "Australia/Lord_Howe")).Select(change => change.IsGap));

    private static IEnumerable<ClockChange> Changes(string cron, string? zone) =>
        ClockChange.Of([ScheduleRegistration.For("nightly", cron, _ => new SendMail(1), zone)], Now).Select(found => found.Change);
}
