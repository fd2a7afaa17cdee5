using Microsoft.Extensions.Logging;
using River.Events;
using River.Execution;
using River.Hosting;
using River.Maintenance;
using River.Storage;
using River.Supervision;
using River.Telemetry;

namespace River.Presence;

/// <summary>
/// Keeps this client's row alive, and knows by its own clock when the row no longer can be: from then on the jobs may be
/// somebody else's, so their tokens are cancelled and none is claimed, until a beat succeeds again.
/// </summary>
internal sealed class Heartbeat(
    JobStore store,
    LiveAttempts live,
    OrphanRescuer orphans,
    string clientId,
    BeatRhythm rhythm,
    TimeProvider time,
    Randomness randomness,
    Instruments instruments,
    JobEvents events,
    ILogger logger)
{
    private const double Spread = 0.1;

    private readonly Lock _gate = new();
    private readonly Signal _watch = new(time);
    private TaskCompletionSource<ClientStart> _present = New();
    private ClientStart? _client;
    private PresenceState _state = PresenceState.Entering;
    private long _lastBeat;
    private long _presentSince;

    /// <summary>Where the client stands, by its own clock.</summary>
    public PresenceState State
    {
        get
        {
            lock (_gate)
                return _state == PresenceState.Present && IsOver() ? PresenceState.Silent : _state;
        }
    }

    /// <summary>How long beats have come without a gap; zero while the client isn't present.</summary>
    public TimeSpan PresentFor
    {
        get
        {
            lock (_gate)
                return _state == PresenceState.Present && !IsOver() ? time.GetElapsedTime(_presentSince) : TimeSpan.Zero;
        }
    }

    /// <summary>Waits until jobs may be claimed, and tells in whose name.</summary>
    public Task<ClientStart> PresentAsync(CancellationToken cancellationToken)
    {
        Watch();
        lock (_gate)
            return _present.Task.IsCompleted ? _present.Task : _present.Task.WaitAsync(cancellationToken);
    }

    /// <summary>One beat, and the wait for the next.</summary>
    public async Task TurnAsync(CancellationToken stop)
    {
        // A process that was frozen comes back here, perhaps before the watch does.
        Watch();
        if (State == PresenceState.Replaced)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, time, stop).ConfigureAwait(false);
            return;
        }

        var started = time.GetTimestamp();
        if (_client is null)
        {
            _client = await RunAsync(token => store.Presence.EnterAsync(clientId, rhythm.Terms.Lease, token), stop).ConfigureAwait(false);
            orphans.Entered();
        }

        var attempts = live.All.Where(run => !run.HasEnded).Select(run => run.Job.Token).ToArray();
        var result = await RunAsync(token => store.Presence.BeatAsync(_client, rhythm.Terms, attempts, token), stop).ConfigureAwait(false);
        if (!result.IsPresent)
        {
            Replaced();
            return;
        }

        Present(started);
        foreach (var token in result.Lost.Where(token => !MayBeCompletedByWorker(token)))
            Interrupt(token, Interruption.LeaseLost);
        foreach (var token in result.Cancelling)
            Interrupt(token, Interruption.RemoteCancel);
        orphans.Told(result);

        // Last: a read that fails keeps nothing else of the beat back.
        foreach (var token in result.Lost.Where(MayBeCompletedByWorker))
        {
            if (!await IsCompletedByWorkerAsync(token, stop).ConfigureAwait(false))
                Interrupt(token, Interruption.LeaseLost);
        }

        await Task.Delay(rhythm.Interval * (1 - (Spread * randomness.Fraction())), time, stop).ConfigureAwait(false);
    }

    /// <summary>Waits for the end of the lease, and acts on it when no beat has moved it.</summary>
    public async Task WatchTurnAsync(CancellationToken stop)
    {
        Watch();
        await _watch.WaitAsync(UntilOver(), stop).ConfigureAwait(false);
    }

    /// <summary>Ends the client's row; called when nothing of it runs any more and no beat will come.</summary>
    public async Task LeaveAsync(CancellationToken cancellationToken)
    {
        if (_client is null)
            return;
        try
        {
            await store.Presence.LeaveAsync(_client, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            logger.LeaveFailed(error, clientId);
        }
    }

    private Task<T> RunAsync<T>(Func<CancellationToken, Task<T>> call, CancellationToken stop) =>
        StatementLimit.RunAsync(call, rhythm.Limit, stop);

    private void Present(long started)
    {
        lock (_gate)
        {
            if (_state != PresenceState.Present || time.GetElapsedTime(_lastBeat, started) > rhythm.Terms.LongestGap)
                _presentSince = started;
            _lastBeat = started;
            if (_state != PresenceState.Present)
            {
                if (_state == PresenceState.Silent)
                    logger.LeaseRegained(clientId);
                _state = PresenceState.Present;
                _present.TrySetResult(_client!);
            }
        }

        _watch.Set();
    }

    private void Watch()
    {
        lock (_gate)
        {
            if (_state != PresenceState.Present || !IsOver())
                return;
            _state = PresenceState.Silent;
            _present = New();
        }

        var lost = InterruptAll();
        logger.LeaseOver(clientId, rhythm.Terms.Lease, lost);
    }

    private void Replaced()
    {
        lock (_gate)
        {
            _state = PresenceState.Replaced;
            _present = New();
        }

        var lost = InterruptAll();
        logger.ClientReplaced(clientId, lost);
    }

    private int InterruptAll() => live.All.Count(run => Interrupt(run, Interruption.LeaseLost));

    private bool MayBeCompletedByWorker(ClaimToken token) => live.Find(token) is { IsCompletedByWorker: true };

    /// <summary>An attempt whose worker has completed the job in a transaction of its own may go on as long as it likes.</summary>
    private async Task<bool> IsCompletedByWorkerAsync(ClaimToken token, CancellationToken stop) =>
        MayBeCompletedByWorker(token)
        && await RunAsync(limited => store.Jobs.GetAsync(token.JobId, transaction: null, limited), stop).ConfigureAwait(false) is var row
        && (row is null || (row.State == JobState.Completed && token.Names(row)));

    private void Interrupt(ClaimToken token, Interruption reason)
    {
        if (live.Find(token) is { } run)
            Interrupt(run, reason);
    }

    /// <summary>An attempt that has ended is on its way to the database, or was written after the look.</summary>
    private bool Interrupt(JobRun run, Interruption reason)
    {
        if (run.HasEnded || !run.Interrupt(reason))
            return false;
        if (reason == Interruption.LeaseLost)
        {
            instruments.LeaseLost(run.Job.Row);
            events.LeaseLost(run.Job.Row);
            logger.AttemptTaken(run.Job.Row.Attempt, run.Job.Row.Kind, run.Job.Row.Id);
        }

        return true;
    }

    private bool IsOver() => time.GetElapsedTime(_lastBeat) >= rhythm.Terms.Lease;

    private TimeSpan UntilOver()
    {
        lock (_gate)
            return _state == PresenceState.Present ? rhythm.Terms.Lease - time.GetElapsedTime(_lastBeat) : Signal.LongestWait;
    }

    private static TaskCompletionSource<ClientStart> New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}

/// <summary>Where a client stands with its row.</summary>
internal enum PresenceState
{
    /// <summary>Its row isn't written yet.</summary>
    Entering,

    /// <summary>Its lease is in force.</summary>
    Present,

    /// <summary>No beat has succeeded for as long as its lease: its jobs may be another's.</summary>
    Silent,

    /// <summary>A later start under the same id has taken its place.</summary>
    Replaced,
}
