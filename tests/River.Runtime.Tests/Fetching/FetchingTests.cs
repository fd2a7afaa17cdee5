using System.Collections.Concurrent;
using System.Diagnostics;
using River.Storage;
using River.Tests.Harness;
using River.TestSupport.Postgres;
using River.TestSupport.Time;
using Xunit;

namespace River.Tests.Fetching;

public sealed class FetchingTests(PostgresFixture postgres)
{
    /// <summary>Long enough that no test waits for it.</summary>
    private static readonly TimeSpan Never = TimeSpan.FromHours(1);

    // river-facts 11.3 topic 14
    [Theory, EachStore]
    public async Task Jobs_run_by_priority_then_time_then_number(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        var order = new ConcurrentQueue<int>();
        await using var client = TestClient.Create(database, setup =>
        {
            setup.Queues[0] = new QueueDeclaration("default", 1);
            setup.Work<Probe>((job, _) =>
            {
                order.Enqueue(job.Args.Number);
                return Task.CompletedTask;
            });
        });

        await client.EnqueueAsync(new Probe(4), new EnqueueOptions { Priority = 3 });
        var last = await client.EnqueueAsync(new Probe(5), new EnqueueOptions { Priority = 3 });
        await client.EnqueueAsync(new Probe(2), new EnqueueOptions { Priority = 2 });
        await client.EnqueueAsync(new Probe(1), new EnqueueOptions { Priority = 1 });
        await client.EnqueueAsync(new Probe(3), new EnqueueOptions { Priority = 2 });
        await client.StartAsync();
        await client.SettledAsync(last, JobState.Completed);

        Assert.Equal([1, 2, 3, 4, 5], order);
    }

    // river-facts 11.3 topic 17
    [Theory, EachStore]
    public async Task No_more_jobs_run_than_there_are_slots_and_a_full_queue_is_refetched_at_once(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        var (running, most) = (0, 0);
        await using var client = TestClient.Create(database, setup =>
        {
            setup.Queues[0] = new QueueDeclaration("default", 3);
            setup.Options = options => options.PollInterval = Never;
            setup.Work<Probe>(async (_, _) =>
            {
                var now = Interlocked.Increment(ref running);
                InterlockedMax(ref most, now);
                await Task.Yield();
                Interlocked.Decrement(ref running);
            });
        });

        var results = await client.Jobs.EnqueueManyAsync(Enumerable.Range(0, 300).Select(number => new Probe(number)), cancellationToken: TestContext.Current.CancellationToken);
        var claims = new ConcurrentQueue<int>();
        client.Store.AfterClaim = claimed => claims.Enqueue(claimed.Count);
        await client.StartAsync();
        await Task.WhenAll(results.Select(result => client.Store.SettledAsync(result.Job.Id, JobState.Completed)));

        Assert.InRange(most, 1, 3);
        Assert.All(claims, count => Assert.InRange(count, 0, 3));
    }

    [Theory, EachStore]
    public async Task A_job_whose_caller_never_gives_the_hint_is_worked_by_its_notification(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var client = TestClient.Create(database, setup =>
        {
            setup.Options = options => options.PollInterval = Never;
            setup.Work<Probe>((_, _) => Task.CompletedTask);
        });
        await client.StartAsync();
        await client.SettledAsync(await client.EnqueueAsync(new Probe(1)), JobState.Completed);
        var row = new JobInsert { Kind = "probe", Queue = "default", Args = """{"number":2}"""u8.ToArray(), MaxAttempts = 25 };

        // As when the caller was cancelled, or lost its connection, after the row was sent.
        var inserted = await client.Store.Inner.Jobs.InsertAsync([row], transaction: null, TestContext.Current.CancellationToken);

        await client.SettledAsync(inserted[0].Job.Id, JobState.Completed);
    }

    [Theory, EachStore]
    public async Task A_full_queue_keeps_no_other_queue_waiting(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        var release = new TaskCompletionSource();
        await using var client = TestClient.Create(database, setup =>
        {
            setup.Queues[0] = new QueueDeclaration("default", 1);
            setup.Work<Probe>((_, _) => release.Task);
            setup.Work<Other>((_, _) => Task.CompletedTask);
        });
        await client.StartAsync();

        await client.EnqueueAsync(new Probe(1));
        var waiting = await client.EnqueueAsync(new Probe(2));
        await client.SettledAsync(await client.EnqueueAsync(new Other(1)), JobState.Completed);
        Assert.Equal(JobState.Available, (await client.GetAsync(waiting)).State);
        release.SetResult();
        await client.SettledAsync(waiting, JobState.Completed);
    }

