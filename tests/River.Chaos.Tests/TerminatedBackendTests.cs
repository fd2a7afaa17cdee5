using River.Chaos.Cluster;
using River.TestSupport.Postgres;

namespace River.Chaos;

/// <summary>An administrator, or a failover, ends connections again and again.</summary>
public sealed class TerminatedBackendTests(PostgresFixture postgres)
{
    private static readonly int Seconds = Chance.Setting("RIVER_CHAOS_TERMINATE_SECONDS", 20);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Connections_ended_five_times_a_second_stop_no_process_and_lose_nothing()
    {
        var chance = Chance.Of();
        await using var cluster = await TestCluster.StartAsync(postgres);
        WorkerProcess[] workers = [cluster.Start("worker-0"), cluster.Start("worker-1")];
        foreach (var worker in workers)
            await worker.ReadyAsync(Token);
        var began = await cluster.Oracle.NowAsync(Token);
        var ended = 0L;
        await using (Load.Start(cluster, chance, perSecond: 60))
        {
            using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(200));
            for (var i = 0; i < 5 * Seconds; i++)
            {
                ended += await cluster.Oracle.ReadAsync<long>(
                    """
                    SELECT count(pg_terminate_backend(pid)) FROM (
                        SELECT pid FROM pg_stat_activity
                        WHERE application_name LIKE 'worker-%' AND datname = current_database() ORDER BY md5(pid::text || $1) LIMIT 1) victim
                    """,
                    Token,
                    chance.Next().ToString(System.Globalization.CultureInfo.InvariantCulture));
                await timer.WaitForNextTickAsync(Token);
            }
        }

        await cluster.FinishedAsync(TimeSpan.FromMinutes(3));

        await cluster.CheckAsync();
        Assert.True(ended >= 3 * Seconds, $"Only {ended} connections were ended.");
        Assert.All(workers, worker => Assert.False(worker.HasExited, worker.Log));
        var pause = await cluster.Oracle.LongestPauseAsync(began, Token);
        Assert.True(pause < TimeSpan.FromSeconds(15), $"No job was completed for {pause}.");
    }
}
