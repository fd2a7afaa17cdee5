using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using River.Tests.Harness;
using River.TestSupport.Postgres;
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

    private static async Task EnqueueEachWayAsync(TestDatabase database, string queue)
    {
        var token = TestContext.Current.CancellationToken;
        await using var client = TestClient.Create(database, setup =>
        {
            setup.Queues.Add(new QueueDeclaration(queue, 1));
            setup.Work<Probe>((_, _) => Task.CompletedTask);
        });
        var options = new EnqueueOptions { Queue = queue };

        var one = await client.Jobs.EnqueueAsync(new Probe(1), options, token);
        var many = await client.Jobs.EnqueueManyAsync([new Probe(2), new Probe(3)], options, token);
        var bulk = await client.Jobs.EnqueueBulkAsync([JobRequest.For(new Probe(4), options)], cancellationToken: token);

        Assert.Equal((false, 2, 1L), (one.IsDuplicate, many.Count, bulk.Inserted));
        Assert.Equal(4, (await client.Jobs.ListAsync(cancellationToken: token)).Jobs.Count);
    }
}