    [Theory, EachStore]
    public async Task A_job_is_left_alone_before_its_time(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var client = TestClient.Create(database, setup => setup.Work<Probe>((_, _) => Task.CompletedTask));
        await client.StartAsync();

        var later = await client.EnqueueAsync(new Probe(1), new EnqueueOptions { Delay = TimeSpan.FromHours(1) });
        await client.SettledAsync(await client.EnqueueAsync(new Probe(2)), JobState.Completed);

        var row = await client.GetAsync(later);
        Assert.Equal(JobState.Scheduled, row.State);
        Assert.Equal(0, row.Attempt);
    }

    // river-facts 11.3 topic 22
    [Theory, EachStore]
    public async Task Kinds_that_this_client_does_not_know_are_left_alone(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var client = TestClient.Create(database, setup => setup.Work<Probe>((_, _) => Task.CompletedTask));
        var foreign = await client.EnqueueAsync(new Other(1), new EnqueueOptions { Queue = "default" });
        await client.StartAsync();

        await client.SettledAsync(await client.EnqueueAsync(new Probe(1)), JobState.Completed);

        var row = await client.GetAsync(foreign);
        Assert.Equal(JobState.Available, row.State);
        Assert.Equal(0, row.Attempt);
        Assert.Empty(row.Errors);
    }

    // river-facts 11.3 topic 18
    [Theory, EachStore]
    public async Task Without_notifications_a_job_of_another_process_is_found_by_the_next_poll(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var worker = TestClient.Create(database, setup =>
        {
            setup.Options = options => (options.PollOnly, options.PollInterval) = (true, TimeSpan.FromMilliseconds(100));
            setup.Work<Probe>((_, _) => Task.CompletedTask);
        });
        await using var producer = TestClient.Create(database, setup => setup.Work<Probe>((_, _) => Task.CompletedTask));
        await worker.StartAsync();

        await worker.SettledAsync(await producer.EnqueueAsync(new Probe(1)), JobState.Completed);
        var id = await producer.EnqueueAsync(new Probe(2));
        var committed = Stopwatch.GetTimestamp();
        await worker.SettledAsync(id, JobState.Completed);

        // Many polls: what a busy machine may need for one.
        Assert.InRange(Stopwatch.GetElapsedTime(committed), TimeSpan.Zero, TimeSpan.FromSeconds(30));
    }

    [Theory, EachStore]
    public async Task A_short_wait_is_kept_to_the_moment_and_not_to_the_next_poll(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var client = TestClient.Create(database, setup =>
        {
            setup.Options = options => options.PollInterval = Never;
            setup.Work<Probe>((job, _) => Snoozed(job.Row) ? Task.CompletedTask : throw job.Snooze(TimeSpan.FromMilliseconds(300)));
        });
        await client.StartAsync();

        var row = await client.SettledAsync(await client.EnqueueAsync(new Probe(1)), JobState.Completed);

        Assert.InRange(row.AttemptedAt!.Value - row.ScheduledAt, TimeSpan.Zero, TimeSpan.FromSeconds(30));
    }

    [Theory, EachStore]
    public async Task A_paused_queue_is_left_alone_until_it_is_resumed(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var client = TestClient.Create(database, setup =>
        {
            setup.Work<Probe>((_, _) => Task.CompletedTask);
            setup.Work<Other>((_, _) => Task.CompletedTask);
        });
        await client.StartAsync();
        await client.SettledAsync(await client.EnqueueAsync(new Probe(0)), JobState.Completed);
        await client.Store.Queues.UpsertAsync(["default", "other"], TestContext.Current.CancellationToken);

        await client.Jobs.PauseQueueAsync("default", TestContext.Current.CancellationToken);
        var paused = await client.EnqueueAsync(new Probe(1));
        for (var i = 0; i < 5; i++)
            await client.SettledAsync(await client.EnqueueAsync(new Other(i)), JobState.Completed);
        Assert.Equal(JobState.Available, (await client.GetAsync(paused)).State);

        await client.Jobs.ResumeQueueAsync("default", TestContext.Current.CancellationToken);
        await client.SettledAsync(paused, JobState.Completed);
    }

