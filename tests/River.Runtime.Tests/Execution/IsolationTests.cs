using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using River.Tests.Harness;
using River.TestSupport.Postgres;
using River.TestSupport.Time;
using Xunit;

namespace River.Tests.Execution;

/// <summary>What a job gets to itself, and what it can't do to others.</summary>
public sealed class IsolationTests(PostgresFixture postgres)
{
    private static readonly AsyncLocal<string?> Ambient = new();

    [Theory, EachStore]
    public async Task Every_attempt_has_a_scope_of_its_own_that_is_disposed_asynchronously(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        var made = new List<ScopedService>();
        await using var client = TestClient.Create(database, setup =>
        {
            setup.Work<Probe>((_, services, _) =>
            {
                var service = services.GetRequiredService<ScopedService>();
                Assert.Same(service, services.GetRequiredService<ScopedService>());
                lock (made)
                    made.Add(service);
                return Task.CompletedTask;
            });
            setup.Services = services => services.AddScoped<ScopedService>();
        });
        await client.StartAsync();

        await client.SettledAsync(await client.EnqueueAsync(new Probe(1)), JobState.Completed);
        await client.SettledAsync(await client.EnqueueAsync(new Probe(2)), JobState.Completed);

        Assert.Equal(2, made.Count);
        Assert.NotSame(made[0], made[1]);
        Assert.All(made, service => Assert.True(service.IsDisposed));
    }

    [Theory, EachStore]
    public async Task A_fault_while_services_are_disposed_leaves_the_outcome_as_it_is(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var client = TestClient.Create(database, setup =>
        {
            setup.Work<Probe>((_, services, _) => Task.FromResult(services.GetRequiredService<FaultyDisposal>()));
            setup.Services = services => services.AddScoped<FaultyDisposal>();
        });
        await client.StartAsync();

        var row = await client.SettledAsync(await client.EnqueueAsync(new Probe(1)), JobState.Completed);

        Assert.Empty(row.Errors);
        Assert.Contains(client.Logs.All, record => record.Error is InvalidTimeZoneException);
    }

    /// <summary>More than a thread begins in one turn, and each of the first four holds a thread until all others are done.</summary>
    [Theory, EachStore]
    public async Task A_worker_that_blocks_its_thread_keeps_no_other_of_its_claim_waiting(Database kind)
    {
        const int Jobs = 80;
        const int Blocking = 4;
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        using var othersDone = new CountdownEvent(Jobs - Blocking);
        var entered = 0;
        await using var client = TestClient.Create(database, setup =>
        {
            // One claim takes all, and hardly another one comes: each calls for a thread.
            setup.Queues[0] = new QueueDeclaration("default", 2 * Jobs);
            setup.Options = options => options.PollInterval = TimeSpan.FromHours(1);
            setup.Work<Probe>((_, _) =>
            {
                if (Interlocked.Increment(ref entered) <= Blocking)
                    Assert.True(othersDone.Wait(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken));
                else
                    othersDone.Signal();
                return Task.CompletedTask;
            });
        });
        var jobs = await client.Jobs.EnqueueManyAsync(Enumerable.Range(0, Jobs).Select(number => new Probe(number)), cancellationToken: TestContext.Current.CancellationToken);

        await client.StartAsync();

        foreach (var job in jobs)
            Assert.Equal(1, (await client.SettledAsync(job.Job.Id, JobState.Completed)).Attempt);
    }

    [Theory, EachStore]
    public async Task Nothing_ambient_passes_from_the_host_or_from_one_job_to_the_next(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        var seen = new List<string?>();
        await using var client = TestClient.Create(database, setup =>
        {
            setup.Queues[0] = new QueueDeclaration("default", 1);
            setup.Work<Probe>((_, _) =>
            {
                seen.Add(Ambient.Value);
                Ambient.Value = "of a job";
                return Task.CompletedTask;
            });
        });
        Ambient.Value = "of the host";
        await client.StartAsync();

        for (var i = 0; i < 3; i++)
            await client.SettledAsync(await client.EnqueueAsync(new Probe(i)), JobState.Completed);

        Assert.Equal([null, null, null], seen);
    }

    [Theory, EachStore]
    public async Task Log_lines_of_a_worker_carry_the_job(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var client = TestClient.Create(database, setup => setup.Work<Probe>((_, services, _) =>
        {
            services.GetRequiredService<ILogger<IsolationTests>>().LogInformation("at work");
            return Task.CompletedTask;
        }));
        await client.StartAsync();

        var id = await client.EnqueueAsync(new Probe(1));
        await client.SettledAsync(id, JobState.Completed);

        var line = Assert.Single(client.Logs.All, record => record.Message == "at work");
        Assert.Equal([$"job {id} (probe) attempt 1"], line.Scopes);
    }

    [Theory, EachStore]
    public async Task A_worker_that_blocks_its_thread_keeps_no_other_job_from_running(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        using var release = new ManualResetEventSlim();
        await using var client = TestClient.Create(database, setup =>
        {
            setup.Work<Probe>((_, token) =>
            {
                release.Wait(token);
                return Task.CompletedTask;
            });
            setup.Work<Other>((_, _) => Task.CompletedTask);
        });
        await client.StartAsync();

        var blocked = await client.EnqueueAsync(new Probe(1));
        await client.SettledAsync(await client.EnqueueAsync(new Other(1)), JobState.Completed);
        release.Set();
        await client.SettledAsync(blocked, JobState.Completed);
    }

    [Theory, EachStore]
    public async Task A_throwing_callback_on_the_token_ends_nothing_but_itself(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        var time = new FakeTimeProvider();
        var registered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var client = TestClient.Create(database, setup =>
        {
            setup.Time = time;
            setup.Work<Brief>(async (_, token) =>
            {
                // On a token that was cancelled before, it would be the worker that throws.
                await using var registration = token.Register(static () => throw new InvalidTimeZoneException("callback"));
                registered.SetResult();
                await Task.Delay(Timeout.Infinite, token);
            });
            setup.Work<Probe>((_, _) => Task.CompletedTask);
        });
        await client.StartAsync();

        var id = await client.EnqueueAsync(new Brief(1));
        await registered.Task.SoonAsync(TestContext.Current.CancellationToken);
        time.Advance(TimeSpan.FromMilliseconds(100));
        var row = await client.SettledAsync(id, JobState.Retryable);
        await client.SettledAsync(await client.EnqueueAsync(new Probe(1)), JobState.Completed);

        Assert.Contains("timeout", Assert.Single(row.Errors).Error, StringComparison.Ordinal);
    }

    private sealed class ScopedService : IAsyncDisposable
    {
        public bool IsDisposed { get; private set; }

        public ValueTask DisposeAsync()
        {
            IsDisposed = true;
            return ValueTask.CompletedTask;
        }
    }

    private sealed class FaultyDisposal : IDisposable
    {
        public void Dispose() => throw new InvalidTimeZoneException("on dispose");
    }
}
