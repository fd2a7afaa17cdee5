using Microsoft.Extensions.DependencyInjection;
using River.Tests.Harness;
using River.TestSupport.Postgres;
using River.TestSupport.Time;
using Xunit;

namespace River.Tests.Stopping;

public sealed class StopTests(PostgresFixture postgres)
{
    // river-facts 11.3 topic 30
    [Theory, EachStore]
    public async Task A_stop_waits_for_running_jobs_and_writes_their_outcomes(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        var started = new TaskCompletionSource();
        var release = new TaskCompletionSource();
        await using var client = TestClient.Create(database, setup => setup.Work<Probe>((_, _) =>
        {
            started.TrySetResult();
            return release.Task;
        }));
        await client.StartAsync();
        var id = await client.EnqueueAsync(new Probe(1));
        await started.Task.SoonAsync(TestContext.Current.CancellationToken);

        var stop = client.StopAsync();
        var late = await client.EnqueueAsync(new Probe(2));
        Assert.False(stop.IsCompleted);
        release.SetResult();
        await stop;

        Assert.Equal(JobState.Completed, (await client.GetAsync(id)).State);
        Assert.Equal(JobState.Available, (await client.GetAsync(late)).State);
    }

    // river-facts 11.3 topic 41
    [Theory, EachStore]
    public async Task After_the_soft_timeout_a_job_is_cancelled_and_handed_back_with_its_attempt(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        var time = new FakeTimeProvider();
        var (started, cancelled) = (new TaskCompletionSource(), new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        await using var client = TestClient.Create(database, setup =>
        {
            setup.Time = time;
            setup.Options = options => options.SoftStopTimeout = TimeSpan.FromMilliseconds(50);
            setup.Work<Probe>(async (_, token) =>
            {
                await using var registration = token.Register(cancelled.SetResult);
                started.TrySetResult();
                await Task.Delay(Timeout.Infinite, token);
            });
        });
        await client.StartAsync();
        var id = await client.EnqueueAsync(new Probe(1));
        await started.Task.SoonAsync(TestContext.Current.CancellationToken);

        // No further than to the end of the soft time: the three seconds that follow it are the job's.
        var stop = client.StopAsync();
        await Eventually.Async(
            () =>
            {
                if (!client.Logs.All.Any(record => record.Id == 1004))
                    time.Advance(TimeSpan.FromMilliseconds(50));
                return cancelled.Task.IsCompleted;
            },
            TimeSpan.FromSeconds(60),
            TestContext.Current.CancellationToken);
        await stop;

        var row = await client.GetAsync(id);
        Assert.Equal(JobState.Available, row.State);
        Assert.Equal(0, row.Attempt);
        Assert.Empty(row.Errors);
        Assert.Contains(client.Logs.All, record => record.Id == 1004 && record.Message.StartsWith("The soft stop timeout (00:00:00.0500000) is over; ", StringComparison.Ordinal) && record.Message.Contains($"{id} (probe)", StringComparison.Ordinal));
        Assert.DoesNotContain(client.Logs.All, record => record.Id == 1005);
    }

    [Theory, EachStore]
    public async Task A_soft_timeout_longer_than_timers_count_does_not_break_the_stop(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var client = TestClient.Create(database, setup =>
        {
            setup.Options = options => options.SoftStopTimeout = TimeSpan.MaxValue;
            setup.Services = services => services.Configure<Microsoft.Extensions.Hosting.HostOptions>(host => host.ShutdownTimeout = Timeout.InfiniteTimeSpan);
            setup.Work<Probe>((_, _) =>
            {
                started.TrySetResult();
                return release.Task;
            });
        });
        await client.StartAsync();
        var id = await client.EnqueueAsync(new Probe(1));
        await started.Task.SoonAsync(TestContext.Current.CancellationToken);

        var stop = client.StopAsync();
        await Eventually.Async(() => client.Logs.All.Any(record => record.Id == 1002), TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        release.SetResult();
        await stop;

        Assert.Equal(JobState.Completed, (await client.GetAsync(id)).State);
        Assert.Contains(client.Logs.All, record => record.Id == 1003);
    }

    // river-facts 11.3 topic 41
    [Theory, EachStore]
    public async Task An_error_of_another_sort_counts_although_the_client_stops(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        var started = new TaskCompletionSource();
        await using var client = TestClient.Create(database, setup =>
        {
            // However long the machine takes to run on: nothing is handed back by this clock.
            setup.Time = new FakeTimeProvider();
            setup.Options = options => options.SoftStopTimeout = TimeSpan.Zero;
            setup.Work<Probe>(async (_, token) =>
            {
                started.TrySetResult();
                await Task.Delay(Timeout.Infinite, token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                throw new InvalidOperationException("half done");
            });
        });
        await client.StartAsync();
        var id = await client.EnqueueAsync(new Probe(1));
        await started.Task.SoonAsync(TestContext.Current.CancellationToken);

        await client.StopAsync();

        var row = await client.GetAsync(id);
        Assert.Equal(1, row.Attempt);
        Assert.Contains("half done", Assert.Single(row.Errors).Error, StringComparison.Ordinal);
    }

    [Theory, EachStore]
    public async Task A_job_that_heeds_no_token_is_handed_back_and_its_later_end_writes_nothing(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        var started = new TaskCompletionSource();
        var release = new TaskCompletionSource();
        var ended = new TaskCompletionSource();
        await using var client = TestClient.Create(database, setup =>
        {
            setup.Options = options => options.SoftStopTimeout = TimeSpan.Zero;
            setup.Work<Probe>(async (_, _) =>
            {
                started.TrySetResult();
                await release.Task;
                ended.SetResult();
            });
        });
        await client.StartAsync();
        var id = await client.EnqueueAsync(new Probe(1));
        await started.Task.SoonAsync(TestContext.Current.CancellationToken);

        // Not in a hurry, in which the write may not fit on a busy machine.
        await client.StopAsync();

        var row = await client.GetAsync(id);
        Assert.Equal(JobState.Available, row.State);
        Assert.Equal(0, row.Attempt);
        Assert.Contains(client.Logs.All, record => record.Id == 1005);
        release.SetResult();
        await ended.Task.SoonAsync(TestContext.Current.CancellationToken);
        Assert.Equal(JobState.Available, (await client.GetAsync(id)).State);
    }

    [Theory, EachStore]
    public async Task Jobs_claimed_while_the_stop_begins_are_given_back_unrun(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        var runs = 0;
        var claiming = new TaskCompletionSource();
        var claim = new TaskCompletionSource();
        await using var client = TestClient.Create(database, setup => setup.Work<Probe>((_, _) =>
        {
            Interlocked.Increment(ref runs);
            return Task.CompletedTask;
        }));
        var id = await client.EnqueueAsync(new Probe(1));
        client.Store.BeforeClaim = _ =>
        {
            claiming.TrySetResult();
            return claim.Task;
        };
        await client.StartAsync();
        await claiming.Task.SoonAsync(TestContext.Current.CancellationToken);

        var stop = client.StopAsync();
        claim.SetResult();
        await stop;

        var row = await client.GetAsync(id);
        Assert.Equal(0, runs);
        Assert.Equal(JobState.Available, row.State);
        Assert.Equal(0, row.Attempt);
    }

    // river-facts 11.3 topic 44
    [Theory, EachStore]
    public async Task Enqueueing_without_end_while_the_client_stops_leaves_no_job_running(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var client = TestClient.Create(database, setup => setup.Work<Probe>((_, _) => Task.CompletedTask));
        await client.StartAsync();
        using var enough = new CancellationTokenSource();
        var producing = ProduceAsync(client, enough.Token);
        await Eventually.Async(() => client.Store.Results.Count > 200, TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

        await client.StopAsync();
        await enough.CancelAsync();
        await producing;

        Assert.Empty(await client.Jobs.ListAsync(new JobFilter { States = JobStates.Running }, TestContext.Current.CancellationToken));
    }

    [Theory, EachStore]
    public async Task A_client_may_be_started_again_and_stopped_and_started_at_will(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var client = TestClient.Create(database, setup => setup.Work<Probe>((_, _) => Task.CompletedTask));
        await client.StopAsync();
        await client.StartAsync();
        await client.StartAsync();
        await client.StopAsync();
        await client.StopAsync();

        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => i % 2 == 0 ? client.StartAsync() : client.StopAsync()));
        await client.StartAsync();

        await client.SettledAsync(await client.EnqueueAsync(new Probe(1)), JobState.Completed);
    }

    [Theory, EachStore]
    public async Task A_database_that_does_not_answer_does_not_hold_up_the_stop_beyond_its_time(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var client = TestClient.Create(database, setup => setup.Work<Probe>((_, _) => Task.CompletedTask));
        client.Store.BeforeSettle = _ => throw new InjectedFault("away");
        await client.StartAsync();
        var id = await client.EnqueueAsync(new Probe(1));
        await Eventually.Async(() => client.Logs.All.Any(record => record.Id == 4001), TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

        using var hurry = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        await client.Engine.StopAsync(hurry.Token).WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

        // The stop doesn't wait for the one who says so either.
        await Eventually.Async(() => client.Logs.All.Any(record => record.Id == 4004 && record.Message.Contains($" {id},", StringComparison.Ordinal)), TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
    }

    // river-facts 11.3 topic 42
    [Theory, EachStore]
    public async Task A_client_that_is_disposed_without_a_stop_hands_back_its_job_and_takes_no_more(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await AssertHandedBackAsync(database, TimeSpan.FromSeconds(10), async client =>
        {
            await client.DisposeUnstoppedAsync();
            Assert.Contains(client.Logs.All, record => record.Message.Contains("stopped", StringComparison.OrdinalIgnoreCase));
        });
    }

    // river-facts 11.3 topic 40
    [Theory, EachStore]
    public async Task A_second_stop_whose_time_is_up_ends_the_first_ones_patience(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await AssertHandedBackAsync(database, TimeSpan.FromHours(1), async client =>
        {
            var patient = client.Host.StopAsync(TestContext.Current.CancellationToken);
            Assert.False(patient.IsCompleted);

            using var hurry = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
            await client.Host.StopAsync(hurry.Token);
            await patient.SoonAsync(TestContext.Current.CancellationToken);
            await client.Host.StopAsync(TestContext.Current.CancellationToken);
            Assert.Contains(client.Logs.All, record => record.Id == 1004 && record.Message.StartsWith("The time given for the stop ", StringComparison.Ordinal));
        });
    }

    // river-facts 11.3 topic 40
    [Theory, EachStore]
    public async Task A_stop_before_the_start_and_after_the_stop_does_nothing(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var client = TestClient.Create(database, setup => setup.Work<Probe>((_, _) => Task.CompletedTask));
        using var over = new CancellationTokenSource();
        await over.CancelAsync();

        await client.Host.StopAsync(over.Token);
        await client.StartAsync();
        await client.SettledAsync(await client.EnqueueAsync(new Probe(1)), JobState.Completed);
        await client.StopAsync();
        await client.Host.StopAsync(over.Token);
        await client.StartAsync();

        await client.SettledAsync(await client.EnqueueAsync(new Probe(2)), JobState.Completed);
    }

    [Theory, EachStore]
    public async Task A_stop_ends_a_second_after_its_time_though_no_statement_comes_back(Database kind)
    {
        var second = TimeSpan.MaxValue;
        var first = TimeSpan.MaxValue;
        for (var i = 0; i < 3; i++)
        {
            await using var database = await TestDatabase.CreateAsync(kind, postgres);
            var client = TestClient.Create(database, setup => setup.Work<Probe>((_, _) => Task.CompletedTask));
            var settling = new TaskCompletionSource();
            var never = new TaskCompletionSource();
            await client.StartAsync();
            await client.SettledAsync(await client.EnqueueAsync(new Probe(0)), JobState.Completed);
            client.Store.BeforeSettle = _ =>
            {
                settling.TrySetResult();
                return never.Task;
            };
            client.Store.BeforePresence = () => never.Task;
            await client.EnqueueAsync(new Probe(1));
            await settling.Task.SoonAsync(TestContext.Current.CancellationToken);

            using var over = new CancellationTokenSource();
            await over.CancelAsync();
            var clock = System.Diagnostics.Stopwatch.StartNew();
            await client.Engine.StopAsync(over.Token);
            (first, second) = clock.Elapsed < first ? (clock.Elapsed, first) : (first, clock.Elapsed < second ? clock.Elapsed : second);
            never.SetException(new InjectedFault("too late"));
            await client.DisposeAsync();
        }

        Assert.InRange(second, TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(5));
    }

    // river-facts 11.3 topic 43
    [Theory, EachStore]
    public async Task A_storm_of_starts_and_stops_leaves_no_run_behind(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var client = TestClient.Create(database, setup => setup.Work<Probe>((_, _) => Task.CompletedTask));
        var runs = new System.Collections.Concurrent.ConcurrentBag<River.Supervision.SupervisedLoop>();

        await Task.WhenAll(Enumerable.Range(0, 40).Select(async i =>
        {
            await (i % 2 == 0 ? client.StartAsync() : client.StopAsync());
            foreach (var loop in client.Engine.Run?.Loops ?? [])
                runs.Add(loop);
        }));
        await client.StopAsync();

        Assert.NotEmpty(runs);
        Assert.All(runs, loop => Assert.True(loop.Completion.IsCompletedSuccessfully, $"Loop {loop.Name} still runs."));
        if (kind == Database.Postgres)
            Assert.InRange((long)(await database.ScalarAsync("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"))!, 0, 12);
    }

    // river-facts 11.3 topic 43
    [Fact]
    public async Task A_start_that_failed_may_be_repeated()
    {
        var folder = Directory.CreateTempSubdirectory("river-start-");
        try
        {
            var services = new ServiceCollection();
            services.AddLogging();
            var connectionString = $"Data Source={Path.Combine(folder.FullName, "river.db")}";
            services.AddRiver(river => river.UseSqlite(connectionString).AddManifest(TestManifests.With(WorkerRegistration.ForJob<Probe>((_, _, _) => Task.CompletedTask))));
            await using var provider = services.BuildServiceProvider();
            var host = provider.GetServices<Microsoft.Extensions.Hosting.IHostedService>().Single();

            await Assert.ThrowsAsync<SchemaVersionException>(() => host.StartAsync(TestContext.Current.CancellationToken));
            await host.StopAsync(TestContext.Current.CancellationToken);
            await provider.GetRequiredService<River.Storage.JobStore>().Schema.MigrateAsync(TestContext.Current.CancellationToken);
            await host.StartAsync(TestContext.Current.CancellationToken);

            Assert.NotNull(provider.GetRequiredService<River.Hosting.IEngine>().Run);
            await host.StopAsync(TestContext.Current.CancellationToken);
            Assert.Null(provider.GetRequiredService<River.Hosting.IEngine>().Run);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>A stop whose time is up leaves some tenths of a second to end and be written, which a busy machine may take: one of a few tries.</summary>
    private static async Task AssertHandedBackAsync(TestDatabase database, TimeSpan softTime, Func<TestClient, Task> stop)
    {
        for (var tries = 1; !await IsHandedBackAsync(); tries++)
            Assert.True(tries < 5, "No job was handed back.");

        async Task<bool> IsHandedBackAsync()
        {
            var started = new TaskCompletionSource();
            var client = TestClient.Create(database, setup =>
            {
                setup.Options = options => options.SoftStopTimeout = softTime;
                setup.Work<Probe>((_, token) =>
                {
                    started.TrySetResult();
                    return Task.Delay(Timeout.Infinite, token);
                });
            });
            await client.StartAsync();
            var id = await client.EnqueueAsync(new Probe(1));
            await started.Task.SoonAsync(TestContext.Current.CancellationToken);

            await stop(client);

            var row = await client.Store.Jobs.GetAsync(id, transaction: null, TestContext.Current.CancellationToken);
            await client.DisposeUnstoppedAsync();
            await client.Store.DisposeAsync();
            return (row!.State, row.Attempt, row.Errors.Count) == (JobState.Available, 0, 0);
        }
    }

    private static async Task ProduceAsync(TestClient client, CancellationToken enough)
    {
        for (var i = 0; !enough.IsCancellationRequested; i++)
            await client.EnqueueAsync(new Probe(i));
    }
}
