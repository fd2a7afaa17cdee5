using River.Tests.Harness;
using River.TestSupport.Postgres;
using River.TestSupport.Time;
using Xunit;

namespace River.Tests.Execution;

public sealed class TimeoutTests(PostgresFixture postgres)
{
    // river-facts 11.3 topic 19
    [Theory, EachStore]
    public async Task The_declared_timeout_cancels_the_token_and_is_an_ordinary_error(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var client = TestClient.Create(database, setup => setup.Work<Brief>((_, token) => Task.Delay(Timeout.Infinite, token)));
        await client.StartAsync();

        var row = await client.SettledAsync(await client.EnqueueAsync(new Brief(1)), JobState.Retryable);

        Assert.Equal("The attempt ran longer than its timeout of 00:00:00.1000000.", Assert.Single(row.Errors).Error);
        Assert.Equal(1, row.Attempt);
    }

    // river-facts 11.3 topic 19
    [Theory, EachStore]
    public async Task The_workers_timeout_goes_before_the_clients(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var client = TestClient.Create(database, setup => setup.Work<Opinionated>((_, token) => Task.Delay(Timeout.Infinite, token)));
        await client.StartAsync();

        var row = await client.SettledAsync(await client.EnqueueAsync(new Opinionated(TimeoutMs: 50, RetrySeconds: 60)), JobState.Retryable);

        Assert.Contains("00:00:00.05", Assert.Single(row.Errors).Error, StringComparison.Ordinal);
    }

    [Theory, EachStore]
    public async Task A_job_without_a_timeout_of_its_own_has_the_clients(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        var time = new FakeTimeProvider();
        var started = new TaskCompletionSource();
        await using var client = TestClient.Create(database, setup =>
        {
            setup.Time = time;
            setup.Options = options =>
            {
                options.JobTimeout = TimeSpan.FromMinutes(3);
                options.HeartbeatLease = TimeSpan.FromDays(1);
            };
            setup.Work<Probe>(async (_, token) =>
            {
                started.TrySetResult();
                await Task.Delay(Timeout.Infinite, token);
            });
        });
        await client.StartAsync();

        var id = await client.EnqueueAsync(new Probe(1));
        await started.Task.SoonAsync(TestContext.Current.CancellationToken);
        time.Advance(TimeSpan.FromMinutes(3) - TimeSpan.FromTicks(1));
        Assert.Equal(JobState.Running, (await client.GetAsync(id)).State);
        time.Advance(TimeSpan.FromTicks(1));

        Assert.Contains("00:03:00", Assert.Single((await client.SettledAsync(id, JobState.Available)).Errors).Error, StringComparison.Ordinal);
    }

    // river-facts 11.3 topic 19
    [Theory, EachStore]
    public async Task An_infinite_timeout_has_no_end(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        var time = new FakeTimeProvider();
        var started = new TaskCompletionSource<CancellationToken>();
        var finish = new TaskCompletionSource();
        await using var client = TestClient.Create(database, setup =>
        {
            setup.Time = time;
            setup.Options = options => options.HeartbeatLease = TimeSpan.FromDays(1);
            setup.Work<Endless>((_, token) =>
            {
                started.TrySetResult(token);
                return finish.Task;
            });
        });
        await client.StartAsync();

        var id = await client.EnqueueAsync(new Endless());
        var token = await started.Task.SoonAsync(TestContext.Current.CancellationToken);
        time.Advance(TimeSpan.FromHours(2));
        Assert.False(token.IsCancellationRequested);
        finish.SetResult();
        await client.SettledAsync(id, JobState.Completed);
    }

    [Theory, EachStore]
    public async Task A_worker_that_ends_well_after_its_timeout_has_completed_its_job(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var client = TestClient.Create(database, setup => setup.Work<Brief>(async (_, token) =>
            await Task.Delay(Timeout.Infinite, token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing)));
        await client.StartAsync();

        var row = await client.SettledAsync(await client.EnqueueAsync(new Brief(1)), JobState.Completed);

        Assert.Empty(row.Errors);
    }
}
