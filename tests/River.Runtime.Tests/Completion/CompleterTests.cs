using River.Tests.Harness;
using River.TestSupport.Postgres;
using River.TestSupport.Time;
using Xunit;

namespace River.Tests.Completion;

public sealed class CompleterTests(PostgresFixture postgres)
{
    // river-facts 11.3 topic 30
    [Theory, EachStore]
    public async Task Outcomes_that_wait_together_are_written_together(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        var gate = new TaskCompletionSource();
        var finished = new CountdownEvent(1 + 20);
        await using var client = TestClient.Create(database, setup =>
        {
            setup.Queues[0] = new QueueDeclaration("default", 50);
            setup.Work<Probe>((_, _) =>
            {
                finished.Signal();
                return Task.CompletedTask;
            });
        });
        var isFirst = 1;
        client.Store.BeforeSettle = _ => Interlocked.Exchange(ref isFirst, 0) == 1 ? gate.Task : Task.CompletedTask;
        await client.StartAsync();

        var first = await client.EnqueueAsync(new Probe(0));
        var others = await client.Jobs.EnqueueManyAsync(Enumerable.Range(1, 20).Select(number => new Probe(number)), cancellationToken: TestContext.Current.CancellationToken);
        Assert.True(finished.Wait(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken));
        // A slot is free again when the outcome waits.
        await River.TestSupport.Time.Eventually.Async(() => client.Engine.Run!.Queues.Find("default")!.Free == 50, TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        gate.SetResult();
        await client.Store.SettledAsync(first, JobState.Completed);
        await Task.WhenAll(others.Select(result => client.Store.SettledAsync(result.Job.Id, JobState.Completed)));

        // However the first batch fell, the rest didn't take a statement each.
        Assert.InRange(client.Store.BatchSizes.Count, 1, 10);
    }

    // river-facts 11.3 topic 30
    [Theory, EachStore]
    public async Task A_passing_fault_is_waited_out(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        var (faults, runs) = (4, 0);
        await using var client = TestClient.Create(database, setup => setup.Work<Probe>((_, _) =>
        {
            Interlocked.Increment(ref runs);
            return Task.CompletedTask;
        }));
        client.Store.BeforeSettle = _ => Interlocked.Decrement(ref faults) >= 0 ? throw new InjectedFault("cut") : Task.CompletedTask;
        await client.StartAsync();

        await client.SettledAsync(await client.EnqueueAsync(new Probe(1)), JobState.Completed);

        Assert.Equal(1, runs);
    }

    [Theory, EachStore]
    public async Task A_reply_lost_after_the_write_doubles_nothing_and_reads_as_no_lost_lease(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        var faults = 1;
        await using var client = TestClient.Create(database, setup =>
        {
            setup.Work<Probe>((job, _) =>
            {
                job.Then(new Other(1));
                return Task.CompletedTask;
            });
            setup.Work<Other>((_, _) => Task.CompletedTask);
        });
        client.Store.AfterSettle = _ => Interlocked.Decrement(ref faults) >= 0 ? throw new InjectedFault("cut after commit") : Task.CompletedTask;
        await client.StartAsync();

        await client.EnqueueAsync(new Probe(1));
        await River.TestSupport.Time.Eventually.Async(() => client.Store.Results.Count >= 2, TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        await client.StopAsync();

        var rows = await client.Jobs.ListAsync(cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(2, rows.Count);
        Assert.All(rows, row => Assert.Equal(JobState.Completed, row.State));
        Assert.All(rows, row => Assert.Equal(1, row.Attempt));
        Assert.DoesNotContain(client.Logs.All, record => record.Id == 4005);
    }

    [Theory, EachStore]
    public async Task A_try_that_certainly_wrote_nothing_leaves_a_lost_lease_no_doubt(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        var isFirst = 1;
        await using var client = TestClient.Create(database, setup => setup.Work<Probe>((_, _) => Task.CompletedTask));
        client.Store.BeforeSettle = async settlements =>
        {
            if (Interlocked.Exchange(ref isFirst, 0) == 0)
                return;

            // Another one, who has the lease by now, completes the job.
            await client.Store.Inner.Claims.SettleAsync(settlements, transaction: null, TestContext.Current.CancellationToken);
            throw new InjectedFault("waited too long", wroteNothing: true);
        };
        await client.StartAsync();

        await client.EnqueueAsync(new Probe(1));

        await River.TestSupport.Time.Eventually.Async(() => client.Logs.All.Any(record => record.Id == 4005), TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
    }

    [Theory, EachStore]
    public async Task A_row_that_the_database_refuses_is_recorded_as_failed_and_keeps_no_other_back(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var client = TestClient.Create(database, setup =>
        {
            setup.Queues[0] = new QueueDeclaration("default", 50);
            setup.Work<Probe>((job, _) => job.Args.Number == 13 ? throw job.Cancel("poison") : Task.CompletedTask);
        });
        client.Store.BeforeSettle = settlements => settlements.Any(settlement => settlement.State == JobState.Cancelled)
            ? throw new InjectedFault("can't store this", isTransient: false)
            : Task.CompletedTask;
        await client.StartAsync();

        var results = await client.Jobs.EnqueueManyAsync(Enumerable.Range(0, 30).Select(number => new Probe(number)), cancellationToken: TestContext.Current.CancellationToken);
        await Task.WhenAll(results.Where((_, number) => number != 13).Select(result => client.Store.SettledAsync(result.Job.Id, JobState.Completed)));
        var bad = await client.SettledAsync(results[13].Job.Id, JobState.Available);

        Assert.Contains("can't be stored", bad.Errors[0].Error, StringComparison.Ordinal);
    }

    [Theory, EachStore]
    public async Task An_outcome_that_comes_too_late_is_dropped_and_said(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        var started = new TaskCompletionSource();
        var release = new TaskCompletionSource();
        await using var client = TestClient.Create(database, setup => setup.Work<Probe>((_, _) =>
        {
            started.TrySetResult();
            return release.Task;
        }));
        River.Storage.ClaimToken token = default;
        client.Store.AfterClaim = claimed => token = claimed.Count == 0 ? token : claimed[0].Token;
        await client.StartAsync();

        var id = await client.EnqueueAsync(new Probe(1));
        await started.Task.SoonAsync(TestContext.Current.CancellationToken);
        await client.Store.Inner.Claims.SettleAsync(
            [new() { Token = token, State = JobState.Cancelled, Error = new AttemptError(DateTimeOffset.UnixEpoch, 1, "taken away", "") }],
            transaction: null,
            TestContext.Current.CancellationToken);
        release.SetResult();
        await River.TestSupport.Time.Eventually.Async(() => client.Logs.All.Any(record => record.Id == 4005), TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

        Assert.Equal(JobState.Cancelled, (await client.GetAsync(id)).State);
    }

    [Theory, EachStore]
    public async Task A_password_that_was_changed_loses_no_outcome(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        var (faults, runs) = (3, 0);
        await using var client = TestClient.Create(database, setup => setup.Work<Probe>((_, _) =>
        {
            Interlocked.Increment(ref runs);
            return Task.CompletedTask;
        }));
        client.Store.BeforeSettle = _ => Interlocked.Decrement(ref faults) >= 0 ? throw new StoreAuthenticationException("password authentication failed") : Task.CompletedTask;
        await client.StartAsync();

        await client.SettledAsync(await client.EnqueueAsync(new Probe(1)), JobState.Completed);

        Assert.Equal(1, runs);
    }

    [Theory, EachStore]
    public async Task An_outcome_that_the_database_refuses_in_every_form_is_tried_until_it_is_taken(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        var refusals = 0;
        await using var client = TestClient.Create(database, setup =>
        {
            setup.Work<Probe>((job, _) => Task.CompletedTask);
            setup.Work<Other>((job, _) => Task.CompletedTask);
        });
        var id = await client.EnqueueAsync(new Probe(1));
        client.Store.BeforeSettle = settlements => settlements.Any(settlement => settlement.Token.JobId == id) && Interlocked.Increment(ref refusals) < 5
            ? throw new InjectedFault("not like this", isTransient: false)
            : Task.CompletedTask;
        await client.StartAsync();

        // It keeps no other waiting, and is recorded as failed in the end.
        await client.SettledAsync(await client.EnqueueAsync(new Other(1)), JobState.Completed);
        var row = await client.SettledAsync(id, JobState.Available);

        Assert.Contains("can't be stored", row.Errors[0].Error, StringComparison.Ordinal);
        Assert.Contains(client.Logs.All, record => record.Id == 4008);
    }

    [Fact]
    public async Task A_transaction_that_holds_a_running_jobs_row_keeps_no_other_outcome_waiting()
    {
        await using var database = await TestDatabase.CreateAsync(Database.Postgres, postgres);
        var (started, release) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var client = TestClient.Create(database, setup =>
        {
            setup.Work<Endless>((_, _) =>
            {
                started.SetResult();
                return release.Task;
            });
            setup.Work<Probe>((_, _) => Task.CompletedTask);
        });
        await client.StartAsync();
        var held = await client.EnqueueAsync(new Endless());
        await started.Task.SoonAsync(TestContext.Current.CancellationToken);

        await using var connection = new Npgsql.NpgsqlConnection(database.ConnectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using (var transaction = await connection.BeginTransactionAsync(TestContext.Current.CancellationToken))
        {
            await using var touch = new Npgsql.NpgsqlCommand($"UPDATE river_job SET unique_key = unique_key WHERE id = {held}", connection, transaction);
            Assert.Equal(1, await touch.ExecuteNonQueryAsync(TestContext.Current.CancellationToken));
            release.SetResult();
            for (var i = 0; i < 20; i++)
                await client.SettledAsync(await client.EnqueueAsync(new Probe(i)), JobState.Completed);
            await River.TestSupport.Time.Eventually.Async(() => client.Logs.All.Any(record => record.Id == 4007), TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

            // The stop waits for it, within its time.
            var stop = client.StopAsync();
            Assert.Equal(JobState.Running, (await client.GetAsync(held)).State);
            await transaction.CommitAsync(TestContext.Current.CancellationToken);
            await stop;
        }

        Assert.Equal(JobState.Completed, (await client.GetAsync(held)).State);
    }

    [Fact]
    public async Task An_outcome_of_which_it_is_not_clear_what_became_is_tried_again_and_may_have_been_written()
    {
        await using var database = await TestDatabase.CreateAsync(Database.Sqlite, postgres);
        var (faults, runs) = (2, 0);
        await using var client = TestClient.Create(database, setup => setup.Work<Probe>((_, _) =>
        {
            Interlocked.Increment(ref runs);
            return Task.CompletedTask;
        }));
        client.Store.Told = results => Interlocked.Decrement(ref faults) >= 0
            ? [.. results.Select(static _ => new River.Storage.SettleResult(Accepted: false, JobState.Running, IsLocked: true, Fault: new InjectedFault("cut")))]
            : results;
        await client.StartAsync();

        var id = await client.EnqueueAsync(new Probe(1));
        await River.TestSupport.Time.Eventually.Async(() => !client.Store.Results.IsEmpty, TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        await client.StopAsync();

        Assert.Equal((JobState.Completed, 1), ((await client.GetAsync(id)).State, runs));
        Assert.Equal(2, client.Logs.All.Count(record => record.Id == 4009));
        Assert.DoesNotContain(client.Logs.All, record => record.Id == 4005);
    }

    // river-facts 11.3 topic 30
    [Fact]
    public async Task An_outcome_that_finds_no_room_waits_no_longer_than_its_deadline()
    {
        await using var database = await TestDatabase.CreateAsync(Database.Sqlite, postgres);
        await using var store = new ObservedStore(database.Open(new RiverOptions()));
        var (logs, randomness) = (new LogRecords(), new River.Hosting.Randomness(1));
        var logger = logs.CreateLogger("completer");
        using var hub = new River.Events.EventHub(TimeProvider.System, Microsoft.Extensions.Logging.Abstractions.NullLogger<River.Events.EventHub>.Instance);
        var completer = new River.Completion.Completer(
            store, new(), new(), new(randomness, logger), static (_, _) => { }, new(TimeProvider.System), new(hub, TimeProvider.System), new(TimeSpan.FromSeconds(10)), TimeProvider.System, randomness, logger);
        var row = new JobRow { Id = 1, State = JobState.Running, Kind = "probe", Queue = "default", Attempt = 1, MaxAttempts = 1, Priority = 1, EncodedArgs = default, CreatedAt = default, ScheduledAt = default };
        var outcome = new River.Completion.Outcome(new(row), new River.Storage.Settlement { Token = new(1, 1, default), State = JobState.Completed });

        // Nobody writes: it isn't started.
        using var deadline = new CancellationTokenSource();
        var waiting = completer.SubmitAsync(outcome, deadline.Token);
        while (waiting.IsCompletedSuccessfully)
            waiting = completer.SubmitAsync(outcome, deadline.Token);
        await deadline.CancelAsync();
        await waiting;

        Assert.Single(logs.All, record => record.Id == 4004);
    }

    [Fact]
    public async Task Whoever_claims_is_told_when_outcomes_pile_up_and_when_they_no_longer_do()
    {
        const int Enough = 4_000;
        await using var database = await TestDatabase.CreateAsync(Database.Sqlite, postgres);
        await using var store = new ObservedStore(database.Open(new RiverOptions()));
        var (logs, randomness, room) = (new LogRecords(), new River.Hosting.Randomness(1), new River.Supervision.Signal(TimeProvider.System));
        store.Told = results => [.. results.Select(static _ => new River.Storage.SettleResult(Accepted: true, JobState.Completed))];
        var logger = logs.CreateLogger("completer");
        using var hub = new River.Events.EventHub(TimeProvider.System, Microsoft.Extensions.Logging.Abstractions.NullLogger<River.Events.EventHub>.Instance);
        var completer = new River.Completion.Completer(
            store, new(), new(), new(randomness, logger), static (_, _) => { }, room, new(hub, TimeProvider.System), new(TimeSpan.FromSeconds(30)), TimeProvider.System, randomness, logger);
        for (var number = 1; number <= Enough; number++)
        {
            Assert.False(completer.IsBehind());
            var row = new JobRow { Id = number, State = JobState.Running, Kind = "probe", Queue = "default", Attempt = 1, MaxAttempts = 1, Priority = 1, EncodedArgs = default, CreatedAt = default, ScheduledAt = default };
            await completer.SubmitAsync(new River.Completion.Outcome(new(row), new River.Storage.Settlement { Token = new(number, 1, default), State = JobState.Completed }), TestContext.Current.CancellationToken);
        }

        Assert.True(completer.IsBehind());
        var told = room.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        Assert.False(told.IsCompleted);
        var started = TimeProvider.System.GetTimestamp();
        completer.Start();
        await told;

        Assert.InRange(TimeProvider.System.GetElapsedTime(started), TimeSpan.Zero, TimeSpan.FromSeconds(50));
        Assert.False(completer.IsBehind());
        await completer.DrainAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task When_a_timer_fires_too_early_nothing_is_written_instead_of_what_is_not_due()
    {
        await using var database = await TestDatabase.CreateAsync(Database.Sqlite, postgres);
        await using var store = new ObservedStore(database.Open(new RiverOptions()));
        var (locked, logs, randomness, time) = (7, new LogRecords(), new River.Hosting.Randomness(1), new HastyTimers());
        store.Told = results => Interlocked.Decrement(ref locked) >= 0
            ? [.. results.Select(static _ => new River.Storage.SettleResult(Accepted: false, JobState.Running, IsLocked: true))]
            : [.. results.Select(static _ => new River.Storage.SettleResult(Accepted: true, JobState.Completed))];
        var logger = logs.CreateLogger("completer");
        using var hub = new River.Events.EventHub(time, Microsoft.Extensions.Logging.Abstractions.NullLogger<River.Events.EventHub>.Instance);
        var completer = new River.Completion.Completer(
            store, new(), new(), new(randomness, logger), static (_, _) => { }, new(TimeProvider.System), new(hub, time), new(TimeSpan.FromSeconds(10)), time, randomness, logger);
        var row = new JobRow { Id = 1, State = JobState.Running, Kind = "probe", Queue = "default", Attempt = 1, MaxAttempts = 1, Priority = 1, EncodedArgs = default, CreatedAt = default, ScheduledAt = default };
        completer.Start();

        await completer.SubmitAsync(new River.Completion.Outcome(new(row), new River.Storage.Settlement { Token = new(1, 1, default), State = JobState.Completed }), TestContext.Current.CancellationToken);
        await completer.DrainAsync(TestContext.Current.CancellationToken);

        Assert.Equal(Enumerable.Repeat(1, 8), store.BatchSizes);
    }

    private sealed class HastyTimers : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            base.CreateTimer(callback, state, dueTime > TimeSpan.Zero ? dueTime / 2 : dueTime, period);
    }
}
