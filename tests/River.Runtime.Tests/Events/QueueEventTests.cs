using River.Storage;
using River.Tests.Harness;
using River.TestSupport.Postgres;
using River.TestSupport.Time;
using Xunit;

namespace River.Tests.Events;

/// <summary>What is told of queues.</summary>
public sealed class QueueEventTests(PostgresFixture postgres)
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(60);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    // river-facts 11.3 topic 59
    [Theory, EachStore]
    public async Task A_pause_and_a_resume_by_another_client_are_told_once_each(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var client = TestClient.Create(database, setup => setup.Work<Probe>((_, _) => Task.CompletedTask));
        await using var other = TestClient.Create(database, _ => { });
        await client.Store.Queues.UpsertAsync(["default", "other"], Token);
        await client.Jobs.PauseQueueAsync("default", Token);
        await client.StartAsync();
        await Eventually.Async(() => client.Host.Queues.Single(queue => queue.Name == "default").IsPaused, Long, Token);
        using var events = client.Host.Subscribe(new SubscribeOptions { Kinds = RiverEventKinds.Queues });
        await using var reader = events.GetAsyncEnumerator(Token);

        await other.Jobs.PauseQueueAsync("other", Token);
        Assert.Equal("other", (await NextAsync<QueuePausedEvent>(reader)).Queue);
        await other.Jobs.PauseQueueAsync("other", Token);
        await other.Jobs.ResumeQueueAsync("other", Token);
        Assert.Equal("other", (await NextAsync<QueueResumedEvent>(reader)).Queue);
        await other.Jobs.ResumeQueueAsync("*", Token);
        Assert.Equal("default", (await NextAsync<QueueResumedEvent>(reader)).Queue);
    }

    [Theory, EachStore]
    public async Task A_queue_that_is_added_and_removed_is_told_and_its_removal_only_when_its_last_job_has_ended(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        var started = new TaskCompletionSource();
        var release = new TaskCompletionSource();
        await using var client = TestClient.Create(database, setup =>
        {
            setup.Queues.Add(new QueueDeclaration("third", External: true));
            setup.Work<Probe>((_, _) =>
            {
                started.TrySetResult();
                return release.Task;
            });
        });
        await client.StartAsync();
        using var events = client.Host.Subscribe(new SubscribeOptions { Kinds = RiverEventKinds.QueueAdded | RiverEventKinds.QueueRemoved | RiverEventKinds.JobCompleted });
        await using var reader = events.GetAsyncEnumerator(Token);

        await client.Host.AddQueueAsync("third", new QueueSettings { MaxWorkers = 2 }, Token);
        Assert.Equal("third", (await NextAsync<QueueAddedEvent>(reader)).Queue);
        await client.EnqueueAsync(new Probe(1), new EnqueueOptions { Queue = "third" });
        await started.Task.SoonAsync(Token);
        var removal = client.Host.RemoveQueueAsync("third", cancellationToken: Token);
        release.SetResult();
        await removal.SoonAsync(Token);

        await NextAsync<JobCompletedEvent>(reader);
        Assert.Equal("third", (await NextAsync<QueueRemovedEvent>(reader)).Queue);
    }

    [Theory, EachStore]
    public async Task Jobs_of_unknown_kinds_are_told_when_they_begin_to_wait_and_when_they_are_gone(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var client = TestClient.Create(database, setup => setup.Work<Probe>((_, _) => Task.CompletedTask));
        await client.Store.Jobs.CopyAsync(
            [.. Enumerable.Range(0, 3).Select(_ => new JobInsert { Kind = "unknown", Queue = "default", Args = "{}"u8.ToArray(), MaxAttempts = 5, Priority = 2, State = JobState.Available })],
            transaction: null,
            Token);
        using var events = client.Host.Subscribe(new SubscribeOptions { Kinds = RiverEventKinds.UnknownJobs });
        await using var reader = events.GetAsyncEnumerator(Token);
        await client.StartAsync();

        var waiting = await NextAsync<UnknownJobsEvent>(reader);
        Assert.Equal(("default", 3), (waiting.Queue, waiting.Jobs));

        await database.ScalarAsync("DELETE FROM river_job WHERE kind = 'unknown'");
        await client.EnqueueAsync(new Probe(1), new EnqueueOptions { Priority = 1 });
        Assert.Equal(0, (await NextAsync<UnknownJobsEvent>(reader)).Jobs);
    }

    private static async Task<TEvent> NextAsync<TEvent>(IAsyncEnumerator<RiverEvent> reader)
        where TEvent : RiverEvent
    {
        Assert.True(await reader.MoveNextAsync().AsTask().SoonAsync(Token, $"the next event, a {typeof(TEvent).Name}"));
        return Assert.IsType<TEvent>(reader.Current);
    }
}
