using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace River.Telemetry;

/// <summary>
/// What a client reports of the jobs that it works, under the name <c>River</c> and after OpenTelemetry's conventions for
/// messaging (which are still in development). Costs nothing while nobody listens. What is told of attempts never throws: a listener
/// that fails must not have a job done again, nor keep a slot.
/// </summary>
internal sealed class Instruments : IDisposable
{
    public const string Name = "River";

    private const string SystemName = "river";
    private const string Process = "process";
    private const string Send = "send";

    private readonly ListenerFaults _faults;
    private readonly ActivitySource _activities = new(Name);
    private readonly Meter _meter;
    private readonly Counter<long> _sent;
    private readonly Histogram<double> _sending;
    private readonly Counter<long> _consumed;
    private readonly Histogram<double> _duration;
    private readonly Gauge<long> _unknown;
    private readonly Counter<long> _leasesLost;
    private readonly UpDownCounter<long> _stuck;

    public Instruments(ListenerFaults faults, IMeterFactory? meters = null)
    {
        _faults = faults;
        _meter = meters?.Create(Name) ?? new Meter(Name);
        _sent = _meter.CreateCounter<long>("messaging.client.sent.messages", "{message}", "Jobs inserted by calls of the client.");
        _sending = _meter.CreateHistogram<double>("messaging.client.operation.duration", "s", "How long inserts took.");
        _consumed = _meter.CreateCounter<long>("messaging.client.consumed.messages", "{message}", "Jobs claimed.");
        _duration = _meter.CreateHistogram<double>("messaging.process.duration", "s", "How long attempts took.");
        _unknown = _meter.CreateGauge<long>("river.queue.unknown_jobs", "{job}", "Due jobs of kinds that this client doesn't know, at the head of a queue that it works.");
        _leasesLost = _meter.CreateCounter<long>("river.leases.lost", "{attempt}", "Attempts that were interrupted because the job is another client's, or may be.");
        _stuck = _meter.CreateUpDownCounter<long>("river.jobs.stuck", "{attempt}", "Attempts that haven't ended although their tokens were cancelled long ago.");
    }

    public void Claimed(string queue, int count)
    {
        if (_consumed.Enabled)
        {
            _faults.Tell((_consumed, queue, count), static it =>
                it._consumed.Add(it.count, new("messaging.system", SystemName), new("messaging.operation.name", "claim"), new("messaging.destination.name", it.queue)));
        }
    }

    /// <summary>An attempt's token was cancelled, because the job is another client's or may be.</summary>
    public void LeaseLost(JobRow row)
    {
        if (_leasesLost.Enabled)
            _faults.Tell((_leasesLost, row), static it => it._leasesLost.Add(1, new("messaging.destination.name", it.row.Queue), new("river.job.kind", it.row.Kind)));
    }

    /// <summary>An attempt got stuck (1), or such a one has ended (-1).</summary>
    public void Stuck(JobRow row, int change)
    {
        if (_stuck.Enabled)
            _faults.Tell((_stuck, row, change), static it => it._stuck.Add(it.change, new("messaging.destination.name", it.row.Queue), new("river.job.kind", it.row.Kind)));
    }

    public void UnknownJobs(string queue, long count)
    {
        if (_unknown.Enabled)
            _faults.Tell((_unknown, queue, count), static it => it._unknown.Record(it.count, new("messaging.system", SystemName), new("messaging.destination.name", it.queue)));
    }

    /// <summary>Whether anybody wants to know of inserts.</summary>
    public bool ObservesSending => _sent.Enabled || _sending.Enabled || _activities.HasListeners();

    /// <summary>The span of one insert, inside the caller's trace and not started yet: whoever listens to the start may fail. Null while nobody listens.</summary>
    /// <param name="queue">Where the jobs go; null for several queues.</param>
    /// <param name="kind">What they are; null for several kinds.</param>
    /// <param name="count">How many.</param>
    public Activity? CreateSending(string? queue, string? kind, int count)
    {
        if (!_activities.HasListeners())
            return null;
        var span = _activities.CreateActivity(queue is null ? Send : $"{Send} {queue}", ActivityKind.Producer);
        span?.SetTag("messaging.system", SystemName).SetTag("messaging.operation.name", Send).SetTag("messaging.operation.type", Send);
        if (queue is not null)
            span?.SetTag("messaging.destination.name", queue);
        if (kind is not null)
            span?.SetTag("river.job.kind", kind);
        if (count > 1)
            span?.SetTag("messaging.batch.message_count", count);
        return span;
    }

