using Microsoft.Extensions.Logging;
using River.Completion;
using River.Election;
using River.Events;
using River.Execution;
using River.Extending;
using River.Fetching;
using River.Listening;
using River.Maintenance;
using River.Periodic;
using River.Presence;
using River.Supervision;
using River.Telemetry;

namespace River.Hosting;

/// <summary>The engine from one start to its stop: all loops, and how they hang together.</summary>
internal sealed class EngineRun
{
    private readonly EngineParts _parts;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly LiveAttempts _live = new();
    private readonly Completer _completer;
    private readonly Executor _executor;
    private readonly Heartbeat _heartbeat;
    private readonly OrphanRescuer _orphans;
    private readonly LostClaims _lost;
    private readonly Fetcher _fetcher;
    private readonly Scheduler _scheduler;
    private readonly RemoteCancels _cancels;
    private readonly PeriodicEnqueuer _periodic;
    private readonly Rescuer _rescuer;
    private readonly QueueStamps _stamps;
    private readonly UnknownKinds _unknown;
    private readonly Autoscaler _autoscaler;
    private readonly Elector? _elector;

    /// <summary>Ends what brings new work; ends what serves the running jobs.</summary>
    private readonly CancellationTokenSource _noNewWork = new();
    private readonly CancellationTokenSource _end = new();
    private readonly LoopSet _loops;
    private SupervisedLoop? _fetching;

    public EngineRun(EngineParts parts)
    {
        _parts = parts;
        _time = parts.Time;
        _logger = new UnfailingLogger(parts.Loggers.CreateLogger("River.Engine"));
        var (store, options, randomness) = (parts.Store, parts.Options, parts.Randomness);
        _loops = new LoopSet(_time, randomness, _logger);
        var limit = new StatementLimit(options.Current.StatementTimeout);
        var workers = new WorkerTable(parts.Registry);
        var failures = new FailureRule(randomness, _logger);
        var events = new JobEvents(parts.Events, _time);
        var taken = new TakenSlots();
        var wake = new Signal(_time);
        _completer = new Completer(store, _live, taken, failures, parts.Nudges.Settled, wake, events, limit, _time, randomness, _logger);
        Stuck = new StuckJobs(() => options.Current.StuckThreshold, parts.Scopes, parts.Events, parts.Instruments, _time, _logger);
        _executor = new Executor(
            workers,
            _live,
            _completer,
            new OutcomeRule(failures, new ErrorHandling(parts.Client, _time, _logger), _logger),
            new WorkExtensions(parts.Registry),
            parts.Inserter,
            parts.Client,
            parts.Scopes,
            parts.JobLogs,
            new AttemptWrites(store, limit, _time, randomness, events, parts.Instruments, _logger),
            () => options.Current,
            Stuck,
            events,
            parts.Instruments,
            _time,
            parts.Loggers.CreateLogger("River.Execution"));
        var rhythm = new BeatRhythm(options.Current.HeartbeatInterval, options.Current.HeartbeatLease);
        _orphans = new OrphanRescuer(store, workers, _live, _completer, rhythm, limit, _time, _logger);
        _heartbeat = new Heartbeat(store, _live, _orphans, parts.Identity.Id, rhythm, _time, randomness, parts.Instruments, events, _logger);
        _lost = new LostClaims(store, _live, _completer, limit, _time, _logger);
        Queues = new WorkedQueues(parts.Queues, taken, wake, parts.Events, _time, _logger);
        HandOver = new HandOver(_live, _executor, _time, _logger);
        _unknown = new UnknownKinds(store, Queues, workers.Kinds, limit, _time, parts.Instruments, parts.Events, _logger);
        _autoscaler = new Autoscaler(store, Queues, workers.Kinds, () => options.Current, limit, _time, _logger);
        _fetcher = new Fetcher(store, _executor, _completer, _lost, workers, parts.Queues, _heartbeat, Queues, taken, wake, _unknown, () => options.Current.PollInterval, limit, _time, randomness, parts.Instruments, _logger);
        Settings = new ClusterSettings(store, parts.Queues, _fetcher, parts.Events, limit, _time, _logger);
        _stamps = new QueueStamps(store, Queues, limit, _time);
        _cancels = new RemoteCancels(store, _live, limit, _time);
        _scheduler = new Scheduler(store, _fetcher, limit, _time, _logger);
        _rescuer = new Rescuer(store, workers, _live, failures, _completer, _orphans, _heartbeat, rhythm.Grace, parts.Client, parts.Scopes, () => options.Current, limit, _time, randomness, _logger);
        _periodic = new PeriodicEnqueuer(store, parts.Schedules, parts.Inserter, parts.Nudges, limit, _time, randomness, _logger);
        if (options.Current.Leadership != Leadership.Never)
        {
            var duties = new LeaderDuties(store, _scheduler, parts.Registry, () => options.Current, _loops, limit, _time, randomness, _logger);
            _elector = new Elector(store.Lease, parts.Identity.Id, WorksQueues, duties.RunAsync, _time, randomness, _logger);
        }
    }

