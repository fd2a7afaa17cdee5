using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using River.Tests.Harness;
using River.TestSupport.Postgres;
using River.TestSupport.Time;
using Xunit;

namespace River.Tests.Hosting;

/// <summary>Queues that are added, removed and resized while the client runs.</summary>
public sealed class LiveQueuesTests(PostgresFixture postgres)
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(60);
    private static readonly EnqueueOptions ToMail = new() { Queue = "mail" };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory, EachStore]
    public async Task A_queue_is_worked_from_the_moment_it_is_added_and_has_its_row(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var client = Create(database, setup => setup.Work<Probe>((_, _) => Task.CompletedTask));
        await client.StartAsync();
        var waiting = await client.EnqueueAsync(new Probe(1), ToMail);
        await client.SettledAsync(await client.EnqueueAsync(new Probe(2)), JobState.Completed);
        Assert.Equal(JobState.Available, (await client.GetAsync(waiting)).State);

        await client.Host.AddQueueAsync("mail", new QueueSettings { MaxWorkers = 3 }, Token);

        await client.Jobs.PauseQueueAsync("mail", Token);
        await client.Jobs.ResumeQueueAsync("mail", Token);
        await client.SettledAsync(waiting, JobState.Completed);
        Assert.Equal(3, Assert.Single(client.Host.Queues, queue => queue.Name == "mail").MaxWorkers);
    }

    [Theory, EachStore]
    public async Task A_queue_that_is_added_while_it_is_paused_stays_paused(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var client = Create(database, setup => setup.Work<Probe>((_, _) => Task.CompletedTask));
        await client.StartAsync();
        await client.Store.Queues.UpsertAsync(["mail"], Token);
        await client.Jobs.PauseQueueAsync("mail", Token);
        var paused = await client.EnqueueAsync(new Probe(1), ToMail);

        await client.Host.AddQueueAsync("mail", cancellationToken: Token);

        for (var i = 0; i < 3; i++)
            await client.SettledAsync(await client.EnqueueAsync(new Probe(2)), JobState.Completed);
        Assert.Equal(JobState.Available, (await client.GetAsync(paused)).State);
        await Eventually.Async(() => client.Host.Queues.Single(queue => queue.Name == "mail").IsPaused, Long, Token);
        await client.Jobs.ResumeQueueAsync("mail", Token);
        await client.SettledAsync(paused, JobState.Completed);
    }

    [Theory, EachStore]
    public async Task Draining_lets_running_jobs_end_and_claims_no_more(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        var (started, release) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var client = Create(database, setup => setup.Work<Probe>(async (job, token) =>
        {
            if (job.Row.Queue != "default")
                return;
            started.TrySetResult();
            await release.Task.WaitAsync(token);
        }));
        await client.StartAsync();
        await client.Host.AddQueueAsync("mail", cancellationToken: Token);
        var running = await client.EnqueueAsync(new Probe(1));
        await started.Task.WaitAsync(Long, Token);

        var removal = client.Host.RemoveQueueAsync("default", QueueRemoval.Drain, Token);
        var left = await client.EnqueueAsync(new Probe(2));
        await client.SettledAsync(await client.EnqueueAsync(new Probe(3), ToMail), JobState.Completed);
        Assert.False(removal.IsCompleted);
        Assert.True(client.Host.Queues.Single(queue => queue.Name == "default") is { IsDraining: true, Workers: 0, Running: 1 });
        Assert.Contains("being removed", (await Assert.ThrowsAsync<QueueWorkedException>(() => client.Host.AddQueueAsync("default", cancellationToken: Token))).Message, StringComparison.Ordinal);
        Assert.Contains("being removed", (await Assert.ThrowsAsync<QueueNotWorkedException>(() => client.Host.ResizeQueueAsync("default", 2, Token))).Message, StringComparison.Ordinal);

        release.SetResult();
        await removal.WaitAsync(Long, Token);
        Assert.Equal(JobState.Completed, (await client.GetAsync(running)).State);
        Assert.Equal(JobState.Available, (await client.GetAsync(left)).State);
        Assert.DoesNotContain(client.Host.Queues, queue => queue.Name == "default");
        await client.Host.AddQueueAsync("default", cancellationToken: Token);
        await client.SettledAsync(left, JobState.Completed);
    }

    [Theory, EachStore]
    public async Task Handing_over_gives_running_jobs_back_as_if_they_had_not_been_claimed(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        var started = new CountdownEvent(3);
        await using var client = Create(database, setup => setup.Work<Probe>(async (_, token) =>
        {
            started.Signal();
            await Task.Delay(Timeout.Infinite, token);
        }));
        await client.StartAsync();
        var jobs = new[] { await client.EnqueueAsync(new Probe(1)), await client.EnqueueAsync(new Probe(2)), await client.EnqueueAsync(new Probe(3)) };
        Assert.True(started.Wait(Long, Token));

        await client.Host.RemoveQueueAsync("default", QueueRemoval.HandOver, Token);

        foreach (var id in jobs)
        {
            var row = await client.GetAsync(id);
            Assert.Equal((JobState.Available, 0), (row.State, row.Attempt));
            Assert.Empty(row.Errors);
        }
    }

    [Theory, EachStore]
    public async Task A_drain_that_takes_too_long_can_be_turned_into_a_hand_over_that_leaves_deaf_jobs_behind(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        var (started, release) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var client = Create(database, setup => setup.Work<Probe>((_, _) =>
        {
            started.TrySetResult();
            return release.Task;
        }));
        await client.StartAsync();
        var deaf = await client.EnqueueAsync(new Probe(1));
        await started.Task.WaitAsync(Long, Token);

        using (var impatient = new CancellationTokenSource())
        {
            var drain = client.Host.RemoveQueueAsync("default", QueueRemoval.Drain, impatient.Token);
            await impatient.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => drain);
        }

        await client.Host.RemoveQueueAsync("default", QueueRemoval.HandOver, Token);

        var row = await client.GetAsync(deaf);
        Assert.Equal((JobState.Available, 0), (row.State, row.Attempt));
        Assert.True(row.ScheduledAt > row.AttemptedAt);
        Assert.DoesNotContain(client.Host.Queues, queue => queue.Name == "default");
        release.SetResult();
    }

    [Theory, EachStore]
    public async Task A_queue_that_grows_works_more_at_once_and_one_that_shrinks_lets_its_jobs_end(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        var (running, gate) = (0, new SemaphoreSlim(0));
        await using var client = Create(database, setup =>
        {
            setup.Queues[0] = new QueueDeclaration("default", 1);
            setup.Options = options => options.PollInterval = TimeSpan.FromHours(1);
            setup.Work<Probe>(async (_, token) =>
            {
                Interlocked.Increment(ref running);
                await gate.WaitAsync(token);
                Interlocked.Decrement(ref running);
            });
        });
        var jobs = await client.Jobs.EnqueueManyAsync(Enumerable.Range(0, 10).Select(number => new Probe(number)), cancellationToken: Token);
        await client.StartAsync();
        await Eventually.Async(() => Volatile.Read(ref running) == 1, Long, Token);

        await client.Host.ResizeQueueAsync("default", 4, Token);
        await Eventually.Async(() => Volatile.Read(ref running) == 4, Long, Token);
        await client.Host.ResizeQueueAsync("default", 2, Token);
        Assert.Equal((4, 2), client.Host.Queues.Where(queue => queue.Name == "default").Select(queue => (queue.Running, queue.Workers)).Single());
        gate.Release(2);
        await Eventually.Async(() => client.Store.Results.Count == 2, Long, Token);
        Assert.Equal(2, Volatile.Read(ref running));
        gate.Release(8);
        await Task.WhenAll(jobs.Select(job => client.Store.SettledAsync(job.Job.Id, JobState.Completed)));
    }

    [Theory, EachStore]
    public async Task A_name_that_is_not_declared_is_refused_with_the_nearest_one(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var client = Create(database, setup => setup.Work<Probe>((_, _) => Task.CompletedTask));
        await client.StartAsync();

        Assert.Equal("mail", (await Assert.ThrowsAsync<UnknownQueueException>(() => client.Host.AddQueueAsync("mial", cancellationToken: Token))).Nearest);
        Assert.Equal("mail", (await Assert.ThrowsAsync<UnknownQueueException>(() => client.Host.RemoveQueueAsync("mial", cancellationToken: Token))).Nearest);
        Assert.Equal("mail", (await Assert.ThrowsAsync<UnknownQueueException>(() => client.Host.ResizeQueueAsync("mial", 1, Token))).Nearest);
        Assert.Contains("ResizeQueueAsync", (await Assert.ThrowsAsync<QueueWorkedException>(() => client.Host.AddQueueAsync("default", cancellationToken: Token))).Message, StringComparison.Ordinal);
        Assert.Contains("AddQueueAsync", (await Assert.ThrowsAsync<QueueNotWorkedException>(() => client.Host.RemoveQueueAsync("mail", cancellationToken: Token))).Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => client.Host.AddQueueAsync("mail", new QueueSettings { MaxWorkers = 0 }, Token));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => client.Host.AddQueueAsync("mail", new QueueSettings { MaxWorkers = 2, MinWorkers = 3 }, Token));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => client.Host.AddQueueAsync("mail", new QueueSettings { JobTimeout = TimeSpan.FromHours(2) }, Token));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => client.Host.ResizeQueueAsync("default", 10_001, Token));
    }

    [Theory, EachStore]
    public async Task Before_a_start_and_after_a_stop_changes_are_kept_for_the_next_start(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var client = Create(database, setup => setup.Work<Probe>((_, _) => Task.CompletedTask));
        await client.Host.AddQueueAsync("mail", new QueueSettings { MaxWorkers = 2 }, Token);
        await client.Host.RemoveQueueAsync("default", cancellationToken: Token);
        Assert.Equal(["mail", "other"], client.Host.Queues.Select(queue => queue.Name));
        await client.StartAsync();
        await client.SettledAsync(await client.EnqueueAsync(new Probe(1), ToMail), JobState.Completed);
        await client.Host.StopAsync(Token);
        await client.Host.ResizeQueueAsync("mail", 5, Token);

        await client.StartAsync();

        Assert.Equal([("mail", 5), ("other", 10)], client.Host.Queues.Select(queue => (queue.Name, queue.Workers)));
    }

    [Theory, EachStore]
    public async Task A_timeout_of_the_queue_goes_before_the_clients_and_after_the_jobs_own(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        var tokens = new ConcurrentDictionary<string, bool>();
        await using var client = Create(database, setup =>
        {
            setup.Options = options => options.JobTimeouts["default"] = TimeSpan.FromMilliseconds(50);
            // So that its row is read before the next attempt.
            setup.Services = services => services.AddSingleton<IRetryPolicy>(new FixedRetry(TimeSpan.FromHours(1)));
            setup.Work<Probe>((_, token) => Task.Delay(Timeout.Infinite, token));
            setup.Work<Endless>(async (_, token) =>
            {
                await Task.Delay(TimeSpan.FromMilliseconds(200), CancellationToken.None);
                tokens["endless"] = token.IsCancellationRequested;
            });
        });
        await client.StartAsync();

        var row = await client.SettledAsync(await client.EnqueueAsync(new Probe(1)), JobState.Retryable);
        await client.SettledAsync(await client.EnqueueAsync(new Endless()), JobState.Completed);

        Assert.Contains("00:00:00.05", Assert.Single(row.Errors).Error, StringComparison.Ordinal);
        Assert.False(tokens["endless"]);
    }

    [Theory, EachStore]
    public async Task A_number_of_workers_set_for_the_cluster_reaches_every_process_that_has_none_of_its_own(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var first = Create(database, setup => setup.Work<Probe>((_, _) => Task.CompletedTask));
        await using var second = Create(database, setup =>
        {
            setup.Options = options => options.PollOnly = true;
            setup.Work<Probe>((_, _) => Task.CompletedTask);
        });
        await using var stubborn = Create(database, setup => setup.Work<Probe>((_, _) => Task.CompletedTask));
        await first.StartAsync();
        await second.StartAsync();
        await stubborn.StartAsync();
        await first.Store.Queues.UpsertAsync(["default"], Token);
        await stubborn.Host.ResizeQueueAsync("default", 3, Token);

        await first.Jobs.UpdateQueueAsync("default", new QueueUpdate { MaxWorkers = 7 }, Token);

        await Eventually.Async(() => first.Queues.SlotsOf("default") == 7 && second.Queues.SlotsOf("default") == 7, Long, Token);
        Assert.Equal(3, stubborn.Queues.SlotsOf("default"));
        await first.Jobs.UpdateQueueAsync("default", new QueueUpdate { MaxWorkers = 0 }, Token);
        await Eventually.Async(() => first.Queues.SlotsOf("default") == 10 && second.Queues.SlotsOf("default") == 10, Long, Token);
        await Assert.ThrowsAsync<QueueNotFoundException>(() => first.Jobs.UpdateQueueAsync("nowhere", new QueueUpdate { MaxWorkers = 7 }, Token));
    }

    private static TestClient Create(TestDatabase database, Action<ClientSetup> configure) => TestClient.Create(database, setup =>
    {
        setup.Queues.Add(new QueueDeclaration("mail", 5, External: true));
        configure(setup);
    });
}
