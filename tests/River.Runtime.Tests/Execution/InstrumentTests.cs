using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using River.Tests.Harness;
using River.TestSupport.Postgres;
using Xunit;

namespace River.Tests.Execution;

public sealed class InstrumentTests(PostgresFixture postgres)
{
    [Theory, EachStore]
    public async Task Every_attempt_is_a_span_and_only_errors_are_marked_as_such(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        var queue = $"traced_{kind}".ToLowerInvariant();
        var spans = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "River",
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = span =>
            {
                if (span.Kind == ActivityKind.Consumer && queue.Equals(span.GetTagItem("messaging.destination.name")))
                    spans.Enqueue(span);
            },
        };
        ActivitySource.AddActivityListener(listener);
        await using var client = TestClient.Create(database, setup =>
        {
            setup.Queues.Add(new QueueDeclaration(queue, 1));
            setup.Work<Probe>((job, _) => job.Args.Number switch
            {
                1 => throw new InvalidOperationException("no"),
                2 => throw job.Cancel("enough"),
                _ => Task.CompletedTask,
            });
        });
        var options = new EnqueueOptions { Queue = queue, MaxAttempts = 1 };
        await client.StartAsync();

        var completed = await client.EnqueueAsync(new Probe(0), options);
        await client.SettledAsync(completed, JobState.Completed);
        await client.SettledAsync(await client.EnqueueAsync(new Probe(1), options), JobState.Discarded);
        await client.SettledAsync(await client.EnqueueAsync(new Probe(2), options), JobState.Cancelled);

        Assert.Equal(["completed", "discarded", "cancelled"], spans.Select(span => span.GetTagItem("river.job.outcome")));
        Assert.Equal([ActivityStatusCode.Unset, ActivityStatusCode.Error, ActivityStatusCode.Unset], spans.Select(span => span.Status));
        Assert.Equal(completed, spans.First().GetTagItem("messaging.message.id"));
        Assert.Equal(3, spans.Select(span => span.TraceId).Distinct().Count());
    }

    [Theory, EachStore]
    public async Task Claims_are_counted_and_attempts_are_timed(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        var queue = $"metered_{kind}".ToLowerInvariant();
        var counts = new ConcurrentQueue<(string Instrument, double Value)>();
        using var listener = new MeterListener
        {
            InstrumentPublished = static (instrument, listener) =>
            {
                if (instrument.Meter.Name == "River")
                    listener.EnableMeasurementEvents(instrument);
            },
        };
        void Keep(string instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            foreach (var tag in tags)
            {
                if (tag.Key == "messaging.destination.name" && queue.Equals(tag.Value))
                    counts.Enqueue((instrument, value));
            }
        }

        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Keep(instrument.Name, value, tags));
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Keep(instrument.Name, value, tags));
        listener.Start();
        await using var client = TestClient.Create(database, setup =>
        {
            setup.Queues.Add(new QueueDeclaration(queue, 1));
            setup.Work<Probe>((_, _) => Task.CompletedTask);
        });
        await client.StartAsync();

        for (var i = 0; i < 3; i++)
            await client.SettledAsync(await client.EnqueueAsync(new Probe(i), new EnqueueOptions { Queue = queue }), JobState.Completed);
        // A claim is counted when its jobs have begun, and perhaps ended.
        await client.StopAsync();

        Assert.Equal(3, counts.Where(count => count.Instrument == "messaging.client.consumed.messages").Sum(count => count.Value));
        Assert.Equal(3, counts.Count(count => count.Instrument == "messaging.process.duration" && count.Value > 0));
    }
}
