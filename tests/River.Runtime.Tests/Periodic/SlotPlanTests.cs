using River.Periodic;
using River.Storage;
using River.Tests.Harness;
using Xunit;

namespace River.Tests.Periodic;

public sealed class SlotPlanTests
{
    private static readonly DateTimeOffset Noon = new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Nothing_is_due_before_the_first_slot_after_the_declaration()
    {
        var schedule = Of("*/5 * * * *");

        Assert.Equal(new SlotPlan(null, Noon.AddMinutes(5)), schedule.Plan(Row(last: null, declared: Noon.AddMinutes(1), now: Noon.AddMinutes(4.9))));
        Assert.Equal(new SlotPlan(Noon.AddMinutes(5), Noon.AddMinutes(10)), schedule.Plan(Row(last: null, declared: Noon.AddMinutes(1), now: Noon.AddMinutes(5))));
    }

    [Theory]
    [InlineData(Misfire.One)]
    [InlineData(Misfire.Skip)]
    [InlineData(Misfire.All)]
    public void A_run_on_start_is_the_first_slot_of_a_new_row_and_of_no_other(Misfire misfire)
    {
        var schedule = Of("0 * * * *", facts: new() { RunOnStart = true, Misfire = misfire });
        var declared = Noon.AddMinutes(17);

        Assert.Equal(declared, schedule.Plan(Row(last: null, declared, now: declared)).Due);
        Assert.Equal(declared, schedule.Plan(Row(last: null, declared, now: declared.AddDays(3))).Due);
        Assert.Null(schedule.Plan(Row(last: declared, declared, now: declared.AddMinutes(1))).Due);
        Assert.Equal(Noon.AddHours(1), schedule.Plan(Row(last: declared, declared, now: Noon.AddHours(1))).Due);
    }

    [Theory]
    [InlineData("*/5 * * * *", 3 * 3600 + 299, 3 * 3600)]
    [InlineData("* * * * * *", 400 * 86400, 400 * 86400)]
    [InlineData("0 0 * * *", 400 * 86400 + 40_000, 399 * 86400 + 43_200)]
    [InlineData("@every 90s", 1_000, 990)]
    [InlineData("@every 90s", 990, 990)]
    public void Of_several_missed_slots_the_latest_runs_by_default(string cron, int absentSeconds, int latestSeconds)
    {
        var schedule = Of(cron);

        var plan = schedule.Plan(Row(last: Noon, declared: Noon, now: Noon.AddSeconds(absentSeconds)));

        Assert.Equal(Noon.AddSeconds(latestSeconds), plan.Due);
        Assert.True(plan.Next > Noon.AddSeconds(absentSeconds));
    }

    [Fact]
    public void A_schedule_that_skips_runs_a_late_slot_and_no_missed_one()
    {
        var schedule = Of("0 * * * *", facts: new() { Misfire = Misfire.Skip });

        Assert.Equal(Noon, schedule.Plan(Row(Noon.AddHours(-1), Noon, now: Noon.AddSeconds(60))).Due);
        Assert.Equal(new SlotPlan(null, Noon.AddHours(1)), schedule.Plan(Row(Noon.AddHours(-1), Noon, now: Noon.AddSeconds(61))));
        Assert.Equal(new SlotPlan(null, Noon.AddHours(1)), schedule.Plan(Row(Noon.AddDays(-9), Noon, now: Noon.AddMinutes(30))));
        Assert.Equal(new SlotPlan(Noon, Noon.AddHours(1)), schedule.Plan(Row(Noon.AddDays(-9), Noon, now: Noon.AddSeconds(1))));
    }

    [Fact]
    public void A_schedule_that_makes_up_for_all_runs_them_in_their_order()
    {
        var schedule = Of("*/10 * * * *", facts: new() { Misfire = Misfire.All });
        var taken = new List<DateTimeOffset>();
        var row = Row(Noon, Noon, now: Noon.AddMinutes(45));
        while (schedule.Plan(row).Due is { } slot)
        {
            taken.Add(slot);
            row = row with { LastSlot = slot };
        }

        Assert.Equal([Noon.AddMinutes(10), Noon.AddMinutes(20), Noon.AddMinutes(30), Noon.AddMinutes(40)], taken);
    }

