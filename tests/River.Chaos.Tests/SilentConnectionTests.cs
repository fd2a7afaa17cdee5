using River.Chaos.Cluster;
using River.TestSupport.Faults;
using River.TestSupport.Postgres;
using River.TestSupport.Time;

namespace River.Chaos;

/// <summary>A connection is half open: nothing comes, and nothing says that nothing comes.</summary>
public sealed class SilentConnectionTests(PostgresFixture postgres)
{
    /// <summary>How long it may take to be noticed, and to connect again, with what a busy machine adds.</summary>
    private static readonly TimeSpan Detection = TimeSpan.FromSeconds(10 + 10);

    /// <summary>How often the queues are looked at while notifications are believed to arrive, with what a busy machine adds.</summary>
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(5.5 + 3);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_listening_connection_that_went_silent_is_replaced_and_jobs_are_picked_up_meanwhile()
    {
        await using var cluster = await TestCluster.StartAsync(postgres);
        await using var proxy = PostgresProxy.Start(cluster.Database);
        await cluster.StartReadyAsync("worker", proxy);
        await Eventually.Async(() => Listening(proxy) is [{ IsIdle: true } link] && link.Statements.Any(IsEcho), TimeSpan.FromMinutes(2), Token);
        var silent = Listening(proxy)[0];

        silent.Silence();
        var since = await cluster.Oracle.NowAsync(Token);
        var replaced = Eventually.Async(() => Listening(proxy).Any(link => link != silent && link.Statements.Any(IsEcho)), TimeSpan.FromMinutes(2), Token);
        for (var number = 0; !replaced.IsCompleted; number++)
        {
            await cluster.EnqueueAsync([JobRequest.For(new BriefJob(number))], Token);
            await Task.Delay(TimeSpan.FromMilliseconds(500), Token);
        }

        await replaced;
        var detected = await cluster.Oracle.NowAsync(Token) - since;
        await cluster.FinishedAsync(TimeSpan.FromMinutes(2));
        await cluster.CheckAsync();
        Assert.True(detected < Detection, $"The connection was replaced only after {detected}.\n{cluster.Logs()}");
        var longest = await cluster.Oracle.ReadAsync<TimeSpan>("SELECT max(attempted_at - created_at) FROM river_job WHERE kind = 'brief'", Token);
        // A machine that is too busy to look in time is no quicker to replace the connection; without a look jobs would wait for that.
        Assert.True(longest < Poll || longest < detected - TimeSpan.FromSeconds(1), $"A job waited for {longest}, and the connection was replaced after {detected}.");
    }

    [Fact]
    public async Task A_process_that_falls_silent_while_it_takes_a_slot_holds_no_schedule_up()
    {
        await using var cluster = await TestCluster.StartAsync(postgres);
        await using var proxy = PostgresProxy.Start(cluster.Database);
        await cluster.StartReadyAsync("worker-0", proxy, "--River:StatementTimeout=00:00:03");
        await cluster.StartReadyAsync("worker-1", null, "--River:StatementTimeout=00:00:03");

        // The insert that follows the taking of the slot, in one transaction.
        await proxy.SilenceAtAsync("WITH inserted AS").WaitAsync(TimeSpan.FromMinutes(2), Token);
        var since = await cluster.Oracle.NowAsync(Token);

        await Eventually.Async(
            async () => await cluster.Oracle.CountAsync("river_job WHERE kind = 'tick' AND created_at >= $1 + interval '3 seconds'", Token, since) > 0,
            TimeSpan.FromMinutes(2),
            Token);
        await cluster.CheckAsync();
        await cluster.NoSlotLostAsync();
    }

    private static bool IsEcho(string statement) => statement.Contains("pg_notify($1, '')", StringComparison.Ordinal);

    private static List<ProxyLink> Listening(PostgresProxy proxy) => [.. proxy.Links.Where(link => link.HasExecuted("LISTEN \""))];
}
