using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using River.Events;
using River.Execution;
using River.Fetching;
using River.Hosting;
using River.Storage;
using River.Supervision;
using River.Telemetry;

namespace River.Completion;

/// <summary>
/// Writes outcomes, those that wait together in one statement. Tries again while the database is away; divides a batch
/// with a bad row until that row stands alone and can be recorded as failed. An outcome whose row another transaction holds
/// stands back; the store waits for it a moment at most before it writes the others. Every outcome is either written or reported.
/// </summary>
internal sealed class Completer(
    JobStore store,
    LiveAttempts live,
    TakenSlots taken,
    FailureRule failures,
    Action<Outcome, JobState> settled,
    Signal room,
    JobEvents events,
    StatementLimit limit,
    TimeProvider time,
    Randomness randomness,
    ILogger logger)
{
    /// <summary>How many outcomes may wait before those who bring more have to wait.</summary>
    private const int Capacity = 10_000;

    /// <summary>How many rows one statement writes at most, follow-ups included.</summary>
    private const int LargestBatch = 2_000;

    /// <summary>So many outcomes are written without waiting for more: a larger statement costs hardly less for each.</summary>
    private const int EnoughForABatch = 500;

    /// <summary>
    /// So many outcomes that wait are enough for the next statements. More jobs would only wait here after they have run:
    /// memory that the collector carries on, and work that is done again should the process die.
    /// </summary>
    private const int EnoughWaiting = 2 * LargestBatch;

    /// <summary>How much metadata makes a batch large enough, in bytes: outputs and logs may take megabytes each.</summary>
    private const long LargestMetadata = 8 * 1024 * 1024;

    /// <summary>So much metadata that waits is enough as well, in bytes.</summary>
    private const long EnoughBytes = 4 * LargestMetadata;

    /// <summary>The server ends a statement first, and by that says that nothing was written.</summary>
    private static readonly TimeSpan ServersLead = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(5);

    /// <summary>How rarely a row is tried at last that another transaction holds, and one that the database refuses whatever is written.</summary>
    private static readonly TimeSpan LongestLockWait = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestRefusedWait = TimeSpan.FromSeconds(30);

    private readonly CancellationTokenSource _giveUp = new();
    private readonly LateOutcomes _late = new(time);
    private readonly Channel<Outcome> _outcomes = Channel.CreateBounded<Outcome>(new BoundedChannelOptions(Capacity) { SingleReader = true });
    private readonly Gathering _gathering = new(time, taken);
    private Task _running = Task.CompletedTask;
    private int _wantsRoom;

    /// <summary>How much metadata the outcomes have that wait, in bytes.</summary>
    private long _waitingBytes;

    /// <summary>The wait for the next outcome, while it goes on.</summary>
    private Task<bool>? _more;

    public void Start() => _running = RunAsync();

    /// <summary>Whether so many outcomes wait that no more jobs should be claimed; the signal is set when that is over.</summary>
    public bool IsBehind()
    {
        if (!HasEnough())
            return false;

        // And another look: the wish may have come too late to be seen.
        Interlocked.Exchange(ref _wantsRoom, 1);
        return HasEnough();
    }

    private bool HasEnough() => _outcomes.Reader.Count + _late.Count >= EnoughWaiting || Volatile.Read(ref _waitingBytes) >= EnoughBytes;

    /// <summary>Takes an outcome; waits while too many wait, until the deadline. Never throws.</summary>
    public ValueTask SubmitAsync(Outcome outcome, CancellationToken deadline = default)
    {
        Count(BytesOf(outcome));
        return _outcomes.Writer.TryWrite(outcome) ? ValueTask.CompletedTask : SubmitWhenFreeAsync(outcome, deadline);
    }

    private static int BytesOf(Outcome outcome) => outcome.Settlement.Metadata?.Length ?? 0;

    private void Count(int bytes)
    {
        if (bytes != 0)
            Interlocked.Add(ref _waitingBytes, bytes);
    }

    private async ValueTask SubmitWhenFreeAsync(Outcome outcome, CancellationToken deadline)
    {
        try
        {
            await _outcomes.Writer.WriteAsync(outcome, deadline).ConfigureAwait(false);
        }
        catch (Exception error) when (error is ChannelClosedException or OperationCanceledException)
        {
            Count(-BytesOf(outcome));
            Lose([outcome], null);
        }
    }

    /// <summary>Writes an outcome in a worker's transaction, waiting while another one holds the row.</summary>
    /// <exception cref="JobClaimLostException">The attempt isn't the running one any more.</exception>
    /// <exception cref="TimeoutException">Another transaction keeps the row.</exception>
    public async Task SettleInAsync(Settlement settlement, DbTransaction transaction, CancellationToken cancellationToken)
    {
        store.CheckTransaction(transaction);
        var started = time.GetTimestamp();
        for (var tries = 1; ; tries++)
        {
            var result = (await store.Claims.SettleAsync([settlement], transaction, cancellationToken).ConfigureAwait(false))[0];
            if (result.Accepted)
                return;
            if (!result.IsLocked)
                throw new JobClaimLostException(settlement.Token.JobId, result.State);
            if (time.GetElapsedTime(started) > limit.Limit)
                throw new TimeoutException($"Another transaction has held the row of job {settlement.Token.JobId} for {limit.Limit}. If it is the worker's own, commit it before the job is completed, or complete the job in it.");
            await Task.Delay(randomness.BackOff(tries, FirstWait, LongestLockWait), time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Takes no more, and returns when all is written; what isn't by the deadline is reported.</summary>
    public async Task DrainAsync(CancellationToken deadline)
    {
        _outcomes.Writer.TryComplete();
        using var registration = deadline.UnsafeRegister(static giveUp => ((CancellationTokenSource)giveUp!).Cancel(), _giveUp);
        await _running.ConfigureAwait(false);
    }

    private async Task RunAsync()
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        var batch = new List<Outcome>();
        while (await HasWorkAsync().ConfigureAwait(false))
        {
            if (_outcomes.Reader.Count < EnoughForABatch)
                await _gathering.WaitAsync().ConfigureAwait(false);
            batch.Clear();
            var bytes = 0L;
            for (var rows = 0; rows < LargestBatch && bytes < LargestMetadata && (_late.TryTake(out var outcome) || TryRead(out outcome));)
            {
                batch.Add(outcome);
                rows += 1 + outcome.Settlement.FollowUps.Count;
                bytes += BytesOf(outcome);
            }

            if (Volatile.Read(ref _wantsRoom) != 0 && !HasEnough() && Interlocked.Exchange(ref _wantsRoom, 0) != 0)
                room.Set();
            if (batch.Count == 0)
                continue;
            var started = time.GetTimestamp();
            await WriteAsync(batch).ConfigureAwait(false);
            _gathering.Saves(time.GetElapsedTime(started));
        }

        Lose(_late.TakeAll(), null);
    }

    private bool TryRead([MaybeNullWhen(false)] out Outcome outcome)
    {
        if (!_outcomes.Reader.TryRead(out outcome))
            return false;
        Count(-BytesOf(outcome));
        return true;
    }

    /// <summary>Waits until there is something to write; false when there never will be.</summary>
    private async Task<bool> HasWorkAsync()
    {
        var more = _more ??= _outcomes.Reader.WaitToReadAsync().AsTask();
        if (_late.Next is not { } wait)
        {
            _more = null;
            return await more.ConfigureAwait(false);
        }

        if (wait == TimeSpan.Zero)
            return true;

        // When nothing more comes, what stands back is tried until it is too late.
        using var over = CancellationTokenSource.CreateLinkedTokenSource(_giveUp.Token);
        var due = Task.Delay(wait, time, over.Token);
        await (more is { IsCompletedSuccessfully: true, Result: false } ? due : Task.WhenAny(more, due)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await over.CancelAsync().ConfigureAwait(false);
        if (more is { IsCompletedSuccessfully: true, Result: true })
            _more = null;
        return !_giveUp.IsCancellationRequested || _outcomes.Reader.Count > 0;
    }

    private async Task WriteAsync(IReadOnlyList<Outcome> batch)
    {
        try
        {
            await SettleAsync(batch).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            Lose(batch, error is OperationCanceledException ? null : error);
        }
    }

    private async Task SettleAsync(IReadOnlyList<Outcome> batch)
    {
        var settlements = new Settlement[batch.Count];
        for (var i = 0; i < settlements.Length; i++)
            settlements[i] = batch[i].Settlement;

        var inDoubt = false;
        for (var tries = 1; ; tries++)
        {
            var wantsRows = events.WantsRows;
            // What a worker has completed itself is told from another attempt's completion by the row.
            foreach (var outcome in batch)
                outcome.Settlement.WantsRow = wantsRows || outcome.IsCompletedByWorker;
            IReadOnlyList<SettleResult> results;
            try
            {
                results = await StatementLimit.RunAsync(token => store.Claims.SettleAsync(settlements, null, token), limit.Limit + ServersLead, _giveUp.Token).ConfigureAwait(false);
            }
            catch (Exception error) when (!_giveUp.IsCancellationRequested)
            {
                if (!IsTransient(error))
                {
                    await SettleApartAsync(batch, error).ConfigureAwait(false);
                    return;
                }

                inDoubt |= !store.WroteNothing(error);
                var wait = randomness.BackOff(tries, FirstWait, LongestWait);
                logger.SettleRetried(error, batch.Count, tries, wait.TotalSeconds);
                await Task.Delay(wait, time, _giveUp.Token).ConfigureAwait(false);
                continue;
            }

            // Outside: whatever fails here says nothing of what was written.
            Tell(batch, results, inDoubt);
            return;
        }
    }

    /// <summary>After a refusal that time won't mend: the halves one by one, down to the row at fault.</summary>
    private async Task SettleApartAsync(IReadOnlyList<Outcome> batch, Exception error)
    {
        if (batch is [var alone])
        {
            if (alone.IsLastResort)
            {
                // Its attempt stays this client's, so it must be written some day, perhaps when somebody has mended the database.
                logger.OutcomeRefused(error, alone.Job.Row.Kind, alone.Job.Row.Id, _late.Add(alone, LongestRefusedWait).TotalSeconds);
                return;
            }

            logger.OutcomeUnstorable(error, alone.Job.Row.Kind, alone.Job.Row.Id);
            await WriteAsync([Unstorable(alone, error)]).ConfigureAwait(false);
            return;
        }

        logger.BatchDivided(error, batch.Count);
        var middle = batch.Count / 2;
        await WriteAsync([.. batch.Take(middle)]).ConfigureAwait(false);
        await WriteAsync([.. batch.Skip(middle)]).ConfigureAwait(false);
    }

    /// <summary>What is recorded instead of an outcome that the database refuses: a failure with nothing of the worker's in it.</summary>
    private Outcome Unstorable(Outcome outcome, Exception error)
    {
        var entry = ErrorRecord.Of(
            $"The outcome of the attempt can't be stored: {ErrorRecord.Of(error, default, 0).Error}",
            "",
            outcome.Settlement.Error?.At ?? time.GetUtcNow(),
            outcome.Job.Row.Attempt);
        var settlement = failures.Settle(outcome.Job, entry, error, attempt: null, descriptor: null, services: null);
        return outcome with { Settlement = settlement, IsLastResort = true };
    }

    private void Tell(IReadOnlyList<Outcome> batch, IReadOnlyList<SettleResult> results, bool inDoubt)
    {
        var (locked, unclear) = (0, 0);
        Exception? fault = null;
        for (var i = 0; i < batch.Count; i++)
        {
            if (results[i].IsLocked)
            {
                batch[i].Settlement.WasLocked = true;
                if (results[i].Fault is { } error)
                    (fault, unclear) = (error, unclear + 1);
                else
                    locked++;
                _late.Add(batch[i] with { IsInDoubt = inDoubt || batch[i].IsInDoubt || (results[i].Fault is { } left && !store.WroteNothing(left)) }, LongestLockWait);
            }
            else
            {
                Tell(batch[i], results[i], inDoubt || batch[i].IsInDoubt);
            }
        }

        if (locked > 0)
            logger.RowsLocked(locked);
        if (fault is not null)
            logger.RefusalsUnclear(fault, unclear);
    }

    private void Tell(Outcome outcome, SettleResult result, bool inDoubt)
    {
        var row = outcome.Job.Row;

        // A try that was cut off may have been written; then the next one finds the row in the state that it wants.
        if (result.Accepted || (inDoubt && result.State == outcome.Settlement.State))
            Settled(outcome, result);
        else if (IsCompletedByWorker(outcome, result))
            Settled(outcome, result with { State = JobState.Completed });
        else if (outcome.IsRescue)
            logger.RescueTooLate(row.Kind, row.Id);
        else
            LeaseLost(outcome, result.State);

        // Last: whoever waits for the attempt's end has been told of it.
        live.Remove(outcome.Job.Token);
    }

    /// <summary>Whether the worker's own transaction has completed the job: after a rollback it may be another attempt that has. A row that is gone tells nothing else.</summary>
    private static bool IsCompletedByWorker(Outcome outcome, SettleResult result) =>
        outcome.IsCompletedByWorker
        && (result.State is null || (result is { State: JobState.Completed, Row: { } row } && outcome.Job.Token.Names(row)));

    private void Settled(Outcome outcome, SettleResult result)
    {
        settled(outcome, result.State ?? outcome.Settlement.State);
        events.Settled(outcome, result.Row);
    }

    /// <param name="outcome">What isn't recorded.</param>
    /// <param name="now">The row's state; null when there is no row any more.</param>
    private void LeaseLost(Outcome outcome, JobState? now)
    {
        var row = outcome.Job.Row;
        if (now is { } state)
            logger.LeaseLost(row.Kind, row.Id, row.Attempt, outcome.Settlement.State, state);
        else
            logger.RowGone(row.Kind, row.Id, row.Attempt);

        // The heartbeat may have told it already.
        if (live.Find(outcome.Job.Token) is { Interruption: not Interruption.LeaseLost })
            events.LeaseLost(row);
    }

    private void Lose(IReadOnlyList<Outcome> batch, Exception? error)
    {
        foreach (var outcome in batch)
        {
            live.Remove(outcome.Job.Token);
            logger.OutcomeLost(error, outcome.Job.Row.Kind, outcome.Job.Row.Id, outcome.Settlement.State);
        }
    }

    /// <summary>A password that was changed, or a table that a migration is about to bring, says nothing against the outcome.</summary>
    private bool IsTransient(Exception error) => error is TimeoutException or StoreException || store.IsTransient(error);
}
