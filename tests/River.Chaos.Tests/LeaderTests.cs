using River.Chaos.Cluster;
using River.TestSupport.Faults;
using River.TestSupport.Postgres;
using River.TestSupport.Time;

namespace River.Chaos;

/// <summary>The leader of three processes is killed, stands still, or is cut off.</summary>
public sealed class LeaderTests(PostgresFixture postgres)
{
    /// <summary>The lease: a follower looks at the moment at which it ends.</summary>
    private static readonly TimeSpan Takeover = TimeSpan.FromSeconds(15);

    /// <summary>What a busy machine adds.</summary>
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(10);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public enum Fault
    {
        Killed,
        Frozen,
        CutOff,
    }

    [Theory]
    [InlineData(Fault.Killed)]
    [InlineData(Fault.Frozen)]
    [InlineData(Fault.CutOff)]
    public async Task Another_process_leads_when_the_leader_is_gone_and_the_old_one_writes_nothing_more(Fault fault)
    {
        var chance = Chance.Of();
        await using var cluster = await TestCluster.StartAsync(postgres);
        var proxies = Enumerable.Range(0, 3).Select(_ => PostgresProxy.Start(cluster.Database)).ToArray();
        try
        {
            var workers = proxies.Select((proxy, i) => cluster.Start($"worker-{i}", proxy)).ToArray();
            foreach (var worker in workers)
                await worker.ReadyAsync(Token);
            var leading = "";
            await Eventually.Async(async () => (leading = await cluster.Oracle.LeaderAsync(Token)).Length > 0, TimeSpan.FromMinutes(2), Token);
            var old = Array.FindIndex(workers, worker => worker.Name == leading);
            await using (Load.Start(cluster, chance, perSecond: 20))
            {
                await Task.Delay(chance.Next(2_000, 5_000), Token);
                var gone = await cluster.Oracle.NowAsync(Token);
                await BreakAsync(fault, workers[old], proxies[old]);
                await Eventually.Async(
                    async () => await cluster.Oracle.LeaderAsync(Token) is { Length: > 0 } leader && leader != workers[old].Name,
                    TimeSpan.FromMinutes(2),
                    Token);
                var took = await cluster.Oracle.ReadAsync<DateTime>("SELECT elected_at FROM river_leader", Token) - gone;
                Assert.True(took < Takeover + Slack, $"Nobody led for {took}.\n{cluster.Logs()}");

                await MendAsync(fault, workers[old], proxies[old]);
                await Task.Delay(TimeSpan.FromSeconds(3), Token);
            }

            await cluster.FinishedAsync(TimeSpan.FromMinutes(3));

            await cluster.CheckAsync();
            await cluster.NoSlotLostAsync();
            Assert.Null(await WritesOutOfTermAsync(cluster));
        }
        finally
        {
            foreach (var proxy in proxies)
                await proxy.DisposeAsync();
        }
    }

    private static async Task BreakAsync(Fault fault, WorkerProcess leader, PostgresProxy proxy)
    {
        switch (fault)
        {
            case Fault.Killed:
                await leader.KillAsync(Token);
                break;
            case Fault.Frozen:
                await leader.FreezeAsync(Token);
                break;
            default:
                proxy.Interrupt();
                break;
        }
    }

    private static async Task MendAsync(Fault fault, WorkerProcess leader, PostgresProxy proxy)
    {
        if (fault == Fault.Frozen)
            await leader.ThawAsync(Token);
        else if (fault == Fault.CutOff)
            proxy.Heal();
    }

    /// <summary>Promotions by a process that wasn't the leader at that moment; a second for a statement that began before its term ended.</summary>
    private static Task<string?> WritesOutOfTermAsync(TestCluster cluster) => cluster.Oracle.ReadAsync<string?>(
        """
        SELECT string_agg(t.job_id || ' by ' || t.writer || ' at ' || t.at, '; ')
        FROM transition t
        WHERE t.old_state IN ('scheduled', 'retryable') AND t.new_state = 'available'
            AND NOT EXISTS (
                SELECT FROM term own
                WHERE own.writer = t.writer AND own.op <> 'DELETE' AND own.at <= t.at AND own.expires_at >= t.at - interval '1 second'
                    AND NOT EXISTS (SELECT FROM term other WHERE other.seq > own.seq AND other.at < t.at - interval '1 second' AND other.elected_at <> own.elected_at))
        """,
        Token);
}