    [Theory]
    [InlineData("*/10 * * * *")]
    [InlineData("@every 10m")]
    public void Of_too_many_missed_slots_the_oldest_are_left_out(string cron)
    {
        var schedule = Of(cron, facts: new() { Misfire = Misfire.All, MisfireLimit = 3 });

        var plan = schedule.Plan(Row(Noon, Noon, now: Noon.AddDays(1).AddMinutes(5)));

        Assert.Equal(Noon.AddDays(1).AddMinutes(-20), plan.Due);
        Assert.Equal(Noon.AddDays(1).AddMinutes(-10), plan.Next);
    }

    [Fact]
    public void The_latest_missed_slots_are_those_that_a_walk_over_all_of_them_finds()
    {
        var random = new Random(11);
        foreach (var cron in new[] { "*/7 3-9 * * *", "13 2 * * *", "0 0 1 * *", "*/10 * * * * *", "30 1,2,3 * * 0", "@every 61s" })
        {
            for (var i = 0; i < 50; i++)
            {
                var limit = random.Next(1, 20);
                var schedule = Of(cron, "Europe/London", new() { Misfire = Misfire.All, MisfireLimit = limit });
                var last = Noon.AddSeconds(random.Next(0, 200 * 86_400));
                var now = last.AddSeconds(random.Next(0, cron[0] == '*' && cron.Count(it => it == ' ') == 5 ? 20_000 : 40 * 86_400));
                var missed = new List<DateTimeOffset>();
                var zone = TimeZoneInfo.FindSystemTimeZoneById("Europe/London");
                Assert.True(River.Grammar.Cron.CronExpression.TryParse(cron, out var expression, out _));
                for (var slot = expression!.NextAfter(last, zone); slot <= now; slot = expression.NextAfter(slot!.Value, zone))
                    missed.Add(slot!.Value);

                Assert.Equal(missed.TakeLast(limit).Cast<DateTimeOffset?>().FirstOrDefault(), schedule.Plan(Row(last, last, now)).Due);
                Assert.Equal(missed.Cast<DateTimeOffset?>().LastOrDefault(), Of(cron, "Europe/London").Plan(Row(last, last, now)).Due);
            }
        }
    }

    [Fact]
    public void A_zone_in_the_expression_goes_before_the_declared_one() =>
        Assert.Equal(Noon.AddHours(-2), Of("TZ=America/New_York 0 6 * * *", "Asia/Tokyo").Plan(Row(Noon.AddHours(-6), Noon, Noon)).Due);

    [Fact]
    public void An_interval_counts_from_the_slot_before()
    {
        var schedule = Of(PeriodicSchedule.Every(TimeSpan.FromSeconds(90)));

        Assert.Equal(new SlotPlan(null, Noon.AddSeconds(90)), schedule.Plan(Row(last: null, Noon, now: Noon.AddSeconds(89.9))));
        Assert.Equal(new SlotPlan(Noon.AddSeconds(180), Noon.AddSeconds(270)), schedule.Plan(Row(last: null, Noon, now: Noon.AddSeconds(200))));
    }

