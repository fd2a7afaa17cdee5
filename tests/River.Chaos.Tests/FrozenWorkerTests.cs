using River.Chaos.Cluster;
using River.TestSupport.Postgres;
using River.TestSupport.Time;

namespace River.Chaos;

/// <summary>SIGSTOP beyond the lease, then SIGCONT: a long pause of the garbage collector, or a machine that was moved.</summary>
public sealed class FrozenWorkerTests(PostgresFixture postgres)
{
    private static readonly string[] ShortLease = ["--River:HeartbeatInterval=00:00:01", "--River:HeartbeatLease=00:00:06"];

    private static readonly TimeSpan Soon = TimeSpan.FromMinutes(3);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_process_thawed_after_its_lease_writes_no_outcome_and_its_jobs_are_told()
    {
        await using var cluster = await TestCluster.StartAsync(postgres);
        var frozen = await cluster.StartReadyAsync("frozen", null, ShortLease);
        // These would end as soon as the process goes on, because the heir takes as long for them; and those only notice that they
        // are no longer wanted. None ends before the process is frozen.
        var quick = await cluster.EnqueueAsync(Enumerable.Range(0, 3).Select(number => JobRequest.For(new StubbornJob(number, Milliseconds: 10_000))), Token);
        var slow = await cluster.EnqueueAsync(Enumerable.Range(0, 3).Select(number => JobRequest.For(new LastingJob(number, Milliseconds: 600_000, FirstAttemptOnly: true))), Token);
        await Eventually.Async(async () => await cluster.Oracle.CountAsync("fx WHERE phase = 'started'", Token) == 6, Soon, Token);
        await frozen.FreezeAsync(Token);
        var froze = await cluster.Oracle.NowAsync(Token);
        await cluster.StartReadyAsync("heir", null, ShortLease);
        await cluster.FinishedAsync(Soon);

        await frozen.ThawAsync(Token);

        await Eventually.Async(async () => await DidAsync(cluster, "token cancelled", slow) == 3 && await DidAsync(cluster, "worked", quick) == 3, Soon, Token);
        // It is well again, and whatever it had to say about the old attempts it has said before it ends.
        await Eventually.Async(() => WorksAgainAsync(cluster), Soon, Token);
        await frozen.TerminateAsync(Token);
        await frozen.ExitAsync(Soon, Token);
        await cluster.FinishedAsync(Soon);
        await cluster.CheckAsync();
        await cluster.NoSlotLostAsync();
        Assert.Equal(0, await cluster.Oracle.CountAsync("transition WHERE writer = 'frozen' AND at > $1 AND job_id = ANY ($2)", Token, froze, quick.Concat(slow).ToArray()));
        Assert.Equal(6, await cluster.Oracle.CountAsync("river_job WHERE id = ANY ($1) AND state = 'completed' AND attempt = 2", Token, quick.Concat(slow).ToArray()));
    }

    private static Task<long> DidAsync(TestCluster cluster, string phase, IReadOnlyList<long> jobs) =>
        cluster.Oracle.CountAsync("fx WHERE process = 'frozen' AND attempt = 1 AND phase = $1 AND job_id = ANY ($2)", Token, phase, jobs.ToArray());

    private static async Task<bool> WorksAgainAsync(TestCluster cluster)
    {
        // More than the heir has slots, and no more than that at a time: whatever was enqueued is waited for in the end.
        if (await cluster.Oracle.UnfinishedAsync(Token) == 0)
            await cluster.EnqueueAsync(Enumerable.Range(0, 20).Select(number => JobRequest.For(new BriefJob(number, Milliseconds: 200))), Token);
        return await cluster.Oracle.CountAsync("fx JOIN river_job j ON j.id = fx.job_id WHERE j.kind = 'brief' AND process = 'frozen'", Token) > 0;
    }
}
