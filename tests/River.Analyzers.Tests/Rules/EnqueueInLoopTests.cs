using River.Analyzers.Tests.Harness;
using Xunit;

namespace River.Analyzers.Tests.Rules;

public sealed class EnqueueInLoopTests() : RuleTest("RIVER025")
{
    [Fact]
    public Task One_by_one_in_a_loop_is_reported() => ReportsAsync(Service(
        """
        foreach (var id in ids)
            await jobs.[|EnqueueAsync|](new Ping(id), cancellationToken: token);
        foreach (var id in ids)
        {
            if (id > 3)
                _ = await jobs.[|EnqueuePingAsync|](id).ConfigureAwait(false);
        }
        for (var i = 0; i < 10; i++)
        {
            await jobs.In(transaction).[|EnqueueAsync|](new Ping(i));
            await jobs.[|EnqueueAsync|](new Pong());
        }
        """));

    [Fact]
    public Task The_message_names_the_job_and_the_way_out() => SaysAsync(
        Service("foreach (var id in ids) await jobs.[|EnqueuePingAsync|](id);"), "'Ping'", "one by one", "EnqueueManyAsync");

    [Fact]
    public Task Loops_that_wait_decide_or_try_again_are_fine() => ReportsAsync(Service(
        """
        foreach (var id in ids)
        {
            await Task.Delay(10, token);
            await jobs.EnqueueAsync(new Ping(id));
        }
        foreach (var id in ids)
        {
            if ((await jobs.EnqueueAsync(new Ping(id))).IsDuplicate)
                break;
        }
        for (var attempt = 0; attempt < 3; attempt++)
        {
            try
            {
                await jobs.EnqueueAsync(new Ping(attempt));
                break;
            }
            catch (TimeoutException)
            {
            }
        }
        foreach (var id in ids)
        {
            if (id == 7)
            {
                await jobs.EnqueueAsync(new Ping(id));
                break;
            }
        }
        while (!token.IsCancellationRequested)
            await jobs.EnqueueAsync(new Ping(1));
        foreach (var id in ids)
            later.Add(() => jobs.EnqueueAsync(new Ping(id)));
        await jobs.EnqueueManyAsync(ids.Select(id => new Ping(id)));
        """));

    [Fact]
    public Task The_fix_enqueues_them_in_one_statement() => FixesAsync(
        Service(
            """
            // all of them
            foreach (var id in ids)
                await jobs.[|EnqueueAsync|](new Ping(id), new() { Priority = 2 }, token).ConfigureAwait(false);
            foreach (var id in ids)
            {
                await jobs.[|EnqueuePingAsync|](id + 1, transaction: transaction, cancellationToken: token);
            }
            foreach (var ping in ids.Select(id => new Ping(id)))
                await jobs.[|EnqueueAsync|](ping);
            foreach (var id in ids)
                _ = await jobs.[|EnqueueAsync|](new Ping(id), new() { Priority = (int)id }, token);
            """),
        Service(
            """
            // all of them
            await jobs.EnqueueManyAsync(ids.Select(id => new Ping(id)), new() { Priority = 2 }, cancellationToken: token).ConfigureAwait(false);
            await jobs.In(transaction).EnqueueManyAsync(ids.Select(id => new Ping(id + 1)), cancellationToken: token);
            await jobs.EnqueueManyAsync(ids.Select(id => new Ping(id)));
            await jobs.EnqueueManyAsync(ids.Select(id => JobRequest.For(new Ping(id), new() { Priority = (int)id })), cancellationToken: token);
            """));

    [Fact]
    public Task What_a_save_will_send_at_once_is_fine_and_still_has_to_be_awaited() => ReportsAsync(
        """
        [Job] public sealed partial record Ping(long Id);
        public interface ICollectingClient : IJobClient { Task<EnqueueResult> EnqueueAsync<T>(Func<T> args) where T : IJobArgs<T>; }

        public sealed class Service(ICollectingClient jobs)
        {
            public async Task RunAsync(long[] ids)
            {
                foreach (var id in ids)
                    await jobs.EnqueuePingAsync(id);
                foreach (var id in ids)
                    await jobs.EnqueueAsync(() => new Ping(id));
                _ = {|RIVER031:jobs.EnqueueAsync(() => new Ping(1))|};
            }
        }
        """);

    [Theory]
    [InlineData("for (var i = 0; i < 3; i++) await jobs.[|EnqueueAsync|](new Ping(i));")]
    [InlineData("foreach (var id in ids) { Console.WriteLine(id); await jobs.[|EnqueueAsync|](new Ping(id)); }")]
    [InlineData("foreach (int id in ids) await jobs.[|EnqueueAsync|](new Ping(id));")]
    [InlineData("foreach (var id in new Numbers()) await jobs.[|EnqueueAsync|](new Ping(id));")]
    public async Task No_fix_is_offered_for_more_than_a_plain_loop(string loop)
    {
        var code = Service(loop);
        await ReportsAsync(code);
        Assert.Empty(await OffersAsync(code));
    }

    private static Code Service(string statements) => Code.Of(
        $$"""
        [Job] public sealed partial record Ping(long Id);
        [Job] public sealed partial record Pong;
        public sealed class Numbers { public IEnumerator<long> GetEnumerator() => throw new NotSupportedException(); }

        public sealed class Service(IJobClient jobs)
        {
            public async Task RunAsync(long[] ids, List<Func<Task>> later, System.Data.Common.DbTransaction transaction, CancellationToken token)
            {
                {{statements.Replace("\n", "\n        ", StringComparison.Ordinal)}}
            }
        }
        """);
}