    [Theory, EachStore]
    public async Task A_queue_of_a_dynamic_family_is_worked_once_it_has_a_job(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var client = TestClient.Create(database, setup =>
        {
            setup.Queues.Add(new QueueDeclaration("tenant_*", 2, Dynamic: true));
            setup.Work<Probe>((_, _) => Task.CompletedTask);
        });
        await using var producer = TestClient.Create(database, setup =>
        {
            setup.Queues.Add(new QueueDeclaration("tenant_*", 2, Dynamic: true));
            setup.Work<Probe>((_, _) => Task.CompletedTask);
        });
        var before = await producer.EnqueueAsync(new Probe(1), new EnqueueOptions { Queue = "tenant_a" });
        await client.StartAsync();

        await client.SettledAsync(before, JobState.Completed);
        await client.SettledAsync(await producer.EnqueueAsync(new Probe(2), new EnqueueOptions { Queue = "tenant_b" }), JobState.Completed);
    }

    [Theory, EachStore]
    public async Task A_queue_of_a_family_is_forgotten_when_it_has_long_been_empty_and_met_again_with_its_next_job(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        var time = new FakeTimeProvider();
        await using var client = TestClient.Create(database, setup =>
        {
            setup.Time = time;
            setup.Options = options => options.HeartbeatLease = TimeSpan.FromDays(1);
            setup.Queues.Add(new QueueDeclaration("tenant_*", 2, Dynamic: true));
            setup.Work<Probe>((_, _) => Task.CompletedTask);
        });
        await client.StartAsync();
        await client.SettledAsync(await client.EnqueueAsync(new Probe(1), new EnqueueOptions { Queue = "tenant_a" }), JobState.Completed);
        Assert.Contains("tenant_a", client.Engine.Run!.Queues.Names);

        await Eventually.Async(
            () =>
            {
                time.Advance(TimeSpan.FromMinutes(1));
                return !client.Engine.Run.Queues.Names.Contains("tenant_a");
            },
            TimeSpan.FromSeconds(60),
            TestContext.Current.CancellationToken);
        Assert.Contains("default", client.Engine.Run.Queues.Names);

        await client.SettledAsync(await client.EnqueueAsync(new Probe(2), new EnqueueOptions { Queue = "tenant_a" }), JobState.Completed);
        Assert.Contains("tenant_a", client.Engine.Run.Queues.Names);
    }

    // river-facts 11.3 topic 15
    [Theory, EachStore]
    public async Task Two_clients_side_by_side_run_every_job_once(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        const int Count = 3_000;
        var runs = new int[Count];
        void Setup(ClientSetup setup) => setup.Work<Probe>((job, _) =>
        {
            Interlocked.Increment(ref runs[job.Args.Number]);
            return job.Args.Number % 7 == 0 ? Task.Delay(1, CancellationToken.None) : Task.CompletedTask;
        });
        await using var first = TestClient.Create(database, Setup);
        await using var second = TestClient.Create(database, Setup);
        await first.StartAsync();
        await second.StartAsync();

        for (var batch = 0; batch < 10; batch++)
        {
            var producer = batch % 2 == 0 ? first : second;
            await producer.Jobs.EnqueueManyAsync(Enumerable.Range(batch * Count / 10, Count / 10).Select(number => new Probe(number)), cancellationToken: TestContext.Current.CancellationToken);
        }

        await River.TestSupport.Time.Eventually.Async(
            () => first.Store.Results.Count + second.Store.Results.Count >= Count,
            TimeSpan.FromSeconds(60),
            TestContext.Current.CancellationToken);
        Assert.All(runs, count => Assert.Equal(1, count));
        Assert.All(first.Store.Results.Concat(second.Store.Results), result => Assert.True(result.Accepted));
        Assert.NotEmpty(first.Store.Results);
        Assert.NotEmpty(second.Store.Results);
    }

