using River.Chaos.Cluster;
using River.TestSupport.Postgres;
using River.TestSupport.Time;

namespace River.Chaos;

/// <summary>pg_ctl stop -m immediate under load, and a start some time later.</summary>
public sealed class CrashedServerTests
{
    private static readonly TimeSpan Away = TimeSpan.FromSeconds(Chance.Setting("RIVER_CHAOS_AWAY_SECONDS", 5));

    /// <summary>How long each part of a process may take to be at work again, with what a busy machine adds.</summary>
    private static readonly TimeSpan Recovery = TimeSpan.FromSeconds(30);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_server_that_crashes_under_load_loses_nothing_and_everything_goes_on()
    {
        var chance = Chance.Of();
        // One of its own, which no other test needs.
        await using var server = await PostgresServer.StartAsync(cancellationToken: Token);
        Assert.SkipUnless(server.IsPrivate, "The server was given by its URL and can't be stopped.");
        await using var cluster = await TestCluster.StartAsync(server);
        WorkerProcess[] workers = [cluster.Start("worker-0"), cluster.Start("worker-1"), cluster.Start("worker-2")];
        foreach (var worker in workers)
            await worker.ReadyAsync(Token);
        DateTime back;
        await using (Load.Start(cluster, chance, perSecond: 60))
        {
            await Eventually.Async(async () => (await cluster.Oracle.LeaderAsync(Token)).Length > 0, TimeSpan.FromMinutes(2), Token);
            await Task.Delay(TimeSpan.FromSeconds(3), Token);
            var term = await cluster.Oracle.ReadAsync<DateTime>("SELECT max(elected_at) FROM term", Token);
            await server.StopImmediateAsync(Token);
            await Task.Delay(Away, Token);
            await server.StartAgainAsync(Token);
            cluster.Oracle.Reconnect();
            back = await cluster.Oracle.NowAsync(Token);

            // A loop waits for five seconds at most after failures, and a follower for six until it stands for election.
            await Eventually.Async(async () => await cluster.Oracle.CountAsync("river_leader WHERE elected_at > $1", Token, term) == 1, Recovery, Token);
            await Eventually.Async(
                async () => await cluster.Oracle.CountAsync("transition WHERE new_state = 'available' AND old_state IN ('scheduled', 'retryable') AND at > $1", Token, back) > 0,
                Recovery,
                Token);
            await Eventually.Async(
                async () => await cluster.Oracle.CountAsync("(SELECT DISTINCT writer FROM transition WHERE new_state = 'completed' AND at > $1) w", Token, back) == 3,
                Recovery,
                Token);
            await Eventually.Async(
                async () => await cluster.Oracle.CountAsync("river_job WHERE kind = 'tick' AND created_at > $1", Token, back) > 0,
                Recovery,
                Token);
            await cluster.IsBackToSpeedAsync(back);
        }

        await cluster.FinishedAsync(TimeSpan.FromMinutes(3));

        await cluster.CheckAsync();
        await cluster.NoSlotLostAsync();
        Assert.All(workers, worker => Assert.False(worker.HasExited, worker.Log));
        var pause = await cluster.Oracle.LongestPauseAsync(back, Token);
        Assert.True(pause < TimeSpan.FromSeconds(15), $"No job was completed for {pause}.");
    }
}