    [Theory]
    [InlineData(0.999)]
    [InlineData(0)]
    [InlineData(-5)]
    [InlineData(3651d * 86400)]
    public void An_interval_out_of_range_is_refused(double seconds) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => PeriodicSchedule.Every(TimeSpan.FromSeconds(seconds)));

    [Theory]
    [InlineData("61 * * * *", "minute")]
    [InlineData("0 0 30 2 *", "no date")]
    public void A_cron_schedule_out_of_the_grammar_is_refused(string cron, string expected) =>
        Assert.Contains(expected, Assert.Throws<FormatException>(() => PeriodicSchedule.Cron(cron)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_schedule_in_an_unknown_zone_is_refused() =>
        Assert.Throws<TimeZoneNotFoundException>(() => PeriodicSchedule.Cron("0 0 * * *", "Europe/Atlantis"));

    [Fact]
    public void A_custom_schedule_is_followed_slot_by_slot()
    {
        // Every prime minute.
        var schedule = Of(new Custom(after =>
        {
            for (var next = after.AddMinutes(1).AddTicks(-(after.Ticks % TimeSpan.TicksPerMinute)); ; next = next.AddMinutes(1))
            {
                if (next.Minute is 2 or 3 or 5 or 7 or 11 or 13 or 17 or 19 or 23 or 29 or 31 or 37 or 41 or 43 or 47 or 53 or 59)
                    return next;
            }
        }));

        Assert.Equal(new SlotPlan(Noon.AddMinutes(13), Noon.AddMinutes(17)), schedule.Plan(Row(Noon, Noon, now: Noon.AddMinutes(16))));
        Assert.Equal(new SlotPlan(Noon.AddDays(90).AddMinutes(13), Noon.AddDays(90).AddMinutes(17)), schedule.Plan(Row(Noon, Noon, now: Noon.AddDays(90).AddMinutes(16))));
    }

    [Fact]
    public void A_custom_schedule_may_end()
    {
        var schedule = Of(new Custom(after => after < Noon.AddDays(2) ? after.AddDays(1) : null));

        Assert.Equal(new SlotPlan(Noon.AddDays(2), null), schedule.Plan(Row(Noon, Noon, now: Noon.AddDays(30))));
        Assert.Equal(default, schedule.Plan(Row(Noon.AddDays(2), Noon, now: Noon.AddDays(30))));
    }

    [Fact]
    public void A_custom_schedule_with_very_many_slots_is_not_walked_through()
    {
        var calls = 0;
        var schedule = Of(new Custom(after =>
        {
            calls++;
            return after.AddTicks(-(after.Ticks % 10)).AddMilliseconds(1);
        }));

        Assert.InRange(Noon.AddDays(365) - schedule.Plan(Row(Noon, Noon, now: Noon.AddDays(365))).Due!.Value, TimeSpan.Zero, TimeSpan.FromMilliseconds(1));
        Assert.InRange(calls, 1, 20_000);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(9)]
    [InlineData(-600_000_000)]
    public void A_custom_schedule_that_does_not_advance_is_a_typed_fault(long ticks)
    {
        var schedule = Of(new Custom(after => after.AddTicks(ticks)));

        var error = Assert.Throws<PeriodicScheduleException>(() => schedule.Plan(Row(Noon, Noon, now: Noon.AddHours(1))));

        Assert.Equal("probe", error.ScheduleId);
    }

    [Fact]
    public void A_custom_schedule_that_throws_is_a_typed_fault()
    {
        var schedule = Of(new Custom(_ => throw new InvalidTimeZoneException("no calendar")));

        var error = Assert.Throws<PeriodicScheduleException>(() => schedule.Plan(Row(Noon, Noon, now: Noon.AddHours(1))));

        Assert.IsType<InvalidTimeZoneException>(error.InnerException);
    }

    private static LiveSchedule Of(string cron, string? zone = null, ScheduleFacts? facts = null) => LiveSchedule.Of(ScheduleRegistration.For(
        "probe",
        cron,
        static _ => new Probe(1),
        new ScheduleFacts
        {
            TimeZone = zone,
            RunOnStart = facts?.RunOnStart ?? false,
            Misfire = facts?.Misfire ?? Misfire.One,
            MisfireLimit = facts?.MisfireLimit ?? ScheduleFacts.DefaultMisfireLimit,
        }));

    private static LiveSchedule Of(IPeriodicSchedule schedule) => LiveSchedule.Of(PeriodicJob.Create("probe", schedule, static _ => new Probe(1)));

    private static ScheduleRow Row(DateTimeOffset? last, DateTimeOffset declared, DateTimeOffset now) => new("probe", last, declared, now);
}

internal sealed class Custom(Func<DateTimeOffset, DateTimeOffset?> nextAfter) : IPeriodicSchedule
{
    public DateTimeOffset? NextAfter(DateTimeOffset after) => nextAfter(after);
}