    [Theory, EachStore]
    public async Task A_claim_that_fails_is_tried_again(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        var faults = 3;
        await using var client = TestClient.Create(database, setup =>
        {
            setup.Options = options => options.PollInterval = Never;
            setup.Work<Probe>((_, _) => Task.CompletedTask);
        });
        client.Store.BeforeClaim = _ => Interlocked.Decrement(ref faults) >= 0 ? throw new InjectedFault("cut") : Task.CompletedTask;
        await client.StartAsync();

        await client.SettledAsync(await client.EnqueueAsync(new Probe(1)), JobState.Completed);

        Assert.Contains(client.Logs.All, record => record.Error is InjectedFault);
    }

    [Theory, EachStore]
    public async Task Jobs_of_a_claim_whose_answer_was_lost_are_given_back_and_run_once(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        var (faults, runs) = (1, 0);
        await using var client = TestClient.Create(database, setup =>
        {
            setup.Options = options => options.PollInterval = Never;
            setup.Work<Probe>((_, _) =>
            {
                Interlocked.Increment(ref runs);
                return Task.CompletedTask;
            });
        });
        client.Store.AfterClaim = claimed =>
        {
            if (claimed.Count > 0 && Interlocked.Decrement(ref faults) >= 0)
                throw new InjectedFault("cut after commit");
        };
        await client.StartAsync();

        var row = await client.SettledAsync(await client.EnqueueAsync(new Probe(1)), JobState.Completed);

        Assert.Equal(1, runs);
        Assert.Equal(1, row.Attempt);
        Assert.Empty(row.Errors);
    }

    [Theory, EachStore]
    public async Task A_claim_whose_answer_is_lost_comes_back_under_a_configured_name_too(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        var faults = 1;
        await using var client = TestClient.Create(database, setup =>
        {
            setup.Options = options =>
            {
                options.ClientId = "worker-1";
                options.PollInterval = Never;
            };
            setup.Work<Probe>((_, _) => Task.CompletedTask);
        });
        client.Store.AfterClaim = claimed =>
        {
            if (claimed.Count > 0 && Interlocked.Decrement(ref faults) >= 0)
                throw new InjectedFault("cut after commit");
        };
        await client.StartAsync();

        Assert.Equal(1, (await client.SettledAsync(await client.EnqueueAsync(new Probe(1)), JobState.Completed)).Attempt);
    }

    [Theory, EachStore]
    public async Task What_runs_in_this_clients_name_unknown_to_it_is_given_back_though_nothing_seems_amiss(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        var time = new FakeTimeProvider();
        ClientStart? start = null;
        await using var client = TestClient.Create(database, setup =>
        {
            setup.Time = time;
            setup.Options = options => options.HeartbeatLease = TimeSpan.FromDays(1);
            setup.Work<Probe>((_, _) => Task.CompletedTask);
        });
        client.Store.BeforeClaim = demand =>
        {
            start = new ClientStart(demand.ClientId, demand.StartedAt!.Value);
            return Task.CompletedTask;
        };
        await client.StartAsync();
        await client.SettledAsync(await client.EnqueueAsync(new Probe(1)), JobState.Completed);
        var row = new JobInsert { Kind = "probe", Queue = "elsewhere", Args = """{"number":1}"""u8.ToArray(), MaxAttempts = 25 };
        var id = (await client.Store.Inner.Jobs.InsertAsync([row], transaction: null, TestContext.Current.CancellationToken))[0].Job.Id;
        Assert.Single(await client.Store.Inner.Claims.ClaimAsync(
            new ClaimDemand(start!.ClientId, [new QueueDemand("elsewhere", 1)], ["probe"], start.StartedAt), TestContext.Current.CancellationToken));

        var settled = client.SettledAsync(id, JobState.Available);
        await time.AdvanceUntilAsync(settled, TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);

        Assert.Equal(0, (await settled).Attempt);
    }

    private static bool Snoozed(JobRow row) => row.ReadMetadata().TryGetProperty("snoozes", out _);

    private static void InterlockedMax(ref int most, int value)
    {
        for (var known = Volatile.Read(ref most); value > known; known = Volatile.Read(ref most))
        {
            if (Interlocked.CompareExchange(ref most, value, known) == known)
                return;
        }
    }
}
