using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using River.Tests.Harness;
using River.TestSupport.Postgres;
using River.TestSupport.Time;
using Xunit;

namespace River.Tests.Client;

/// <summary>What listens to spans and metrics may fail; what was inserted counts as inserted all the same.</summary>
public sealed class FailingListenerTests(PostgresFixture postgres)
{
    [Theory, EachStore]
    public async Task A_metrics_listener_that_fails_after_the_commit_fails_no_enqueue_and_hears_of_it_once(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        var queue = $"metrics_fail_{kind}".ToLowerInvariant();
        var heard = new ConcurrentQueue<string>();
        using var listener = new MeterListener
        {
            InstrumentPublished = static (instrument, listener) =>
            {
                if (instrument.Meter.Name == "River")
                    listener.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, _, tags, _) => Fail(instrument.Name, tags));
        listener.SetMeasurementEventCallback<double>((instrument, _, tags, _) => Fail(instrument.Name, tags));
        listener.Start();

        await EnqueueEachWayAsync(database, queue);

        Assert.Equal(
            ["messaging.client.operation.duration", "messaging.client.operation.duration", "messaging.client.operation.duration", "messaging.client.sent.messages", "messaging.client.sent.messages", "messaging.client.sent.messages"],
            heard.Order(StringComparer.Ordinal));

        void Fail(string instrument, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            foreach (var tag in tags)
            {
                if (tag.Key == "messaging.destination.name" && queue.Equals(tag.Value))
                {
                    heard.Enqueue(instrument);
                    throw new InvalidOperationException("The listener fails.");
                }
            }
        }
    }

    [Theory, EachStore]
    public async Task A_trace_listener_that_fails_at_the_end_fails_no_enqueue(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        var queue = $"traces_fail_{kind}".ToLowerInvariant();
        var heard = 0;
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "River",
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = span =>
            {
                if (!queue.Equals(span.GetTagItem("messaging.destination.name")))
                    return;
                Interlocked.Increment(ref heard);
                throw new InvalidOperationException("The listener fails.");
            },
        };
        ActivitySource.AddActivityListener(listener);

        await EnqueueEachWayAsync(database, queue);

        Assert.Equal(3, heard);
    }

    [Theory, EachStore]
    public async Task A_trace_listener_that_fails_at_the_start_fails_no_enqueue_and_the_span_ends(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        var queue = $"starts_fail_{kind}".ToLowerInvariant();
        var ended = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "River",
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStarted = span =>
            {
                if (span.OperationName == $"send {queue}")
                    throw new InvalidOperationException("The listener fails.");
            },
            ActivityStopped = span =>
            {
                if (span.OperationName == $"send {queue}")
                    ended.Enqueue(span);
            },
        };
        ActivitySource.AddActivityListener(listener);
        using var outer = new Activity("outer").Start();

        await EnqueueEachWayAsync(database, queue);

        Assert.Equal([outer.SpanId, outer.SpanId, outer.SpanId], ended.Select(span => span.ParentSpanId));
        Assert.Same(outer, Activity.Current);
    }

    [Fact]
    public async Task What_a_listener_throws_is_logged_at_most_once_a_minute()
    {
        await using var database = await TestDatabase.CreateAsync(Database.Sqlite, postgres);
        const string Queue = "faults_logged";
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "River",
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = span =>
            {
                if (Queue.Equals(span.GetTagItem("messaging.destination.name")))
                    throw new InvalidOperationException("The listener fails.");
            },
        };
        ActivitySource.AddActivityListener(listener);
        var time = new FakeTimeProvider();
        await using var client = NewClient(database, Queue, time);
        await using var connection = await database.ConnectAsync();

        await EnqueueEachWayAsync(client, Queue);
        await using (var transaction = await connection.BeginTransactionAsync(TestContext.Current.CancellationToken))
            await client.Jobs.In(transaction).EnqueueAsync(new Probe(5), new EnqueueOptions { Queue = Queue }, TestContext.Current.CancellationToken);
        time.Advance(TimeSpan.FromMinutes(1) - TimeSpan.FromTicks(1));
        await client.EnqueueAsync(new Probe(6), new EnqueueOptions { Queue = Queue });
        var record = Assert.Single(client.Logs.All, record => record.Id == 1012);
        Assert.Equal((LogLevel.Warning, "The listener fails."), (record.Level, record.Error?.Message));

        time.Advance(TimeSpan.FromTicks(1));
        await client.EnqueueAsync(new Probe(7), new EnqueueOptions { Queue = Queue });
        await client.EnqueueAsync(new Probe(8), new EnqueueOptions { Queue = Queue });

        Assert.Equal(2, client.Logs.All.Count(record => record.Id == 1012));
    }

    private static TestClient NewClient(TestDatabase database, string queue, TimeProvider? time = null) => TestClient.Create(database, setup =>
    {
        setup.Queues.Add(new QueueDeclaration(queue, 1));
        setup.Work<Probe>((_, _) => Task.CompletedTask);
        setup.Time = time ?? TimeProvider.System;
    });

    private static async Task EnqueueEachWayAsync(TestDatabase database, string queue)
    {
        await using var client = NewClient(database, queue);
        await EnqueueEachWayAsync(client, queue);
    }

    private static async Task EnqueueEachWayAsync(TestClient client, string queue)
    {
        var token = TestContext.Current.CancellationToken;
        var options = new EnqueueOptions { Queue = queue };

        var one = await client.Jobs.EnqueueAsync(new Probe(1), options, token);
        var many = await client.Jobs.EnqueueManyAsync([new Probe(2), new Probe(3)], options, token);
        var bulk = await client.Jobs.EnqueueBulkAsync([JobRequest.For(new Probe(4), options)], cancellationToken: token);

        Assert.Equal((false, 2, 1L), (one.IsDuplicate, many.Count, bulk.Inserted));
        Assert.Equal(4, (await client.Jobs.ListAsync(cancellationToken: token)).Jobs.Count);
    }
}