    /// <summary>Jobs were inserted; in a caller's transaction they may still be undone.</summary>
    public void Sent(string? queue, string? kind, long count)
    {
        if (count == 0 || !_sent.Enabled)
            return;
        var tags = new TagList { { "messaging.system", SystemName }, { "messaging.operation.name", Send } };
        if (queue is not null)
            tags.Add("messaging.destination.name", queue);
        if (kind is not null)
            tags.Add("river.job.kind", kind);
        _sent.Add(count, tags);
    }

    /// <summary>An insert has ended.</summary>
    /// <param name="queue">Where the jobs were to go; null for several queues.</param>
    /// <param name="error">What it failed with; null where it didn't.</param>
    /// <param name="duration">How long it took.</param>
    public void SendingEnded(string? queue, Exception? error, TimeSpan duration)
    {
        if (!_sending.Enabled)
            return;
        var tags = new TagList { { "messaging.system", SystemName }, { "messaging.operation.name", Send }, { "messaging.operation.type", Send } };
        if (queue is not null)
            tags.Add("messaging.destination.name", queue);
        if (error is not null)
            tags.Add("error.type", error.GetType().FullName);
        _sending.Record(duration.TotalSeconds, tags);
    }

    /// <summary>The span of one attempt: a trace of its own, or a part of the one that the job was enqueued in. Null while nobody listens.</summary>
    public Activity? Start(JobRow row, TraceRelation relation) => _activities.HasListeners() ? StartHeard(row, relation) : null;

    private Activity? StartHeard(JobRow row, TraceRelation relation)
    {
        Activity? span = null;
        _faults.Tell(row, row =>
        {
            var origin = TraceContext.Of(row);
            span = _activities.CreateActivity(
                $"{Process} {row.Queue}",
                ActivityKind.Consumer,
                relation == TraceRelation.Parent ? origin ?? default : default,
                links: origin is { } linked && relation == TraceRelation.Link ? [new ActivityLink(linked)] : null);
            span?.SetTag("messaging.system", SystemName)
                .SetTag("messaging.operation.name", Process)
                .SetTag("messaging.operation.type", Process)
                .SetTag("messaging.destination.name", row.Queue)
                .SetTag("messaging.message.id", row.Id)
                .SetTag("river.job.kind", row.Kind)
                .SetTag("river.job.attempt", row.Attempt);
            // Where a listener to the start fails, the span has been started all the same, and must end.
            span?.Start();
        });
        return span;
    }

    /// <param name="span">The attempt's span.</param>
    /// <param name="row">The attempt's job.</param>
    /// <param name="state">What the job becomes.</param>
    /// <param name="error">What went wrong; null for whatever was meant, a cancel and a snooze included.</param>
    /// <param name="duration">How long the attempt took.</param>
    public void Ended(Activity? span, JobRow row, JobState state, Exception? error, TimeSpan duration)
    {
        var errorType = error?.GetType().FullName;
        if (span is not null)
        {
            span.SetTag("river.job.outcome", Outcome(state));
            if (errorType is not null)
                span.SetTag("error.type", errorType).SetStatus(ActivityStatusCode.Error);
        }

        if (!_duration.Enabled)
            return;
        var tags = new TagList
        {
            { "messaging.system", SystemName },
            { "messaging.operation.name", Process },
            { "messaging.destination.name", row.Queue },
            { "river.job.kind", row.Kind },
            { "river.job.outcome", Outcome(state) },
        };
        if (errorType is not null)
            tags.Add("error.type", errorType);
        _faults.Tell((_duration, duration, tags), static it => it._duration.Record(it.duration.TotalSeconds, it.tags));
    }

    /// <summary>Ends the attempt's span.</summary>
    public void End(Activity? span) => _faults.Tell(span, static span => span?.Dispose());

    public void Dispose()
    {
        _activities.Dispose();
        _meter.Dispose();
    }

    private static string Outcome(JobState state) => state switch
    {
        JobState.Available => "available",
        JobState.Cancelled => "cancelled",
        JobState.Completed => "completed",
        JobState.Discarded => "discarded",
        JobState.Retryable => "retryable",
        JobState.Scheduled => "scheduled",
        _ => "unknown",
    };
}
