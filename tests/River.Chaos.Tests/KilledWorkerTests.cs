using System.Diagnostics;
using River.Chaos.Cluster;
using River.TestSupport.Postgres;
using River.TestSupport.Time;

namespace River.Chaos;

/// <summary>kill -9.</summary>
public sealed class KilledWorkerTests(PostgresFixture postgres)
{
    /// <summary>50 take a minute and a half, and longer than <see cref="Limit"/> only on a machine that is busy with other things.</summary>
    private static readonly int Kills = Chance.Setting("RIVER_CHAOS_KILLS", 50);

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(Chance.Setting("RIVER_CHAOS_KILL_SECONDS", 180));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Kills_under_load_lose_nothing_and_only_what_ran_at_a_kill_runs_again()
    {
        var chance = Chance.Of();
        await using var cluster = await TestCluster.StartAsync(postgres);
        var workers = new WorkerProcess[3];
        for (var i = 0; i < workers.Length; i++)
            workers[i] = Start(cluster, $"worker-{i}");
        foreach (var worker in workers)
            await worker.ReadyAsync(Token);
        var (kills, started) = (0, Stopwatch.GetTimestamp());
        await using (Load.Start(cluster, chance, perSecond: 50))
        {
            for (; kills < Kills && Stopwatch.GetElapsedTime(started) < Limit; kills++)
            {
                await Task.Delay(chance.Next(200, 1_200), Token);
                var doomed = chance.Next(workers.Length);
                await workers[doomed].KillAsync(Token);
                workers[doomed] = Start(cluster, $"worker-{doomed}-{kills}");
                if (kills % 3 == 2)
                    await workers[doomed].ReadyAsync(Token);
            }

            await cluster.IsBackToSpeedAsync(await cluster.Oracle.NowAsync(Token));
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{kills} kills in {Stopwatch.GetElapsedTime(started)}");
        await cluster.FinishedAsync(TimeSpan.FromMinutes(4));

        await cluster.CheckAsync();
        await cluster.NoSlotLostAsync();
        Assert.True(kills >= Math.Min(Kills, 10), $"Only {kills} kills.");
        Assert.NotEqual(0, await cluster.Oracle.CountAsync("river_job WHERE metadata ? 'river:rescue_count'", Token));
    }

    [Fact]
    public async Task Jobs_of_a_killed_process_run_again_elsewhere_within_thirty_seconds_by_default()
    {
        const int Jobs = 5;
        await using var cluster = await TestCluster.StartAsync(postgres);
        var doomed = await cluster.StartReadyAsync("doomed");
        await cluster.EnqueueAsync(Enumerable.Range(0, Jobs).Select(number => JobRequest.For(new LastingJob(number, Milliseconds: 600_000, FirstAttemptOnly: true))), Token);
        await Eventually.Async(async () => await cluster.Oracle.CountAsync("fx WHERE phase = 'started'", Token) == Jobs, TimeSpan.FromMinutes(2), Token);
        await cluster.StartReadyAsync("heir");

        var killed = await cluster.Oracle.NowAsync(Token);
        await doomed.KillAsync(Token);

        await cluster.FinishedAsync(TimeSpan.FromMinutes(3));
        await cluster.CheckAsync();
        var took = await cluster.Oracle.ReadAsync<TimeSpan>("SELECT max(at) - $1 FROM fx WHERE phase = 'started' AND attempt = 2 AND process = 'heir'", Token, killed);
        Assert.True(took < TimeSpan.FromSeconds(30), $"They ran again only after {took}.\n{cluster.Logs()}");
        Assert.Equal(Jobs, await cluster.Oracle.CountAsync("river_job WHERE kind = 'lasting' AND state = 'completed' AND attempt = 2 AND cardinality(errors) = 1", Token));
    }

    // river-facts 11.3 topic 33
    [Fact]
    public async Task A_job_whose_process_is_killed_between_two_steps_goes_on_with_the_second()
    {
        await using var cluster = await TestCluster.StartAsync(postgres);
        var doomed = Start(cluster, "doomed");
        await doomed.ReadyAsync(Token);
        await cluster.EnqueueAsync([JobRequest.For(new SteppedJob(1))], Token);
        await Eventually.Async(async () => await cluster.Oracle.CountAsync("fx WHERE phase = 'between'", Token) == 1, TimeSpan.FromMinutes(2), Token);

        await doomed.KillAsync(Token);
        Start(cluster, "heir");

        await cluster.FinishedAsync(TimeSpan.FromMinutes(3));
        await cluster.CheckAsync();
        Assert.Equal(
            "first step 1 doomed, between 1 doomed, second step 2 heir, worked 2 heir",
            await cluster.Oracle.ReadAsync<string>("SELECT string_agg(phase || ' ' || attempt || ' ' || process, ', ' ORDER BY at) FROM fx", Token));
    }

    [Fact]
    public async Task Jobs_are_worked_without_help_when_one_process_starts_after_all_were_killed()
    {
        await using var cluster = await TestCluster.StartAsync(postgres);
        WorkerProcess[] doomed = [Start(cluster, "doomed-0"), Start(cluster, "doomed-1")];
        foreach (var worker in doomed)
            await worker.ReadyAsync(Token);
        await cluster.EnqueueAsync(Enumerable.Range(0, 200).Select(number => JobRequest.For(new BriefJob(number, Milliseconds: 300))), Token);
        await Eventually.Async(async () => await cluster.Oracle.CountAsync("fx WHERE phase = 'worked'", Token) > 0, TimeSpan.FromMinutes(2), Token);

        foreach (var worker in doomed)
            await worker.KillAsync(Token);
        Start(cluster, "heir");

        await cluster.FinishedAsync(TimeSpan.FromMinutes(3));
        await cluster.CheckAsync();
    }

    /// <summary>With a short lease, so that many kills fit into a test.</summary>
    private static WorkerProcess Start(TestCluster cluster, string name) =>
        cluster.Start(name, null, "--River:HeartbeatInterval=00:00:01", "--River:HeartbeatLease=00:00:06");
}
