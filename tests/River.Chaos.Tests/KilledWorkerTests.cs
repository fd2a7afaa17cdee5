using River.Chaos.Cluster;
using River.TestSupport.Postgres;

namespace River.Chaos;

/// <summary>kill -9.</summary>
public sealed class KilledWorkerTests(PostgresFixture postgres)
{
    private static readonly int Kills = Chance.Setting("RIVER_CHAOS_KILLS", 50);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Kills_under_load_lose_nothing_and_only_what_ran_at_a_kill_runs_again()
    {
        var chance = Chance.Of();
        await using var cluster = await TestCluster.StartAsync(postgres);
        var workers = new List<WorkerProcess>();
        for (var i = 0; i < 3; i++)
            workers.Add(cluster.Start($"worker-{i}"));
        foreach (var worker in workers)
            await worker.ReadyAsync(Token);
        var began = await cluster.Oracle.NowAsync(Token);
        await using (Load.Start(cluster, chance, perSecond: 60))
        {
            for (var kill = 0; kill < Kills; kill++)
            {
                await Task.Delay(chance.Next(500, 1_500), Token);
                var doomed = chance.Next(workers.Count);
                await cluster.KillAsync(workers[doomed]);
                workers[doomed] = cluster.Start($"worker-{doomed}-{kill}");
                await workers[doomed].ReadyAsync(Token);
            }
        }

        await cluster.FinishedAsync(TimeSpan.FromSeconds(90));

        await cluster.CheckAsync();
        var pause = await cluster.Oracle.LongestPauseAsync(began, Token);
        Assert.True(pause < TimeSpan.FromSeconds(15), $"No job was completed for {pause}.");
    }
}
