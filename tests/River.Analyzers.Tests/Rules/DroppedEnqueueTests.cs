using River.Analyzers.Tests.Harness;
using Xunit;

namespace River.Analyzers.Tests.Rules;

public sealed class DroppedEnqueueTests() : RuleTest("RIVER031")
{
    [Fact]
    public async Task An_enqueue_that_nobody_awaits_is_reported()
    {
        var found = await ReportsAsync(Service(
            """
            [|jobs.EnqueueAsync(new Ping(1))|];
            _ = [|jobs.EnqueuePingAsync(1)|];
            [|jobs.EnqueueManyAsync([new Ping(1)])|].ConfigureAwait(false);
            var unread = [|jobs.EnqueueBulkAsync([])|];
            jobs?[|.EnqueueAsync(new Ping(1))|];
            Action later = () => [|jobs.EnqueueAsync(new Ping(2))|];
            """).WithErrors());

        Assert.Contains("'Ping' is not awaited", found[0].GetMessage(), StringComparison.Ordinal);
    }

    [Fact]
    public Task What_is_awaited_returned_or_kept_is_fine() => IsSilentAsync(
        """
        [Job] public sealed partial record Ping(long Id);

        public sealed class Service(IJobClient jobs)
        {
            public Task<EnqueueResult> ReturnedAsync() => jobs.EnqueuePingAsync(1);

            public async Task AwaitedAsync(Job<Ping> job)
            {
                await jobs.EnqueueAsync(new Ping(1)).ConfigureAwait(false);
                var kept = jobs.EnqueueAsync(new Ping(2));
                Func<Task> later = () => jobs.EnqueueAsync(new Ping(3));
                await Task.WhenAll(kept, later(), jobs.EnqueueAsync(new Ping(4)));
                job.Then(new Ping(5));
                _ = jobs.GetAsync(1);
            }
        }
        """);

    [Fact]
    public Task Methods_of_others_with_these_names_are_fine() => IsSilentAsync(
        """
        public interface IQueue { Task EnqueueAsync(string text); }

        public static class Use { public static void It(IQueue queue) { _ = queue.EnqueueAsync("x"); } }
        """);

    [Fact]
    public Task The_fix_awaits() => FixesAsync(
        Service(
            """
            // first
            [|jobs.EnqueueAsync(new Ping(1))|]; // one
            _ = [|jobs.EnqueuePingAsync(1)|];
            [|jobs.EnqueueManyAsync([new Ping(1)])|].ConfigureAwait(false);
            Func<Task> later = async () => { [|jobs.EnqueueAsync(new Ping(2))|]; };
            """),
        Service(
            """
            // first
            await jobs.EnqueueAsync(new Ping(1)); // one
            await jobs.EnqueuePingAsync(1);
            await jobs.EnqueueManyAsync([new Ping(1)]).ConfigureAwait(false);
            Func<Task> later = async () => { await jobs.EnqueueAsync(new Ping(2)); };
            """));

    [Fact]
    public Task The_fix_makes_a_method_async_that_returns_nothing_but_ended_tasks() => FixesAsync(
        """
        [Job] public sealed partial record Ping(long Id);

        public sealed class Service(IJobClient jobs)
        {
            public Task RunAsync(bool off)
            {
                if (off)
                    return Task.CompletedTask;
                [|jobs.EnqueueAsync(new Ping(1))|];
                [|jobs.EnqueueAsync(new Ping(2))|];
                return Task.CompletedTask;
            }
        }
        """,
        """
        [Job] public sealed partial record Ping(long Id);

        public sealed class Service(IJobClient jobs)
        {
            public async Task RunAsync(bool off)
            {
                if (off)
                    return;
                await jobs.EnqueueAsync(new Ping(1));
                await jobs.EnqueueAsync(new Ping(2));
            }
        }
        """);

    [Theory]
    [InlineData("public void Run() { [|jobs.EnqueueAsync(new Ping(1))|]; }")]
    [InlineData("public Task<int> RunAsync() { [|jobs.EnqueueAsync(new Ping(1))|]; return Task.FromResult(1); }")]
    [InlineData("public async Task RunAsync() { await Task.Yield(); lock (this) { [|jobs.EnqueueAsync(new Ping(1))|]; } }")]
    [InlineData("public async Task RunAsync() { await Task.Yield(); jobs?[|.EnqueueAsync(new Ping(1))|]; }")]
    [InlineData("public Action Later() => () => [|jobs.EnqueueAsync(new Ping(1))|];")]
    public async Task No_fix_is_offered_where_nothing_can_be_awaited(string method)
    {
        var code = Code.Of($"[Job] public sealed partial record Ping(long Id); public sealed class Service(IJobClient jobs) {{ {method} }}");
        await ReportsAsync(code);
        Assert.Empty(await OffersAsync(code));
    }

    private static Code Service(string statements) => Code.Of(
        $$"""
        [Job] public sealed partial record Ping(long Id);

        public sealed class Service(IJobClient jobs)
        {
            public async Task RunAsync()
            {
                await Task.Yield();
                {{statements.Replace("\n", "\n        ", StringComparison.Ordinal)}}
            }
        }
        """);
}
