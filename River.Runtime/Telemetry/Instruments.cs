using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace River.Telemetry;

/// <summary>
/// What a client reports of the jobs that it works, under the name <c>River</c> and after OpenTelemetry's conventions for
/// messaging (which are still in development). Costs nothing while nobody listens.
/// </summary>
internal sealed class Instruments : IDisposable
{
    public const string Name = "River";

    private const string Operation = "process";

    private readonly ActivitySource _activities = new(Name);
    private readonly Meter _meter;
    private readonly Counter<long> _consumed;
    private readonly Histogram<double> _duration;
    private readonly Gauge<long> _unknown;
    private readonly Counter<long> _leasesLost;
    private readonly UpDownCounter<long> _stuck;

    public Instruments(IMeterFactory? meters = null)
    {
        _meter = meters?.Create(Name) ?? new Meter(Name);
        _consumed = _meter.CreateCounter<long>("messaging.client.consumed.messages", "{message}", "Jobs claimed.");
        _duration = _meter.CreateHistogram<double>("messaging.process.duration", "s", "How long attempts took.");
        _unknown = _meter.CreateGauge<long>("river.queue.unknown_jobs", "{job}", "Due jobs of kinds that this client doesn't know, at the head of a queue that it works.");
        _leasesLost = _meter.CreateCounter<long>("river.leases.lost", "{attempt}", "Attempts that were interrupted because the job is another client's, or may be.");
        _stuck = _meter.CreateUpDownCounter<long>("river.jobs.stuck", "{attempt}", "Attempts that haven't ended although their tokens were cancelled long ago.");
    }

    public void Claimed(string queue, int count)
    {
        if (_consumed.Enabled)
            _consumed.Add(count, new("messaging.system", "river"), new("messaging.operation.name", "claim"), new("messaging.destination.name", queue));
    }

    /// <summary>An attempt's token was cancelled, because the job is another client's or may be.</summary>
    public void LeaseLost(JobRow row)
    {
        if (_leasesLost.Enabled)
            _leasesLost.Add(1, new("messaging.destination.name", row.Queue), new("river.job.kind", row.Kind));
    }

    /// <summary>An attempt got stuck (1), or such a one has ended (-1).</summary>
    public void Stuck(JobRow row, int change)
    {
        if (_stuck.Enabled)
            _stuck.Add(change, new("messaging.destination.name", row.Queue), new("river.job.kind", row.Kind));
    }

    public void UnknownJobs(string queue, long count)
    {
        if (_unknown.Enabled)
            _unknown.Record(count, new("messaging.system", "river"), new("messaging.destination.name", queue));
    }

    /// <summary>The span of one attempt: a trace of its own. Null while nobody listens.</summary>
    public Activity? Start(JobRow row)
    {
        if (!_activities.HasListeners())
            return null;
        var span = _activities.StartActivity($"{Operation} {row.Queue}", ActivityKind.Consumer, default(ActivityContext));
        return span?.SetTag("messaging.system", "river")
            .SetTag("messaging.operation.name", Operation)
            .SetTag("messaging.operation.type", Operation)
            .SetTag("messaging.destination.name", row.Queue)
            .SetTag("messaging.message.id", row.Id)
            .SetTag("river.job.kind", row.Kind)
            .SetTag("river.job.attempt", row.Attempt);
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
            { "messaging.system", "river" },
            { "messaging.operation.name", Operation },
            { "messaging.destination.name", row.Queue },
            { "river.job.kind", row.Kind },
            { "river.job.outcome", Outcome(state) },
        };
        if (errorType is not null)
            tags.Add("error.type", errorType);
        _duration.Record(duration.TotalSeconds, tags);
    }

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
