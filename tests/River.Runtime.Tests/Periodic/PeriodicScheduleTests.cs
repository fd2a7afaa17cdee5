using River.Periodic;
using River.Storage;
using River.Tests.Harness;
using Xunit;

namespace River.Tests.Periodic;

public sealed class PeriodicScheduleTests
{
    private static readonly DateTimeOffset Noon = new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Nothing_is_due_before_the_first_slot_after_the_declaration()
    {
        var schedule = Of("*/5 * * * *");

        Assert.Null(schedule.DueSlot(Row(last: null, declared: Noon.AddMinutes(1), now: Noon.AddMinutes(4.9))));
        Assert.Equal(Noon.AddMinutes(5), schedule.DueSlot(Row(last: null, declared: Noon.AddMinutes(1), now: Noon.AddMinutes(5))));
    }

    [Fact]
    public void A_run_on_start_is_the_first_slot_of_a_new_row_and_of_no_other()
    {
        var schedule = Of("0 * * * *", runOnStart: true);
        var declared = Noon.AddMinutes(17);

        Assert.Equal(declared, schedule.DueSlot(Row(last: null, declared, now: declared)));
        Assert.Null(schedule.DueSlot(Row(last: declared, declared, now: declared.AddMinutes(1))));
        Assert.Equal(Noon.AddHours(1), schedule.DueSlot(Row(last: declared, declared, now: Noon.AddHours(1))));
    }

    [Theory]
    [InlineData("*/5 * * * *", 3 * 3600 + 299, 3 * 3600)]
    [InlineData("* * * * * *", 400 * 86400, 400 * 86400)]
    [InlineData("0 0 * * *", 400 * 86400 + 40_000, 399 * 86400 + 43_200)]
    [InlineData("@every 90s", 1_000, 990)]
    [InlineData("@every 90s", 990, 990)]
    public void Of_several_missed_slots_only_the_latest_runs(string cron, int absentSeconds, int latestSeconds)
    {
        var schedule = Of(cron);

        Assert.Equal(Noon.AddSeconds(latestSeconds), schedule.DueSlot(Row(last: Noon, declared: Noon, now: Noon.AddSeconds(absentSeconds))));
    }

    [Fact]
    public void The_latest_missed_slot_is_the_one_that_a_walk_over_all_of_them_finds()
    {
        var random = new Random(11);
        foreach (var cron in new[] { "*/7 3-9 * * *", "13 2 * * *", "0 0 1 * *", "*/10 * * * * *", "30 1,2,3 * * 0", "@every 61s" })
        {
            var schedule = Of(cron, "Europe/London");
            for (var i = 0; i < 50; i++)
            {
                var last = Noon.AddSeconds(random.Next(0, 200 * 86_400));
                var now = last.AddSeconds(random.Next(0, cron[0] == '*' && cron.Count(it => it == ' ') == 5 ? 20_000 : 40 * 86_400));
                DateTimeOffset? latest = null;
                for (var slot = schedule.NextAfter(last); slot <= now; slot = schedule.NextAfter(slot.Value))
                    latest = slot;

                Assert.Equal(latest, schedule.DueSlot(Row(last, last, now)));
            }
        }
    }

    [Fact]
    public void A_zone_in_the_expression_goes_before_the_declared_one()
    {
        Assert.Equal(Noon.AddHours(-2), Of("TZ=America/New_York 0 6 * * *", "Asia/Tokyo").DueSlot(Row(Noon.AddHours(-6), Noon, Noon)));
    }

    private static PeriodicSchedule Of(string cron, string? zone = null, bool runOnStart = false) =>
        PeriodicSchedule.Of(ScheduleRegistration.For("probe", cron, static _ => new Probe(1), zone, runOnStart));

    private static ScheduleRow Row(DateTimeOffset? last, DateTimeOffset declared, DateTimeOffset now) => new("probe", last, declared, now);
}
