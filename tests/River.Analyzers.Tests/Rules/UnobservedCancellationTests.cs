using Microsoft.CodeAnalysis;
using River.Analyzers.Tests.Harness;
using Xunit;

namespace River.Analyzers.Tests.Rules;

public sealed class UnobservedCancellationTests() : WorkerTest("RIVER019")
{
    [Fact]
    public async Task An_endless_loop_that_no_token_ends_is_warned_of()
    {
        var found = await ReportsAsync(Worker(
            """
            [|while (true)|]
            {
                await api.StepAsync();
                if (_api.Ready)
                    _ = CancellationToken.None;
            }
            """));

        var diagnostic = Assert.Single(found);
        Assert.Equal(DiagnosticSeverity.Warning, diagnostic.Severity);
        Assert.Contains("CancellationToken", diagnostic.GetMessage(), StringComparison.Ordinal);
        Assert.Contains("'PingWorker'", diagnostic.GetMessage(), StringComparison.Ordinal);
    }

    [Fact]
    public Task Loops_of_all_forms_and_those_that_poll_are_reported() => ReportsAsync(
        """
        [Job(Timeout = "infinite")] public sealed partial record Ping
        {
            public async Task WorkAsync(List<int> list)
            {
                await Task.Yield();
                [|for (;;)|]
                    list.Add(1);
            }
        }

        [Job(Timeout = "infinite")] public sealed partial record Pong;

        public sealed class PongWorker(List<int> list) : IWorker<Pong>
        {
            public Task WorkAsync(Job<Pong> job, CancellationToken cancellationToken) => PollAsync();

            private async Task PollAsync()
            {
                [|while (true)|]
                {
                    if (list.Count > 3)
                        return;
                    await Task.Delay(1000);
                }
            }

            public async Task OtherAsync()
            {
                [|do|]
                {
                    await Task.Delay(1000);
                }
                while (true);
            }
        }
        """.Replace("public async Task OtherAsync", "private async Task OtherAsync", StringComparison.Ordinal));

    [Fact]
    public Task Loops_that_look_at_the_token_or_end_are_fine() => BodyReportsAsync(
        """
        while (job.Attempt > 100)
        {
            cancellationToken.ThrowIfCancellationRequested();
            await api.StepAsync();
        }
        while (true)
        {
            if (await api.CountAsync(cancellationToken) == 0)
                break;
        }
        while (true)
        {
            await StepAsync();
        }

        async Task StepAsync() => await Task.Delay(10, cancellationToken);
        """);

    [Fact]
    public Task A_loop_with_an_end_of_its_own_is_fine() => BodyReportsAsync(
        """
        using var lines = new System.IO.StringReader("");
        while (true)
        {
            if (lines.ReadLine() is null)
                return;
            await api.StepAsync();
        }
        """);

    [Fact]
    public Task Loops_outside_workers_are_fine() => IsSilentAsync(
        """
        public sealed class Pump(List<int> list)
        {
            private async Task RunAsync() { await Task.Yield(); while (true) list.Add(1); }
            public Task StartAsync(CancellationToken cancellationToken) => RunAsync();
        }
        """);

    [Fact]
    public async Task A_token_that_is_not_passed_on_is_suggested()
    {
        var found = await BodyReportsAsync(
            """
            await api.[|CallAsync|](1);
            _ = await api.[|CountAsync|]().ConfigureAwait(false);
            await Task.[|Delay|](TimeSpan.FromSeconds(1));
            await job.Client.[|EnqueueAsync|](new Pong(1));
            await Parallel.ForEachAsync([1L], cancellationToken, async (id, token) => await api.[|CallAsync|](id));
            """);

        Assert.All(found, diagnostic => Assert.Equal(DiagnosticSeverity.Info, diagnostic.Severity));
        Assert.Contains("'CallAsync' takes a CancellationToken, but 'cancellationToken' isn't passed", found[0].GetMessage(), StringComparison.Ordinal);
        Assert.Contains("'token'", found[^1].GetMessage(), StringComparison.Ordinal);
    }

    [Fact]
    public Task Calls_that_have_one_take_none_or_clean_up_are_fine() => BodyReportsAsync(
        """
        await api.CallAsync(1, cancellationToken);
        await api.CallAsync(1, CancellationToken.None);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await api.CallAsync(1, both.Token);
        await api.StepAsync();
        _ = await api.LookAsync();
        try
        {
            await api.StepAsync();
        }
        finally
        {
            await api.CallAsync(2);
        }
        await Run(static async () => await Task.Delay(1));

        static Task Run(Func<Task> step) => step();
        """);

    [Fact]
    public Task The_fix_passes_the_token() => BodyFixesAsync(
        """
        await api.[|CallAsync|](1);
        _ = await api.[|CountAsync|](/* all */).ConfigureAwait(false);
        await job.Client.[|EnqueueAsync|](new Pong(1));
        await job.Client.[|EnqueuePongAsync|](1, new() { Priority = await api.[|CountAsync|]() });
        await Task.[|Delay|](TimeSpan.FromSeconds(1));
        """,
        """
        await api.CallAsync(1, cancellationToken);
        _ = await api.CountAsync(/* all */cancellationToken).ConfigureAwait(false);
        await job.Client.EnqueueAsync(new Pong(1), cancellationToken: cancellationToken);
        await job.Client.EnqueuePongAsync(1, new() { Priority = await api.CountAsync(cancellationToken) }, cancellationToken: cancellationToken);
        await Task.Delay(TimeSpan.FromSeconds(1), cancellationToken);
        """);

    [Fact]
    public Task The_fix_looks_at_the_token_in_each_pass() => BodyFixesAsync(
        """
        [|while (true)|]
        {
            // one
            await api.StepAsync();
        }
        """,
        """
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            // one
            await api.StepAsync();
        }
        """);

    [Fact]
    public async Task No_fix_is_offered_where_no_token_is_at_hand()
    {
        var code = Code.Of(
            """
            [Job(Timeout = "infinite")] public sealed partial record Ping
            {
                public async Task WorkAsync() { [|while (true)|] await Task.Yield(); }
            }
            """);
        await ReportsAsync(code);
        Assert.Empty(await OffersAsync(code));
    }
}
