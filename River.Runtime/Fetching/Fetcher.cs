using Microsoft.Extensions.Logging;
using River.Completion;
using River.Execution;
using River.Hosting;
using River.Presence;
using River.Storage;
using River.Supervision;
using River.Telemetry;

namespace River.Fetching;

/// <summary>
/// Claims jobs for all queues of the client: for those that may have work, as many as they have free slots, in one
/// statement. Claims again at once while a claim was full; looks at the queues by itself only now and then.
/// </summary>
internal sealed class Fetcher
{
    /// <summary>How many rows one claim takes at most.</summary>
    private const int LargestClaim = 2_000;

    /// <summary>So many free slots are worth a claim of their own: a larger one costs hardly less for each job.</summary>
    private const int EnoughForAClaim = 500;

    /// <summary>Up to so many queues it is cheaper to claim from all than to ask first which have work.</summary>
    private const int FewQueues = 64;

    /// <summary>What a claim takes that reads little more than it brings, several times over.</summary>
    private static readonly TimeSpan LongClaim = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LongPerJob = TimeSpan.FromMilliseconds(0.1);

    /// <summary>How long the caller of an enqueue may take to nudge. One that left early, or lost its connection, never does.</summary>
    private static readonly TimeSpan CallersDelay = TimeSpan.FromMilliseconds(5);

    /// <summary>How much rarer the queues are looked at while notifications arrive.</summary>
    private const int ListeningFactor = 5;

    private readonly JobStore _store;
    private readonly Executor _executor;
    private readonly Completer _completer;
    private readonly LostClaims _lost;
    private readonly QueueTable _table;
    private readonly Heartbeat _heartbeat;
    private readonly WorkedQueues _queues;
    private readonly UnknownKinds _unknown;
    private readonly string[] _kinds;
    private readonly Func<TimeSpan> _pollInterval;
    private readonly StatementLimit _limit;
    private readonly TimeProvider _time;
    private readonly Randomness _randomness;
    private readonly Instruments _instruments;
    private readonly ILogger _logger;

    private readonly Dictionary<string, QueueSlots> _asked = new(StringComparer.Ordinal);
    private readonly DueHints _dueHints;
    private readonly DueHints _told;
    private readonly Gathering _gathering;
    private readonly Signal _wake;
    private volatile bool _isListening;
    private volatile bool _lookNow = true;
    private long _lastPoll;
    private TimeSpan _untilPoll = TimeSpan.Zero;

    public Fetcher(
        JobStore store,
        Executor executor,
        Completer completer,
        LostClaims lost,
        WorkerTable workers,
        QueueTable table,
        Heartbeat heartbeat,
        WorkedQueues queues,
        TakenSlots taken,
        Signal wake,
        UnknownKinds unknown,
        Func<TimeSpan> pollInterval,
        StatementLimit limit,
        TimeProvider time,
        Randomness randomness,
        Instruments instruments,
        ILogger logger)
    {
        _store = store;
        _executor = executor;
        _completer = completer;
        _lost = lost;
        _table = table;
        _heartbeat = heartbeat;
        _queues = queues;
        _wake = wake;
        _unknown = unknown;
        _kinds = workers.Kinds;
        _pollInterval = pollInterval;
        _limit = limit;
        _time = time;
        _randomness = randomness;
        _instruments = instruments;
        _logger = logger;
        _dueHints = new DueHints(time);
        _told = new DueHints(time);
        _gathering = new Gathering(time, taken);
        _lastPoll = time.GetTimestamp();
    }

    /// <summary>Whether notifications arrive.</summary>
    public bool IsListening => _isListening;

    /// <summary>A queue may have a job that is due.</summary>
    public void Nudge(string queue)
    {
        _queues.Hint(queue);

        // It may stand before the place that claims start from.
        if (_queues.Find(queue)?.Cursor is not null)
            _unknown.LookSoon();
    }

    /// <summary>A queue may have a job that is due after a wait.</summary>
    public void Nudge(string queue, TimeSpan delay)
    {
        if (delay <= TimeSpan.Zero)
        {
            Nudge(queue);
        }
        else if (_queues.Find(queue) is not null)
        {
            _dueHints.Add(queue, delay);
            _wake.Set();
        }
    }

    /// <summary>
    /// A queue has a job of this client's own caller, who is about to nudge, or has: a second claim would be in the way of the
    /// next job's. Claims only when none is sent for a while.
    /// </summary>
    public void Told(string queue)
    {
        if (_queues.Find(queue) is not { } slots)
            return;
        if (slots.Cursor is not null)
            _unknown.LookSoon();
        var looks = slots.Tell();
        if (slots.IsForgotten)
            _queues.Hint(queue);
        else if (looks)
            _told.Add(queue, CallersDelay);
        else
            return;
        _wake.Set();
    }

    /// <summary>Any queue may have work: notifications begin to arrive, or were missed, or all queues were resumed.</summary>
    public void NudgeAll()
    {
        _lookNow = true;
        _wake.Set();
    }

    /// <summary>Says whether notifications arrive.</summary>
    public void Listening(bool arrives)
    {
        _isListening = arrives;
        NudgeAll();
    }