    /// <summary>Whether this client's row is alive, and so its claim on its jobs.</summary>
    public Heartbeat Heartbeat => _heartbeat;

    /// <summary>The queues that are worked.</summary>
    public WorkedQueues Queues { get; }

    /// <summary>What the queues' rows say to all processes.</summary>
    public ClusterSettings Settings { get; }

    /// <summary>Ends the running jobs of queues that are removed.</summary>
    public HandOver HandOver { get; }

    /// <summary>The attempts that don't heed their tokens.</summary>
    public StuckJobs Stuck { get; }

    /// <summary>Every loop that runs, with the moment of its last success.</summary>
    public IReadOnlyList<SupervisedLoop> Loops => _loops.All;

    /// <summary>This client's name.</summary>
    public string ClientId => _parts.Identity.Id;

    /// <summary>Whether this client leads, as far as it can trust in that itself.</summary>
    public bool IsLeader => _elector?.Term is not null;

    public void Start()
    {
        // No loop, and so no job, sees the context of whoever started the host.
        using var detached = ExecutionContext.SuppressFlow();
        _parts.Nudges.Attach(_fetcher, _scheduler, _cancels);
        _parts.Queues.Attach(Queues.Apply);
        Queues.Apply();
        _completer.Start();
        Start("heartbeat", _heartbeat.TurnAsync, _end.Token, BeatRhythm.LongestRetry);
        Start("lease watch", _heartbeat.WatchTurnAsync, _end.Token);
        Start("remote cancels", _cancels.TurnAsync, _end.Token);
        if (!_parts.Options.Current.PollOnly)
            StartListener();
        if (_elector is not null)
            StartElector(_elector);
        Start("rescuer", _rescuer.TurnAsync, _noNewWork.Token);
        Start("orphan rescuer", _orphans.TurnAsync, _noNewWork.Token);
        Start("queue settings", Settings.TurnAsync, _noNewWork.Token);
        Start("unknown kinds", _unknown.TurnAsync, _noNewWork.Token);
        Start("autoscaler", _autoscaler.TurnAsync, _noNewWork.Token);
        Start("queue stamps", _stamps.TurnAsync, _noNewWork.Token);
        Start("periodic enqueuer", _periodic.TurnAsync, _noNewWork.Token);
        _fetching = Start("fetcher", _fetcher.TurnAsync, _noNewWork.Token);
        if (_parts.Options.Current.JobLogs.Level is not LogLevel.None and var level && !_parts.JobLogsAreHeard)
            _logger.JobLogsUnheard(level);
        _logger.EngineStarted(_parts.Identity.Id, Queues.Count);
    }

