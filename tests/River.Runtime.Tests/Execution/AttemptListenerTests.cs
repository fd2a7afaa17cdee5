using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using River.Tests.Harness;
using River.TestSupport.Postgres;
using Xunit;

namespace River.Tests.Execution;

/// <summary>What listens to the spans and metrics of attempts may fail; the jobs are worked once all the same.</summary>
public sealed class AttemptListenerTests(PostgresFixture postgres)
{
    [Theory, EachStore]
    public async Task A_trace_listener_that_fails_at_the_start_and_the_end_of_attempts_fails_no_job(Database kind)
    {
        var queue = $"attempt_traces_fail_{kind}".ToLowerInvariant();
        var heard = new ConcurrentQueue<string>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "River",
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStarted = span => Fail("started", span),
            ActivityStopped = span => Fail("stopped", span),
        };
        ActivitySource.AddActivityListener(listener);

        await WorkAsync(kind, queue);

        Assert.Equal(["started", "started", "started", "stopped", "stopped", "stopped"], heard.Order(StringComparer.Ordinal));

        void Fail(string what, Activity span)
        {
            if (span.OperationName != $"process {queue}")
                return;
            heard.Enqueue(what);
            throw new InvalidOperationException("The listener fails.");
        }
    }

    [Theory, EachStore]
    public async Task A_metrics_listener_that_fails_has_no_job_done_again_and_keeps_no_slot(Database kind)
    {
        var queue = $"attempt_metrics_fail_{kind}".ToLowerInvariant();
        var heard = new ConcurrentDictionary<string, bool>(StringComparer.Ordinal);
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

        await WorkAsync(kind, queue);

        Assert.Equal(["messaging.client.consumed.messages", "messaging.process.duration"], heard.Keys.Where(name => !name.StartsWith("messaging.client.operation", StringComparison.Ordinal) && !name.StartsWith("messaging.client.sent", StringComparison.Ordinal)).Order(StringComparer.Ordinal));

        void Fail(string instrument, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            foreach (var tag in tags)
            {
                if (tag.Key == "messaging.destination.name" && queue.Equals(tag.Value))
                {
                    heard[instrument] = true;
                    throw new InvalidOperationException("The listener fails.");
                }
            }
        }
    }

    /// <summary>Three jobs, one after another, in a queue with one slot: each needs the one that the job before gave back.</summary>
    private async Task WorkAsync(Database kind, string queue)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        var runs = 0;
        await using var client = TestClient.Create(database, setup =>
        {
            setup.Queues.Add(new QueueDeclaration(queue, 1));
            setup.Work<Probe>((_, _) =>
            {
                Interlocked.Increment(ref runs);
                return Task.CompletedTask;
            });
        });
        await client.StartAsync();

        for (var number = 1; number <= 3; number++)
        {
            var id = await client.EnqueueAsync(new Probe(number), new EnqueueOptions { Queue = queue });
            await client.SettledAsync(id, JobState.Completed);
            var row = await client.GetAsync(id);
            Assert.Equal((1, 0), (row.Attempt, row.Errors.Count));
        }

        await client.StopAsync();
        Assert.Equal(3, runs);
        Assert.Contains(client.Logs.All, record => record.Id == 1012 && record.Level == LogLevel.Warning && record.Error?.Message == "The listener fails.");
        Assert.DoesNotContain(client.Logs.All, record => record.Id == 3011);
    }
}