    /// <summary>One claim, or one wait for a reason to claim.</summary>
    public async Task TurnAsync(CancellationToken stop)
    {
        // No claim before this client's row is written, nor while it may have run out.
        var client = await _heartbeat.PresentAsync(stop).ConfigureAwait(false);
        _dueHints.Take(Nudge);
        _told.Take(LookAfter);
        await _lost.ReturnAsync(client, stop).ConfigureAwait(false);
        await PollAsync(stop).ConfigureAwait(false);
        if (!_queues.IsNextReadyFor(EnoughForAClaim))
            await _gathering.WaitAsync().ConfigureAwait(false);
        var demand = _completer.IsBehind() ? [] : TakeDemand();
        if (demand.Length == 0)
            await _wake.WaitAsync(UntilNextLook(), stop).ConfigureAwait(false);
        else
            await ClaimAsync(client, demand, stop).ConfigureAwait(false);
    }

    private async Task ClaimAsync(ClientStart client, QueueDemand[] demand, CancellationToken stop)
    {
        IReadOnlyList<ClaimedJob> claimed;
        var started = _time.GetTimestamp();
        try
        {
            // Not given up at a stop: what a claim took without telling would stay running.
            claimed = await _limit.RunAsync(
                token => _store.Claims.ClaimAsync(new ClaimDemand(client.ClientId, demand, _kinds, client.StartedAt), token),
                CancellationToken.None).ConfigureAwait(false);
        }
        catch
        {
            _lost.Doubt();
            foreach (var slots in _asked.Values)
            {
                slots.Answered();
                slots.Hint();
            }

            throw;
        }

        var took = _time.GetElapsedTime(started);
        _gathering.Saves(took);

        // It probably read many jobs that it couldn't take.
        if (took > LongClaim + (claimed.Count * LongPerJob))
            _unknown.LookSoon();
        var mayStart = !stop.IsCancellationRequested && _heartbeat.State == PresenceState.Present;
        List<(ClaimedJob Job, QueueSlots Slots)> returned = [];
        try
        {
            foreach (var job in claimed)
            {
                var slots = _asked[job.Row.Queue];
                slots.Got++;
                if (mayStart && !slots.IsClosing)
                    _executor.Start(job, slots);
                else
                    returned.Add((job, slots));
            }
        }
        finally
        {
            _executor.Begin();
        }

        // After the others have begun: it waits while the completer is full.
        foreach (var (job, slots) in returned)
            await _executor.ReturnAsync(job, slots).ConfigureAwait(false);
        foreach (var slots in _asked.Values)
        {
            slots.Answered();
            if (slots.Got > 0)
                _instruments.Claimed(slots.Name, slots.Got);
            if (slots.Got >= slots.Asked)
                slots.Hint();
        }
    }

    /// <summary>What the ready queues can take, the longest waiting one first. What doesn't fit waits for the next claim.</summary>
    private QueueDemand[] TakeDemand()
    {
        _asked.Clear();
        var rows = LargestClaim;
        while (rows > 0 && _queues.TryTakeReady(out var slots))
        {
            if (_asked.ContainsKey(slots.Name))
            {
                // Hinted at again meanwhile: the next claim's.
                _queues.PutBack(slots);
                break;
            }

            if (!slots.TryServe())
                continue;
            if (slots.Ask(rows) == 0)
            {
                // Made smaller meanwhile; stands aside when it comes round again.
                slots.Hint();
                continue;
            }

            rows -= slots.Asked;
            _asked.Add(slots.Name, slots);
        }

        var demand = new QueueDemand[_asked.Count];
        var i = 0;
        foreach (var slots in _asked.Values)
            demand[i++] = new QueueDemand(slots.Name, slots.Asked, slots.Cursor);
        return demand;
    }

    private async Task PollAsync(CancellationToken stop)
    {
        if (!_lookNow && _time.GetElapsedTime(_lastPoll) < _untilPoll)
            return;
        _lookNow = false;
        if (_queues.Count <= FewQueues && _table.Families.Count == 0)
        {
            _queues.HintAll();
        }
        else
        {
            foreach (var queue in await _limit.RunAsync(_store.Queues.NonEmptyAsync, stop).ConfigureAwait(false))
                _queues.Hint(queue);
            _queues.ForgetIdle();
        }

        var interval = _pollInterval() * (_isListening ? ListeningFactor : 1);
        _lastPoll = _time.GetTimestamp();
        _untilPoll = interval * (1 + (0.1 * _randomness.Fraction()));
    }

    private TimeSpan UntilNextLook()
    {
        if (_lookNow)
            return TimeSpan.Zero;
        var untilPoll = _untilPoll - _time.GetElapsedTime(_lastPoll);
        if (_dueHints.Next() is { } untilDue && untilDue < untilPoll)
            untilPoll = untilDue;
        return _told.Next() is { } untilLook && untilLook < untilPoll ? untilLook : untilPoll;
    }

    private void LookAfter(string queue)
    {
        if (_queues.Find(queue)?.LookAfter(CallersDelay) is { } left)
            _told.Add(queue, left);
    }
}
