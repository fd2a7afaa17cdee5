using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using River.Events;
using River.Tests.Harness;
using River.TestSupport.Postgres;
using River.TestSupport.Time;
using Xunit;

namespace River.Tests.Events;

/// <summary>How events reach those who listen.</summary>
public sealed class SubscriptionTests(PostgresFixture postgres)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static EventHub Hub() => new(TimeProvider.System, NullLogger<EventHub>.Instance);

    private static QueuePausedEvent Paused(string queue) => new() { At = DateTimeOffset.UnixEpoch, Queue = queue };

    private static QueueResumedEvent Resumed(string queue) => new() { At = DateTimeOffset.UnixEpoch, Queue = queue };

    // river-facts 11.3 topic 59
    [Fact]
    public async Task Only_the_kinds_asked_for_are_told()
    {
        using var hub = Hub();
        using var events = hub.Subscribe(new SubscribeOptions { Kinds = RiverEventKinds.QueueResumed | RiverEventKinds.JobFailed });

        hub.Publish(Paused("a"));
        hub.Publish(Resumed("b"));
        hub.End();

        Assert.Equal("b", Assert.IsType<QueueResumedEvent>(Assert.Single(await events.AllAsync())).Queue);
        Assert.Equal(0, events.Dropped);
    }

    // river-facts 11.3 topic 59
    [Fact]
    public async Task What_comes_while_the_buffer_is_full_is_dropped_and_counted_and_nobody_waits()
    {
        using var hub = Hub();
        using var slow = hub.Subscribe(new SubscribeOptions { Capacity = 2 });
        using var fast = hub.Subscribe(new SubscribeOptions());

        for (var i = 0; i < 5; i++)
            hub.Publish(Paused($"q{i}"));
        hub.End();

        Assert.Equal(3, slow.Dropped);
        Assert.Equal(["q0", "q1"], (await slow.AllAsync()).Cast<QueueEvent>().Select(told => told.Queue));
        Assert.Equal(0, fast.Dropped);
        Assert.Equal(5, (await fast.AllAsync()).Count);
    }

    [Fact]
    public async Task The_default_buffer_holds_a_thousand()
    {
        using var hub = Hub();
        using var events = hub.Subscribe(new SubscribeOptions());

        for (var i = 0; i < 1_001; i++)
            hub.Publish(Paused("q"));
        hub.End();

        Assert.Equal(1, events.Dropped);
        Assert.Equal(1_000, (await events.AllAsync()).Count);
    }

    [Fact]
    public async Task Dropping_is_logged_once_for_each_subscription()
    {
        await using var database = await TestDatabase.CreateAsync(Database.Sqlite, postgres);
        await using var client = TestClient.Create(database, _ => { });
        var hub = client.Services.GetRequiredService<EventHub>();
        using var slow = client.Host.Subscribe(new SubscribeOptions { Capacity = 1 });

        for (var i = 0; i < 5; i++)
            hub.Publish(Paused("q"));

        Assert.Equal(4, slow.Dropped);
        Assert.Single(client.Logs.All, record => record.Id == 1011);
    }

    [Fact]
    public async Task Leaving_the_loop_ends_the_subscription()
    {
        using var hub = Hub();
        var events = hub.Subscribe(new SubscribeOptions());
        hub.Publish(Paused("a"));
        hub.Publish(Paused("b"));

        Assert.Equal("a", Assert.IsType<QueuePausedEvent>(await events.FirstAsync()).Queue);

        Assert.Equal(0, hub.Count);
        Assert.False(hub.Wants(RiverEventKinds.All));
    }

    [Fact]
    public async Task Cancelling_the_token_ends_the_subscription_whoever_reads_just_then()
    {
        using var hub = Hub();
        using var ending = new CancellationTokenSource();
        await using (var reader = hub.Subscribe(new SubscribeOptions()).GetAsyncEnumerator(ending.Token))
        {
            var next = reader.MoveNextAsync();
            await ending.CancelAsync();

            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next.AsTask().SoonAsync(Token));
            Assert.Equal(0, hub.Count);
            await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await reader.MoveNextAsync());
        }

        _ = hub.Subscribe(new SubscribeOptions()).GetAsyncEnumerator(ending.Token);
        Assert.Equal(0, hub.Count);
    }

    [Fact]
    public async Task A_reader_that_never_read_leaves_nothing_behind_when_it_is_disposed()
    {
        using var hub = Hub();
        var reader = hub.Subscribe(new SubscribeOptions()).GetAsyncEnumerator(Token);

        await reader.DisposeAsync();

        Assert.Equal(0, hub.Count);
    }

    [Fact]
    public void A_second_reader_is_refused_and_told_what_to_do()
    {
        using var hub = Hub();
        using var events = hub.Subscribe(new SubscribeOptions());
        _ = events.GetAsyncEnumerator(Token);

        var error = Assert.Throws<InvalidOperationException>(() => events.GetAsyncEnumerator(Token));

        Assert.Contains("Subscribe once for each reader", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_out_of_range_are_refused()
    {
        using var hub = Hub();

        Assert.Throws<ArgumentException>(() => hub.Subscribe(new SubscribeOptions { Kinds = RiverEventKinds.None }));
        Assert.Throws<ArgumentOutOfRangeException>(() => hub.Subscribe(new SubscribeOptions { Capacity = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => hub.Subscribe(new SubscribeOptions { Capacity = 1_000_001 }));
    }

    [Fact]
    public async Task A_client_that_is_gone_for_good_has_no_more_events()
    {
        var hub = Hub();
        using var before = hub.Subscribe(new SubscribeOptions());
        hub.Dispose();
        using var after = hub.Subscribe(new SubscribeOptions());

        Assert.Empty(await before.AllAsync());
        Assert.Empty(await after.AllAsync());
    }

    [Fact]
    public void What_nobody_wants_costs_no_memory()
    {
        using var hub = Hub();
        using var other = hub.Subscribe(new SubscribeOptions { Kinds = RiverEventKinds.Queues });
        var events = new JobEvents(hub, TimeProvider.System);
        var row = new JobRow { Id = 1, State = JobState.Running, Kind = "k", Queue = "q", Attempt = 1, MaxAttempts = 1, Priority = 1, EncodedArgs = default, CreatedAt = default, ScheduledAt = default };
        var outcome = new River.Completion.Outcome(
            new River.Storage.ClaimedJob(row),
            new River.Storage.Settlement { Token = new River.Storage.ClaimToken(1, 1, default), State = JobState.Completed });

        // The first calls may load what they need.
        long Allocated()
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 1_000; i++)
            {
                if (events.WantsRows)
                    return -1;
                events.Settled(outcome, row);
                events.Settled(outcome, row: null);
                events.LeaseLost(row);
            }

            return GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Allocated();
        Assert.Equal(0, Allocated());
    }

    // river-facts 11.3 topic 59
    [Theory, EachStore]
    public async Task A_stop_ends_the_events_and_a_new_start_has_new_ones(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var client = TestClient.Create(database, setup => setup.Work<Probe>((_, _) => Task.CompletedTask));
        using var first = client.Host.Subscribe(new SubscribeOptions { Kinds = RiverEventKinds.JobCompleted });
        await client.StartAsync();
        await client.SettledAsync(await client.EnqueueAsync(new Probe(1)), JobState.Completed);
        await client.StopAsync();
        Assert.Single(await first.AllAsync());

        using var second = client.Host.Subscribe(new SubscribeOptions { Kinds = RiverEventKinds.JobCompleted });
        await client.StartAsync();
        await client.SettledAsync(await client.EnqueueAsync(new Probe(2)), JobState.Completed);
        await client.StopAsync();
        Assert.Single(await second.AllAsync());
        Assert.Equal(0, client.Services.GetRequiredService<EventHub>().Count);
    }
}
