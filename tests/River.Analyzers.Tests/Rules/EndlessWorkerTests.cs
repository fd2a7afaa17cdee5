using River.Analyzers.Tests.Harness;
using Xunit;

namespace River.Analyzers.Tests.Rules;

public sealed class EndlessWorkerTests() : RuleTest("RIVER036")
{
    private const string Endless = "[|while (!cancellationToken.IsCancellationRequested)|] await Task.Delay(1000, cancellationToken);";

    [Theory]
    [InlineData("[Job]", "the client's default timeout")]
    [InlineData("[Job(Timeout = \"15m\")]", "a timeout of '15m'")]
    public Task An_endless_loop_under_a_timeout_is_reported(string attribute, string words) => SaysAsync(Worker(attribute, Endless), "'Ping'", words, "infinite");

    [Theory]
    [InlineData("[|while (true)|] { cancellationToken.ThrowIfCancellationRequested(); await Task.Yield(); }")]
    [InlineData("[|for (;;)|] { await Task.Delay(1000, cancellationToken); }")]
    [InlineData("[|do|] { await Task.Delay(1000, cancellationToken); } while (cancellationToken.IsCancellationRequested is false);")]
    [InlineData("using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1)); [|while (await timer.WaitForNextTickAsync(cancellationToken))|] await Task.Yield();")]
    public Task Loops_of_all_forms_are_reported(string loop) => ReportsAsync(Worker("[Job]", loop));

    [Theory]
    [InlineData("while (true) { if (await Task.FromResult(true)) break; cancellationToken.ThrowIfCancellationRequested(); }")]
    [InlineData("while (!cancellationToken.IsCancellationRequested) { if (await Task.FromResult(true)) return; }")]
    [InlineData("while (!cancellationToken.IsCancellationRequested) { if (await Task.FromResult(true)) throw job.Snooze(TimeSpan.FromHours(1)); }")]
    [InlineData("while (await Task.FromResult(true)) { cancellationToken.ThrowIfCancellationRequested(); }")]
    [InlineData("for (var i = 0; i < 10; i++) await Task.Yield();")]
    public Task Loops_that_end_are_fine(string loop) => ReportsAsync(Worker("[Job]", loop));

    [Fact]
    public Task A_break_of_an_inner_loop_ends_nothing() => ReportsAsync(Worker(
        "[Job]", "[|while (!cancellationToken.IsCancellationRequested)|] { while (true) { break; } switch (job.Attempt) { case 1: break; } await Task.Yield(); }"));

    [Fact]
    public Task A_job_that_may_run_for_ever_is_fine() => ReportsAsync(Worker("[Job(Timeout = \"infinite\")]", Silent(Endless)));

    [Fact]
    public Task A_worker_that_says_how_long_is_fine() => IsSilentAsync(
        $$"""
        [Job] public sealed partial record Ping;

        public sealed class PingWorker : IWorker<Ping>, IJobTimeout<Ping>
        {
            public async Task WorkAsync(Job<Ping> job, CancellationToken cancellationToken) { {{Silent(Endless)}} }
            public TimeSpan? Timeout(Job<Ping> job) => System.Threading.Timeout.InfiniteTimeSpan;
        }
        """);

    [Fact]
    public Task A_program_that_sets_the_default_is_fine_and_a_declared_timeout_is_not() => ReportsAsync(
        Worker("[Job]", Silent(Endless)).And("Host.cs", "public static class Host { public static void Set(RiverOptions options) => options.JobTimeout = Timeout.InfiniteTimeSpan; }")
            .And("Other.cs", $$"""[Job(Timeout = "1h")] public sealed partial record Pong { public async Task WorkAsync(CancellationToken cancellationToken) { {{Endless}} } }"""));

    [Fact]
    public Task The_fix_takes_the_timeout_away_in_whatever_file_it_is() => FixesAsync(
        Worker("[Job]", Endless + " " + Endless)
            .And("Pong.cs", "[Job(Priority = 2)] public sealed partial record Pong;")
            .And("Pang.cs", "[Job(Timeout = \"15m\", Priority = 2)] public sealed partial record Pang { public async Task WorkAsync(CancellationToken cancellationToken) { " + Endless + " } }")
            .And("PongWorker.cs", "public sealed class PongWorker : IWorker<Pong> { public async Task WorkAsync(Job<Pong> job, CancellationToken cancellationToken) { " + Endless + " } }"),
        Worker("[Job(Timeout = \"infinite\")]", Silent(Endless + " " + Endless))
            .And("Pong.cs", "[Job(Priority = 2, Timeout = \"infinite\")] public sealed partial record Pong;")
            .And("Pang.cs", "[Job(Timeout = \"infinite\", Priority = 2)] public sealed partial record Pang { public async Task WorkAsync(CancellationToken cancellationToken) { " + Silent(Endless) + " } }")
            .And("PongWorker.cs", "public sealed class PongWorker : IWorker<Pong> { public async Task WorkAsync(Job<Pong> job, CancellationToken cancellationToken) { " + Silent(Endless) + " } }"));

    [Fact]
    public async Task No_fix_is_offered_for_the_job_of_another_assembly()
    {
        var code = Code.Of("public sealed class PongWorker : IWorker<Pong> { public async Task WorkAsync(Job<Pong> job, CancellationToken cancellationToken) { " + Endless + " } }")
            .Referencing(Code.Of("[Job] public sealed partial record Pong;").Named("Jobs"));
        await ReportsAsync(code);
        Assert.Empty(await OffersAsync(code));
    }

    private static string Silent(string marked) => marked.Replace("[|", "", StringComparison.Ordinal).Replace("|]", "", StringComparison.Ordinal);

    private static Code Worker(string attribute, string statements) => Code.Of(
        $$"""
        {{attribute}} public sealed partial record Ping;

        public sealed class PingWorker : IWorker<Ping>
        {
            public Task WorkAsync(Job<Ping> job, CancellationToken cancellationToken) => RunAsync(job, cancellationToken);

            private async Task RunAsync(Job<Ping> job, CancellationToken cancellationToken)
            {
                {{statements}}
            }
        }
        """);
}
