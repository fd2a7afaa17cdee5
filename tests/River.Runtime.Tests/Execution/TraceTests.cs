using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Text.Json.Nodes;
using River.Tests.Harness;
using River.TestSupport.Postgres;
using Xunit;

namespace River.Tests.Execution;

/// <summary>The way of a trace from an enqueue to the attempts, and what is told of inserts.</summary>
public sealed class TraceTests(PostgresFixture postgres)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(Database.Sqlite, TraceRelation.Link)]
    [InlineData(Database.Sqlite, TraceRelation.Parent)]
    [InlineData(Database.Postgres, TraceRelation.Link)]
    [InlineData(Database.Postgres, TraceRelation.Parent)]
    public async Task A_job_leads_back_to_the_trace_that_it_was_enqueued_in(Database kind, TraceRelation relation)
    {
        using var traces = new Traces($"traced_{kind}_{relation}".ToLowerInvariant());
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var client = TestClient.Create(database, setup =>
        {
            setup.Queues.Add(new QueueDeclaration(traces.Queue, 1));
            setup.Options = options => options.TraceRelation = relation;
            setup.Work<Probe>((job, _) =>
            {
                job.Then(new Other(7), new EnqueueOptions { Queue = traces.Queue });
                return Task.CompletedTask;
            });
            setup.Work<Other>((_, _) => Task.CompletedTask);
        });
        await client.StartAsync();

        long id;
        ActivityContext request;
        using (var activity = traces.Begin("vendor=a \"quoted\" value"))
        {
            request = activity.Context;
            id = await client.EnqueueAsync(new Probe(1), new EnqueueOptions { Queue = traces.Queue, Metadata = new JsonObject { ["own"] = 1 } });
        }

        await client.SettledAsync(id, JobState.Completed);
        var next = (await client.Jobs.ListAsync(new JobFilter { Kinds = ["other"] }, Token))[0].Id;
        await client.SettledAsync(next, JobState.Completed);
        await client.StopAsync();

        var sent = Assert.Single(traces.Spans, span => span.Kind == ActivityKind.Producer);
        Assert.Equal(($"send {traces.Queue}", request.TraceId, request.SpanId), (sent.DisplayName, sent.TraceId, sent.ParentSpanId));
        Assert.Equal(("river", "send", "send", "probe", id), (sent.GetTagItem("messaging.system"), sent.GetTagItem("messaging.operation.name"), sent.GetTagItem("messaging.operation.type"), sent.GetTagItem("river.job.kind"), sent.GetTagItem("messaging.message.id")));
        var metadata = (await client.GetAsync(id)).ReadMetadata();
        Assert.Equal((1, sent.Id, "vendor=a \"quoted\" value"), (metadata.GetProperty("own").GetInt32(), metadata.GetProperty("traceparent").GetString(), metadata.GetProperty("tracestate").GetString()));

        var worked = traces.Of(id);
        var followUp = traces.Of(next);
        Assert.Equal(worked.Id, (await client.GetAsync(next)).ReadMetadata().GetProperty("traceparent").GetString());
        if (relation == TraceRelation.Parent)
        {
            Assert.Equal((request.TraceId, sent.SpanId, 0), (worked.TraceId, worked.ParentSpanId, worked.Links.Count()));
            Assert.Equal((request.TraceId, worked.SpanId), (followUp.TraceId, followUp.ParentSpanId));
        }
        else
        {
            Assert.NotEqual(request.TraceId, worked.TraceId);
            Assert.Equal((request.TraceId, sent.SpanId), (Assert.Single(worked.Links).Context.TraceId, worked.Links.Single().Context.SpanId));
            Assert.Equal(worked.SpanId, Assert.Single(followUp.Links).Context.SpanId);
        }
    }

    [Fact]
    public async Task Without_a_recorded_trace_nothing_is_stored_and_one_that_the_caller_stores_stands()
    {
        using var traces = new Traces("untraced");
        await using var database = await TestDatabase.CreateAsync(Database.Sqlite, postgres);
        await using var client = TestClient.Create(database, setup => setup.Work<Probe>((_, _) => Task.CompletedTask));
        await client.Store.OpenAsync(Token);

        var without = await client.EnqueueAsync(new Probe(1));
        var given = await client.EnqueueAsync(new Probe(2), new EnqueueOptions { Metadata = new JsonObject { ["traceparent"] = "mine" } });
        using (var unrecorded = new Activity("unrecorded").SetIdFormat(ActivityIdFormat.W3C).Start())
            Assert.Equal("{}", Metadata(await client.GetAsync(await client.EnqueueAsync(new Probe(3)))));
        using (traces.Begin("state"))
            given = await client.EnqueueAsync(new Probe(4), new EnqueueOptions { Metadata = new JsonObject { ["traceparent"] = "mine" } });

        Assert.Equal("{}", Metadata(await client.GetAsync(without)));
        Assert.Equal("""{"traceparent":"mine"}""", Metadata(await client.GetAsync(given)));
    }

    [Theory]
    [InlineData("""{"traceparent":7}""")]
    [InlineData("""{"traceparent":"nonsense","tracestate":"x=1"}""")]
    public async Task A_trace_that_cannot_be_read_is_none(string metadata)
    {
        using var traces = new Traces("unreadable");
        await using var database = await TestDatabase.CreateAsync(Database.Sqlite, postgres);
        await using var client = TestClient.Create(database, setup =>
        {
            setup.Queues.Add(new QueueDeclaration(traces.Queue, 1));
            setup.Work<Probe>((_, _) => Task.CompletedTask);
        });
        await client.StartAsync();

        var id = await client.EnqueueAsync(new Probe(1), new EnqueueOptions { Queue = traces.Queue, Metadata = JsonNode.Parse(metadata)!.AsObject() });
        await client.SettledAsync(id, JobState.Completed);
        await client.StopAsync();

        Assert.Empty(traces.Of(id).Links);
    }

    [Theory, EachStore]
    public async Task Inserted_jobs_are_counted_by_queue_and_kind_and_a_failed_insert_is_an_error(Database kind)
    {
        using var traces = new Traces($"counted_{kind}".ToLowerInvariant());
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        var counts = new ConcurrentQueue<(string? Queue, string? Kind, long Count)>();
        using var meters = new MeterListener
        {
            InstrumentPublished = static (instrument, listener) =>
            {
                if (instrument is { Meter.Name: "River", Name: "messaging.client.sent.messages" })
                    listener.EnableMeasurementEvents(instrument);
            },
        };
        meters.SetMeasurementEventCallback<long>((_, count, tags, _) =>
        {
            string? queue = null, job = null;
            foreach (var (key, value) in tags)
            {
                if (key == "messaging.destination.name")
                    queue = (string?)value;
                if (key == "river.job.kind")
                    job = (string?)value;
            }

            if (queue == traces.Queue)
                counts.Enqueue((queue, job, count));
        });
        meters.Start();
        await using var client = TestClient.Create(database, setup =>
        {
            setup.Queues.Add(new QueueDeclaration(traces.Queue, 1));
            setup.Work<Probe>((_, _) => Task.CompletedTask);
            setup.Work<Other>((_, _) => Task.CompletedTask);
        });
        await client.Store.OpenAsync(Token);
        var options = new EnqueueOptions { Queue = traces.Queue };
        var unique = options with { Unique = new UniqueOptions() };

        using var activity = traces.Begin("state");
        await client.EnqueueAsync(new Probe(1), unique);
        await client.EnqueueAsync(new Probe(1), unique);
        await client.Jobs.EnqueueManyAsync([JobRequest.For(new Probe(2), options), JobRequest.For(new Other(3), options), JobRequest.For(new Other(4), options)], Token);
        await client.Jobs.EnqueueBulkAsync(Enumerable.Range(5, 10).Select(number => JobRequest.For(new Probe(number), options)), cancellationToken: Token);
        await Assert.ThrowsAsync<InvalidJobException>(() => client.EnqueueAsync(new Probe(1), options with { Priority = 9 }));

        Assert.Equal([(traces.Queue, "probe", 1L), (traces.Queue, "probe", 1L), (traces.Queue, "other", 2L), (traces.Queue, "probe", 10L)], counts);
        Assert.Equal([null, null, 3, 10, null], traces.Spans.Select(span => span.GetTagItem("messaging.batch.message_count")));
        Assert.Equal([null, null, null, null, "River.InvalidJobException"], traces.Spans.Select(span => span.GetTagItem("error.type")));
        Assert.Equal(ActivityStatusCode.Error, traces.Spans.Last().Status);
    }

    private static string Metadata(JobRow row) => row.ReadMetadata().GetRawText();

    /// <summary>Listens to one test's spans only: what is recorded here is stored with jobs, and other tests compare theirs.</summary>
    private sealed class Traces : IDisposable
    {
        private readonly ActivitySource _application;
        private readonly ActivityListener _listener;
        private readonly ConcurrentQueue<Activity> _spans = new();
        private ActivityTraceId _trace;

        public Traces(string queue)
        {
            Queue = queue;
            _application = new ActivitySource($"application of {queue}");
            _listener = new ActivityListener
            {
                ShouldListenTo = source => source.Name == "River" || source == _application,
                Sample = (ref ActivityCreationOptions<ActivityContext> options) =>
                    options.Source == _application || (_trace != default && options.Parent.TraceId == _trace) || options.Name.EndsWith($" {queue}", StringComparison.Ordinal)
                        ? ActivitySamplingResult.AllDataAndRecorded
                        : ActivitySamplingResult.None,
                ActivityStopped = span =>
                {
                    if (span.Source.Name == "River" && (span.TraceId == _trace || span.DisplayName.EndsWith($" {queue}", StringComparison.Ordinal)))
                        _spans.Enqueue(span);
                },
            };
            ActivitySource.AddActivityListener(_listener);
        }

        public string Queue { get; }

        public IEnumerable<Activity> Spans => _spans;

        public Activity Begin(string state)
        {
            var activity = _application.StartActivity("request")!;
            activity.TraceStateString = state;
            _trace = activity.TraceId;
            return activity;
        }

        public Activity Of(long id) => Assert.Single(_spans, span => span.Kind == ActivityKind.Consumer && id.Equals(span.GetTagItem("messaging.message.id")));

        public void Dispose()
        {
            _listener.Dispose();
            _application.Dispose();
        }
    }
}