    public async Task StopAsync(StopTerms terms, CancellationToken deadline)
    {
        _logger.EngineStopping(_live.Count);
        _parts.Nudges.Detach();
        _parts.Queues.Detach();
        using var budget = new StopBudget(deadline);
        await _noNewWork.CancelAsync().WaitAsync(budget.LastWrites).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        var drained = DrainedAsync();
        if (!await WithinAsync(drained, terms.SoftTime, deadline).ConfigureAwait(false))
        {
            Interrupt(terms.SoftTime, deadline.IsCancellationRequested);
            var interrupted = _time.GetTimestamp();
            if (!await WithinAsync(drained, HandOver.HeedTime, deadline).ConfigureAwait(false))
                await WithinAsync(Task.WhenAny(drained, terms.MayHandBack), Timeout.InfiniteTimeSpan, deadline).ConfigureAwait(false);
            if (!drained.IsCompleted)
                await AbandonAsync(_time.GetElapsedTime(interrupted), budget.LastWrites).ConfigureAwait(false);
        }

        await budget.WrittenAsync(_completer.DrainAsync(budget.LastWrites)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        var ending = _end.CancelAsync();
        await WithinAsync(Task.WhenAll(_loops.All.Select(loop => loop.Completion).Append(ending)), Timeout.InfiniteTimeSpan, deadline).ConfigureAwait(false);

        // After the last beat, which would take it back.
        await budget.EndAsync(_heartbeat.LeaveAsync).ConfigureAwait(false);
        Stuck.Stop();
        _parts.Events.End();
        _logger.EngineStopped();
    }

    /// <summary>A client that works nothing doesn't lead: it may be a web server that is stopped at any time.</summary>
    private bool WorksQueues() => Queues.Count > 0 || _parts.Queues.Families.Count > 0;

    private void StartElector(Elector elector)
    {
        SupervisedLoop? loop = null;
        loop = Start("elector", TurnAsync, _noNewWork.Token, quiet: Elector.LongestSilence);

        async Task TurnAsync(CancellationToken stop)
        {
            // A leader without a row would be taken for a client of another library.
            await _heartbeat.PresentAsync(stop).ConfigureAwait(false);
            await elector.TurnAsync(() => loop?.Succeeded(), stop).ConfigureAwait(false);
        }
    }

    private void StartListener()
    {
        var listener = new Listener(_parts.Store, _fetcher, Settings, _scheduler, _cancels, _periodic, _elector, _logger);
        SupervisedLoop? loop = null;
        loop = Start("listener", token => listener.TurnAsync(() => loop?.Succeeded(), token), _end.Token);
    }

    private SupervisedLoop Start(string name, Func<CancellationToken, Task> turn, CancellationToken stop, TimeSpan? longestWait = null, TimeSpan? quiet = null) =>
        _loops.Start(name, turn, stop, longestWait, quiet);

    /// <summary>Completes when the last claim is in and every outcome is written.</summary>
    private async Task DrainedAsync()
    {
        if (_fetching is { } fetching)
            await fetching.Completion.ConfigureAwait(false);
        await ReturnLostClaimsAsync().ConfigureAwait(false);
        await _live.WhenEmptyAsync().ConfigureAwait(false);
    }

    private async Task ReturnLostClaimsAsync()
    {
        try
        {
            if (_heartbeat.State == PresenceState.Present)
                await _lost.ReturnAsync(await _heartbeat.PresentAsync(_end.Token).ConfigureAwait(false), _end.Token).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            // The jobs stay running until they are rescued.
            _logger.LostClaimsKept(error);
        }
    }

    private async Task<bool> WithinAsync(Task task, TimeSpan time, CancellationToken deadline)
    {
        using var cancelDelay = CancellationTokenSource.CreateLinkedTokenSource(deadline);
        await Task.WhenAny(task, Task.Delay(time < Signal.LongestWait ? time : Signal.LongestWait, _time, cancelDelay.Token)).ConfigureAwait(false);
        await cancelDelay.CancelAsync().ConfigureAwait(false);
        return task.IsCompleted;
    }

    private void Interrupt(TimeSpan softTime, bool isTimeUp)
    {
        var unfinished = Unfinished();
        var soft = softTime == Timeout.InfiniteTimeSpan ? "infinite" : $"{softTime}";
        var cause = isTimeUp
            ? $"The time given for the stop (the host's ShutdownTimeout, or that of whoever stops the client) is over before the soft stop timeout ({soft})"
            : $"The soft stop timeout ({soft}) is over";
        if (unfinished.Count > 0)
            _logger.SoftStopOver(cause, unfinished.Count, HandOver.Describe(unfinished));
        foreach (var run in unfinished)
            run.Interrupt(Interruption.Stop);
    }

    private async Task AbandonAsync(TimeSpan waited, CancellationToken deadline)
    {
        var unfinished = Unfinished();
        if (unfinished.Count > 0)
            _logger.JobsAbandoned(unfinished.Count, waited, HandOver.Describe(unfinished));
        foreach (var run in unfinished)
            await _executor.AbandonAsync(run, HandOver.AbandonDelay, deadline).ConfigureAwait(false);
    }

    private List<JobRun> Unfinished() => [.. _live.All.Where(run => !run.HasEnded)];
}
