using River.Extending;
using River.Tests.Harness;
using River.TestSupport.Postgres;
using River.TestSupport.Time;
using Xunit;

namespace River.Tests.Extending;

/// <summary>What the timeout of a job covers of its middleware and hooks.</summary>
public sealed class WorkTimeoutTests(PostgresFixture postgres)
{
    [Theory, EachStore]
    public async Task The_timeout_runs_while_the_worker_does_and_not_in_the_middleware(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        var time = new FakeTimeProvider();
        var working = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var client = TestClient.Create(database, setup =>
        {
            setup.Time = time;
            setup.Options = options => options.HeartbeatLease = TimeSpan.FromDays(1);
            setup.Work<Brief>(async (job, token) =>
            {
                if (job.Args.Number == 1)
                    working.SetResult();
                await Task.Delay(job.Args.Number == 0 ? TimeSpan.Zero : Timeout.InfiniteTimeSpan, token);
            });
            setup.Extensions.Add(ExtensionRegistration.For(_ => new Scripted
            {
                Around = async (context, next, token) =>
                {
                    // Three times as long as the job may take.
                    await Task.Run(() => time.Advance(TimeSpan.FromMilliseconds(300)), token);
                    await next(token);
                },
            }));
        });
        await client.StartAsync();

        var patient = await client.SettledAsync(await client.EnqueueAsync(new Brief(0)), JobState.Completed);
        var id = await client.EnqueueAsync(new Brief(1));
        await working.Task.SoonAsync(TestContext.Current.CancellationToken);
        time.Advance(TimeSpan.FromMilliseconds(100));
        var slow = await client.SettledAsync(id, JobState.Retryable);

        Assert.Empty(patient.Errors);
        Assert.Contains("longer than its timeout of 00:00:00.1000000", Assert.Single(slow.Errors).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_two_calls_that_a_middleware_has_under_way_the_end_of_one_leaves_the_other_its_timeout()
    {
        await using var database = await TestDatabase.CreateAsync(Database.Sqlite, postgres);
        var time = new FakeTimeProvider();
        var calls = 0;
        var (second, first) = (new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
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
                if (Interlocked.Increment(ref calls) == 1)
                {
                    await second.Task;
                    return;
                }

                second.SetResult();
                await Task.Delay(Timeout.Infinite, token);
            });
            setup.Extensions.Add(ExtensionRegistration.For(_ => new Scripted
            {
                Around = async (_, next, token) =>
                {
                    var one = next(token);
                    var other = next(token);
                    await one;
                    first.SetResult();
                    await other;
                },
            }));
        });
        await client.StartAsync();
        var id = await client.EnqueueAsync(new Probe(1), new EnqueueOptions { MaxAttempts = 1 });
        await first.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);

        time.Advance(TimeSpan.FromMinutes(3));

        var row = await client.SettledAsync(id, JobState.Discarded);
        Assert.Contains("longer than its timeout of 00:03:00", Assert.Single(row.Errors).Error, StringComparison.Ordinal);
    }

    [Theory, EachStore]
    public async Task A_hook_at_the_beginning_that_hangs_runs_into_the_jobs_timeout(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var client = TestClient.Create(database, setup =>
        {
            setup.Work<Brief>((_, _) => Task.CompletedTask);
            setup.Extensions.Add(ExtensionRegistration.For(_ => new Hanging()));
        });
        await client.StartAsync();

        var row = await client.SettledAsync(await client.EnqueueAsync(new Brief(1)), JobState.Retryable);

        Assert.Contains("longer than its timeout of 00:00:00.1000000", Assert.Single(row.Errors).Error, StringComparison.Ordinal);
    }

    private sealed class Hanging : IWorkBeginHook
    {
        public async ValueTask WorkBeginAsync(WorkContext context, CancellationToken cancellationToken) =>
            await Task.Delay(Timeout.Infinite, cancellationToken);
    }
}
