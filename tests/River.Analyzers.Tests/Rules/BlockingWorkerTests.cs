using River.Analyzers.Tests.Harness;
using Xunit;

namespace River.Analyzers.Tests.Rules;

public sealed class BlockingWorkerTests() : WorkerTest("RIVER020")
{
    [Fact]
    public async Task Blocking_is_reported()
    {
        var found = await BodyReportsAsync(
            """
            [|Thread.Sleep(10)|];
            [|api.StepAsync().Wait()|];
            var count = [|api.CountAsync(cancellationToken).Result|];
            [|api.StepAsync().GetAwaiter().GetResult()|];
            count += [|api.LookAsync().AsTask().ConfigureAwait(false).GetAwaiter().GetResult()|];
            var started = api.CountAsync(cancellationToken);
            [|Task.WaitAll(started, api.StepAsync())|];
            Func<int> later = () => [|api.CountAsync().Result|];
            await api.StepAsync();
            """);

        Assert.Contains("'Thread.Sleep' blocks", found[0].GetMessage(), StringComparison.Ordinal);
        Assert.Contains("await Task.Delay instead", found[0].GetMessage(), StringComparison.Ordinal);
    }

    [Fact]
    public Task A_task_that_is_not_known_to_be_over_is_reported() => BodyReportsAsync(
        """
        var started = api.CountAsync(cancellationToken);
        await api.StepAsync();
        _ = [|started.Result|];
        """);

    [Fact]
    public async Task What_nobody_can_await_is_reported()
    {
        var found = await ReportsAsync(
            """
            [Job] public sealed partial record Ping;

            public sealed class PingWorker : IWorker<Ping>
            {
                public Task WorkAsync(Job<Ping> job, CancellationToken cancellationToken)
                {
                    Local();
                    new List<int>().ForEach([|async|] one => await Task.Delay(one, cancellationToken));
                    return Task.CompletedTask;

                    async void [|Local|]() => await Task.Yield();
                }

                private async void [|Later|]() => await Task.Yield();
            }
            """);

        Assert.All(found, diagnostic => Assert.Contains("async void", diagnostic.GetMessage(), StringComparison.Ordinal));
    }

    [Fact]
    public Task Tasks_that_are_over_are_fine() => BodyReportsAsync(
        """
        var one = api.CountAsync(cancellationToken);
        var two = api.CountAsync(cancellationToken);
        Task<int>[] many = [one, two];
        _ = (await Task.WhenAny(many)).Result;
        await Task.WhenAll(many);
        _ = one.Result + many[1].Result + many.Sum(task => task.Result);
        var three = api.CountAsync(cancellationToken);
        if (three.IsCompletedSuccessfully)
            _ = three.Result;
        await api.CountAsync(cancellationToken).ContinueWith(task => task.Result, cancellationToken, TaskContinuationOptions.None, TaskScheduler.Default);
        _ = Task.FromResult(1).Result;
        _ = new { Result = 1 }.Result;
        Func<Task> right = async () => await Task.Yield();
        """);

    [Fact]
    public Task Blocking_outside_workers_is_fine() => IsSilentAsync(
        """
        public sealed class Tool { private void Run(Task<int> task) { Thread.Sleep(task.Result); } public async void OnClick() => await Task.Yield(); public void Go() => Run(Task.FromResult(1)); }
        """);

    [Fact]
    public Task The_fix_awaits() => BodyFixesAsync(
        """
        // a while
        [|Thread.Sleep(10)|]; // ms
        [|api.StepAsync().Wait()|];
        var text = [|api.CountAsync(cancellationToken).Result|].ToString();
        [|api.StepAsync().GetAwaiter().GetResult()|];
        await api.CallAsync([|api.CountAsync([|Task.FromCanceled<CancellationToken>(cancellationToken).AsTask().Result|]).Result|], cancellationToken);
        [|Task.WaitAll(api.StepAsync(), api.StepAsync())|];
        """.Replace("[|Task.FromCanceled<CancellationToken>(cancellationToken).AsTask().Result|]", "cancellationToken", StringComparison.Ordinal),
        """
        // a while
        await Task.Delay(10, cancellationToken); // ms
        await api.StepAsync();
        var text = (await api.CountAsync(cancellationToken)).ToString();
        await api.StepAsync();
        await api.CallAsync(await api.CountAsync(cancellationToken), cancellationToken);
        await Task.WhenAll(api.StepAsync(), api.StepAsync());
        """);

    [Fact]
    public Task The_fix_awaits_one_within_the_other() => BodyFixesAsync(
        "await api.CallAsync([|Next([|api.CountAsync(cancellationToken).Result|]).Result|], cancellationToken); async Task<int> Next(int one) { await Task.Yield(); return one; }",
        "await api.CallAsync(await Next(await api.CountAsync(cancellationToken)), cancellationToken); async Task<int> Next(int one) { await Task.Yield(); return one; }");

    [Fact]
    public Task The_fix_makes_the_method_async() => FixesAsync(
        """
        [Job] public sealed partial record Ping;

        public sealed class PingWorker : IWorker<Ping>
        {
            public Task WorkAsync(Job<Ping> job, CancellationToken cancellationToken)
            {
                [|Thread.Sleep(10)|];
                [|Thread.Sleep(20)|];
                return Task.CompletedTask;
            }
        }
        """,
        """
        [Job] public sealed partial record Ping;

        public sealed class PingWorker : IWorker<Ping>
        {
            public async Task WorkAsync(Job<Ping> job, CancellationToken cancellationToken)
            {
                await Task.Delay(10, cancellationToken);
                await Task.Delay(20, cancellationToken);
            }
        }
        """);

    [Theory]
    [InlineData("[|api.StepAsync().Wait(1000)|];")]
    [InlineData("lock (api) [|api.StepAsync().Wait()|];")]
    [InlineData("Func<int> later = () => [|api.CountAsync().Result|];")]
    [InlineData("Span<int> some = [1, 2]; [|Thread.Sleep(10)|]; some[0] = 1;")]
    public async Task No_fix_is_offered_where_it_would_not_be_the_same(string statement) => Assert.Empty(await BodyOffersAsync(statement + " await api.StepAsync();"));
}
