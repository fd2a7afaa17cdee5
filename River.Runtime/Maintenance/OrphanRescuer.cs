using Microsoft.Extensions.Logging;
using River.Completion;
using River.Execution;
using River.Presence;
using River.Storage;
using River.Supervision;
using River.Telemetry;

namespace River.Maintenance;

/// <summary>
/// Makes the jobs of clients that are gone available again. One client does it, under a lease; but whoever knows a kind may
/// end a job of it for good, and whoever starts may take up what an earlier start of any client left.
/// </summary>
internal sealed class OrphanRescuer(
    JobStore store,
    WorkerTable workers,
    LiveAttempts live,
    Completer completer,
    BeatRhythm rhythm,
    StatementLimit limit,
    TimeProvider time,
    ILogger logger)
{
    /// <summary>A job in whose attempts the process died so often, with none between that came to an end of its own, isn't given another.</summary>
    public const int QuarantineAfter = 3;

    private const int PageSize = 1_000;
    private static readonly TimeSpan Forgotten = TimeSpan.FromDays(1);
    private static readonly TimeSpan ForgetInterval = TimeSpan.FromHours(1);

    private readonly Signal _wake = new(time);
    private Duty? _duty;
    private volatile bool _hasEntered;
    private long? _forgotAt;

    /// <summary>This client has started.</summary>
    public void Entered()
    {
        _hasEntered = true;
        _wake.Set();
    }

    /// <summary>What the latest beat found.</summary>
    public void Told(BeatResult result)
    {
        var now = time.GetTimestamp();
        Volatile.Write(ref _duty, result.RescuingFor is { } held ? new Duty(now, held, result.HasOrphans) : null);
        if (result.RescuingFor is not null)
            _wake.Set();
    }

    /// <summary>One round of rescues, when there is reason for it.</summary>
    public async Task TurnAsync(CancellationToken stop)
    {
        if (_hasEntered)
        {
            _hasEntered = false;
            await RescueAsync(expired: false, onlyEndings: false, stop).ConfigureAwait(false);
        }

        if (Interlocked.Exchange(ref _duty, null) is not { } duty)
        {
            await _wake.WaitAsync(Signal.LongestWait, stop).ConfigureAwait(false);
            return;
        }

        if (duty.HasOrphans)
            await RescueAsync(duty, stop).ConfigureAwait(false);
        await ForgetAsync(stop).ConfigureAwait(false);
    }

    /// <summary>Ends the orphans that the rescuer may not end, because it doesn't know their kinds. Any client does this, now and then.</summary>
    public Task EndKnownAsync(bool expired, CancellationToken stop) => RescueAsync(expired, onlyEndings: true, stop);

    private async Task RescueAsync(Duty duty, CancellationToken stop)
    {
        if (Graced(duty) > TimeSpan.Zero)
        {
            await RescueAsync(expired: false, onlyEndings: false, stop).ConfigureAwait(false);
            while (Graced(duty) is var wait && wait > TimeSpan.Zero && Volatile.Read(ref _duty) is null)
                await _wake.WaitAsync(wait, stop).ConfigureAwait(false);

            // A newer beat tells more, and without one another client may rescue by now.
            if (Volatile.Read(ref _duty) is not null || time.GetElapsedTime(duty.At) >= rhythm.Terms.RescueLease)
                return;
        }

        await RescueAsync(expired: true, onlyEndings: false, stop).ConfigureAwait(false);
    }

    private TimeSpan Graced(Duty duty) => rhythm.Grace - duty.Held - time.GetElapsedTime(duty.At);

    private async Task RescueAsync(bool expired, bool onlyEndings, CancellationToken stop)
    {
        var afterId = 0L;
        IReadOnlyList<ClaimedJob> page;
        do
        {
            var after = afterId;
            page = await limit.RunAsync(token => store.Presence.OrphansAsync(expired, after, PageSize, token), stop).ConfigureAwait(false);
            foreach (var job in page)
            {
                afterId = job.Row.Id;
                if (live.Contains(job.Token) || Decide(job) is not { } settlement || (onlyEndings && settlement.State != JobState.Discarded))
                    continue;
                await completer.SubmitAsync(new Outcome(job, settlement, IsRescue: true), stop).ConfigureAwait(false);
            }
        }
        while (page.Count == PageSize);
    }

    /// <summary>What becomes of an orphan; null when only a client that knows its kind may say so.</summary>
    private Settlement? Decide(ClaimedJob job)
    {
        var row = job.Row;
        var rescues = RowMetadata.Count(row, RowMetadata.RescueCount) + 1;
        var inARow = RowMetadata.Doubts(row) + 1;
        var isPoison = inARow >= QuarantineAfter;
        var state = RowMetadata.AsksForCancel(row) ? JobState.Cancelled
            : isPoison || row.Attempt >= row.MaxAttempts ? JobState.Discarded
            : JobState.Available;
        if (state == JobState.Discarded && workers.Find(row.Kind) is null)
            return null;

        var isQuarantined = isPoison && state == JobState.Discarded;
        var text = $"{Rescuer.ErrorText}: its client '{(row.AttemptedBy is [.., var last] ? last : "")}' vanished";
        if (isQuarantined)
        {
            text += $" in {inARow} attempts in a row, so the job is quarantined: it may be what ends the process. Retry it by hand once that is mended";
            logger.JobQuarantined(row.Kind, row.Id, inARow);
        }
        else
        {
            logger.JobRescued(row.Kind, row.Id, row.Attempt, row.MaxAttempts);
        }

        return new Settlement
        {
            Token = job.Token,
            State = state,
            Error = ErrorRecord.Of(text + ".", "", time.GetUtcNow(), row.Attempt),
            Metadata = RowMetadata.Rescued(rescues, isQuarantined),
        };
    }

    private async Task ForgetAsync(CancellationToken stop)
    {
        if (_forgotAt is { } at && time.GetElapsedTime(at) < ForgetInterval)
            return;
        var count = await limit.RunAsync(token => store.Presence.ForgetAsync(Forgotten, token), stop).ConfigureAwait(false);
        _forgotAt = time.GetTimestamp();
        if (count > 0)
            logger.ClientsForgotten(count);
    }

    /// <param name="At">When this client was told.</param>
    /// <param name="Held">How long it had been the rescuer then.</param>
    /// <param name="HasOrphans">Whether there was anything to rescue.</param>
    private sealed record Duty(long At, TimeSpan Held, bool HasOrphans);
}
