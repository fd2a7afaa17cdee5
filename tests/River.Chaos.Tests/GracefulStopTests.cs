using River.Chaos.Cluster;
using River.TestSupport.Faults;
using River.TestSupport.Postgres;
using River.TestSupport.Time;

namespace River.Chaos;

/// <summary>SIGTERM while jobs run.</summary>
public sealed class GracefulStopTests(PostgresFixture postgres)
{
    private const int Jobs = 5;

    /// <summary>What a busy machine adds to everything. What a stop must not wait for lasts longer: the budget, or a soft timeout that nothing needs.</summary>
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(15);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Jobs_that_end_inside_the_soft_timeout_are_completed()
    {
        await using var cluster = await TestCluster.StartAsync(postgres);
        var worker = await cluster.StartReadyAsync("worker", null, "--shutdownTimeoutSeconds=60", "--River:SoftStopTimeout=00:00:40");
        await RunningAsync(cluster, number => JobRequest.For(new LastingJob(number, Milliseconds: 2_000)));

        await worker.TerminateAsync(Token);
        var took = await worker.ExitAsync(TimeSpan.FromMinutes(3), Token);

        Assert.True(worker.StoppedWell, worker.Log);
        Assert.True(took < TimeSpan.FromSeconds(2) + Slack, $"It took {took}.\n{worker.Log}");
        await cluster.CheckAsync();
        Assert.Equal(Jobs, await cluster.Oracle.CountAsync("river_job WHERE kind = 'lasting' AND state = 'completed' AND attempt = 1", Token));
        Assert.Equal(0, await cluster.Oracle.CountAsync("river_leader", Token));
    }

    [Fact]
    public async Task Jobs_that_outlast_the_soft_timeout_are_handed_back_as_if_they_had_never_run()
    {
        await using var cluster = await TestCluster.StartAsync(postgres);
        var worker = await cluster.StartReadyAsync("worker", null, "--shutdownTimeoutSeconds=30", "--River:SoftStopTimeout=00:00:03");
        await RunningAsync(cluster, number => JobRequest.For(new LastingJob(number, Milliseconds: 600_000)));

        await worker.TerminateAsync(Token);
        // An impatient administrator changes nothing.
        await worker.TerminateAsync(Token);
        var took = await worker.ExitAsync(TimeSpan.FromMinutes(3), Token);

        Assert.True(worker.StoppedWell, worker.Log);
        Assert.True(took < TimeSpan.FromSeconds(3) + Slack, $"It took {took}.\n{worker.Log}");
        Assert.Equal(Jobs, await cluster.Oracle.CountAsync("fx WHERE phase = 'token cancelled'", Token));
        await HandedBackAsync(cluster, "lasting");
    }

    [Fact]
    public async Task Jobs_that_ignore_their_token_are_handed_back_before_the_process_ends()
    {
        await using var cluster = await TestCluster.StartAsync(postgres);
        var worker = await cluster.StartReadyAsync("worker", null, "--shutdownTimeoutSeconds=30", "--River:SoftStopTimeout=00:00:01");
        await RunningAsync(cluster, number => JobRequest.For(new StubbornJob(number, Milliseconds: 600_000)));

        await worker.TerminateAsync(Token);
        var took = await worker.ExitAsync(TimeSpan.FromMinutes(3), Token);

        Assert.True(worker.StoppedWell, worker.Log);
        // Jobs get three seconds to heed their tokens.
        Assert.True(took < TimeSpan.FromSeconds(1 + 3) + Slack, $"It took {took}.\n{worker.Log}");
        await HandedBackAsync(cluster, "stubborn");
    }

    [Fact]
    public async Task A_stop_without_a_database_ends_in_time_and_loses_nothing()
    {
        await using var cluster = await TestCluster.StartAsync(postgres);
        await using var proxy = PostgresProxy.Start(cluster.Database);
        var worker = await cluster.StartReadyAsync("worker", proxy, "--shutdownTimeoutSeconds=5", "--River:SoftStopTimeout=00:00:01", "--River:StatementTimeout=00:00:40");
        await RunningAsync(cluster, number => JobRequest.For(new LastingJob(number, Milliseconds: 600_000, FirstAttemptOnly: true)));

        proxy.Interrupt();
        await worker.TerminateAsync(Token);
        var took = await worker.ExitAsync(TimeSpan.FromMinutes(3), Token);

        // The budget, about a second in which it tries a last time to write, and the process's own end.
        Assert.True(took < TimeSpan.FromSeconds(5 + 2) + Slack, $"It took {took}.\n{worker.Log}");
        await cluster.StartReadyAsync("heir");
        await cluster.FinishedAsync(TimeSpan.FromMinutes(3));
        await cluster.CheckAsync();
    }

    private static async Task RunningAsync(TestCluster cluster, Func<int, JobRequest> job)
    {
        await cluster.EnqueueAsync(Enumerable.Range(0, Jobs).Select(job), Token);
        await Eventually.Async(async () => await cluster.Oracle.CountAsync("fx WHERE phase = 'started'", Token) == Jobs, TimeSpan.FromMinutes(2), Token);
    }

    private static async Task HandedBackAsync(TestCluster cluster, string kind)
    {
        Assert.Equal(0, await cluster.Oracle.CountAsync("river_job WHERE state = 'running'", Token));
        Assert.Equal(
            Jobs,
            await cluster.Oracle.CountAsync("river_job WHERE kind = $1 AND state = 'available' AND attempt = 0 AND coalesce(cardinality(errors), 0) = 0", Token, kind));
    }
}
