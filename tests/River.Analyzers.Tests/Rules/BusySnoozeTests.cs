using River.Analyzers.Tests.Harness;
using Xunit;

namespace River.Analyzers.Tests.Rules;

public sealed class BusySnoozeTests() : WorkerTest("RIVER029")
{
    [Fact]
    public async Task A_snooze_under_a_second_is_reported()
    {
        var found = await BodyReportsAsync(
            """
            await api.StepAsync();
            throw job.Attempt switch
            {
                1 => job.Snooze([|TimeSpan.Zero|]),
                2 => job.Snooze([|TimeSpan.FromMilliseconds(500)|]),
                3 => job.Snooze([|TimeSpan.FromSeconds(0.5)|]),
                4 => job.Snooze([|default|]),
                5 => job.Snooze([|new TimeSpan(0, 0, 0, 0, 100)|]),
                6 => job.Snooze([|duration: TimeSpan.FromTicks(5)|]),
                _ => job.Snooze([|new TimeSpan()|]),
            };
            """);

        Assert.Contains("500 ms", found[1].GetMessage(), StringComparison.Ordinal);
        Assert.Contains("busy", found[1].GetMessage(), StringComparison.Ordinal);
    }

    [Fact]
    public Task A_short_snooze_behind_a_directive_is_reported_outside_workers_too() => ReportsAsync(
        """
        [Job] public sealed partial record Ping(long Id);

        public static class Pauses
        {
            public static Exception Short(Job<Ping> job)
            {
                return job.Snooze
        #nullable disable
                    ([|TimeSpan.Zero|]);
            }
        }
        """);

    [Fact]
    public Task Longer_and_unknown_snoozes_are_fine() => BodyReportsAsync(
        """
        if (job.Attempt > 3)
            throw job.Snooze(TimeSpan.FromSeconds(1));
        if (job.Attempt > 2)
            throw job.Snooze(TimeSpan.FromSeconds(await api.CountAsync(cancellationToken)));
        if (job.Attempt > 1)
            throw job.Snooze(TimeSpan.FromMinutes(0.5));
        throw job.Snooze(new TimeSpan(0, 0, 5));
        """);

    [Fact]
    public async Task A_worker_that_always_snoozes_is_reported()
    {
        var found = await BodyReportsAsync(
            """
            await api.CallAsync(job.Args.Id, cancellationToken);
            throw job.[|Snooze|](TimeSpan.FromMinutes(5));
            """);

        Assert.Contains("without bound", Assert.Single(found).GetMessage(), StringComparison.Ordinal);
    }

    [Fact]
    public Task A_loop_that_only_snoozes_is_reported() => BodyReportsAsync(
        """
        while (!api.Ready)
            throw job.[|Snooze|](TimeSpan.FromMinutes(5));
        await api.CallAsync(job.Args.Id, cancellationToken);
        """);

    [Fact]
    public Task Snoozes_with_a_condition_are_fine() => BodyReportsAsync(
        """
        if (!api.Ready)
            throw job.Snooze(TimeSpan.FromMinutes(5));
        foreach (var id in new[] { 1, 2 })
        {
            if (id == await api.CountAsync(cancellationToken))
                throw job.Snooze(TimeSpan.FromMinutes(5));
        }
        """);

    [Fact]
    public Task A_snooze_that_somebody_bounds_is_fine() => BodyReportsAsync(
        """
        await api.CallAsync(job.Args.Id, cancellationToken);
        if (job.Row.CreatedAt.Year < 2020)
            return;
        throw job.Snooze(TimeSpan.FromMinutes(5));
        """);

    [Fact]
    public Task Snoozes_of_others_are_fine() => IsSilentAsync(
        "public sealed class Clock { public Exception Snooze(TimeSpan time) => new(); } public static class Use { public static void It(Clock clock) => throw clock.Snooze(TimeSpan.Zero); }");
}
