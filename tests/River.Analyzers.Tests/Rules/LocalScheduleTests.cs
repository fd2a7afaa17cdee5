using River.Analyzers.Tests.Harness;
using Xunit;

namespace River.Analyzers.Tests.Rules;

public sealed class LocalScheduleTests() : RuleTest("RIVER023")
{
    [Fact]
    public async Task Local_times_and_those_of_no_kind_are_reported()
    {
        var found = await ReportsAsync(Service(
            """
            _ = new EnqueueOptions { ScheduledAt = [|DateTime.Now|] };
            _ = new EnqueueOptions { ScheduledAt = [|DateTime.Now.AddHours(1)|] };
            _ = new EnqueueOptions { ScheduledAt = [|DateTime.Today + TimeSpan.FromHours(30)|] };
            _ = new EnqueueOptions { ScheduledAt = [|new DateTime(2030, 1, 1)|] };
            _ = new EnqueueOptions { ScheduledAt = new DateTimeOffset([|new DateTime(2030, 1, 1, 1, 1, 1, DateTimeKind.Local)|]) };
            _ = new EnqueueOptions { ScheduledAt = [|DateTime.SpecifyKind(given, DateTimeKind.Unspecified)|] };
            _ = new EnqueueOptions { ScheduledAt = [|time.GetUtcNow().Date.AddDays(1)|] };
            _ = new EnqueueOptions { ScheduledAt = given.Year > 1 ? [|given.ToLocalTime()|] : null };
            var tomorrow = DateTime.Now.AddDays(1);
            var options = new EnqueueOptions() with { ScheduledAt = [|tomorrow|] };
            _ = new EnqueueOptions { Delay = given - [|DateTime.Now|] };
            throw job.Snooze(given - [|DateTime.Now|]);
            """));

        Assert.Contains("'DateTime.Now' is used for a job's schedule", found[0].GetMessage(), StringComparison.Ordinal);
        Assert.Contains("of no kind", found[3].GetMessage(), StringComparison.Ordinal);
    }

    [Fact]
    public Task Times_that_are_plain_or_unknown_are_fine() => ReportsAsync(Service(
        """
        _ = new EnqueueOptions { ScheduledAt = DateTime.UtcNow.AddHours(1) };
        _ = new EnqueueOptions { ScheduledAt = DateTimeOffset.Now.AddHours(1) };
        _ = new EnqueueOptions { ScheduledAt = new DateTimeOffset(DateTime.Now, TimeSpan.FromHours(2)) };
        _ = new EnqueueOptions { ScheduledAt = new DateTime(2030, 1, 1, 1, 1, 1, DateTimeKind.Utc) };
        _ = new EnqueueOptions { ScheduledAt = DateTime.SpecifyKind(given, DateTimeKind.Utc) };
        _ = new EnqueueOptions { ScheduledAt = given.ToUniversalTime() };
        _ = new EnqueueOptions { ScheduledAt = given };
        _ = new EnqueueOptions { ScheduledAt = null, Delay = TimeSpan.FromHours(1) };
        var changing = DateTime.Now;
        changing = DateTime.UtcNow;
        _ = new EnqueueOptions { ScheduledAt = changing };
        Console.WriteLine(DateTime.Now);
        throw job.Snooze(TimeSpan.FromHours(1));
        """));

    [Fact]
    public Task The_fix_says_how_long_from_now() => FixesAsync(
        Service(
            """
            _ = new EnqueueOptions { Priority = 2, ScheduledAt = [|DateTime.Now.AddHours(2)|] /* soon */ };
            _ = new EnqueueOptions { ScheduledAt = [|DateTime.Now + TimeSpan.FromDays(1)|] };
            _ = new EnqueueOptions { ScheduledAt = [|DateTime.Now.Add(given.TimeOfDay)|] };
            _ = new EnqueueOptions() with { ScheduledAt = [|DateTime.Now|] };
            """),
        Service(
            """
            _ = new EnqueueOptions { Priority = 2, Delay = TimeSpan.FromHours(2) /* soon */ };
            _ = new EnqueueOptions { Delay = TimeSpan.FromDays(1) };
            _ = new EnqueueOptions { Delay = given.TimeOfDay };
            _ = new EnqueueOptions() with { Delay = TimeSpan.Zero };
            """));

    [Theory]
    [InlineData("_ = new EnqueueOptions { ScheduledAt = [|DateTime.Now.AddMonths(1)|] };")]
    [InlineData("_ = new EnqueueOptions { ScheduledAt = [|DateTime.Today.AddDays(1)|] };")]
    [InlineData("_ = new EnqueueOptions { ScheduledAt = [|new DateTime(2030, 1, 1)|] };")]
    [InlineData("_ = new EnqueueOptions { Delay = given - [|DateTime.Now|] };")]
    public async Task No_fix_is_offered_for_what_is_no_span_from_now(string statement)
    {
        await ReportsAsync(Service(statement));
        Assert.Empty(await OffersAsync(Service(statement)));
    }

    private static Code Service(string statements) => Code.Of(
        $$"""
        public sealed record Ping;

        public sealed class Service(TimeProvider time)
        {
            public void Run(DateTime given, Job<Ping> job)
            {
                _ = time;
                {{statements.Replace("\n", "\n        ", StringComparison.Ordinal)}}
            }
        }
        """);
}
