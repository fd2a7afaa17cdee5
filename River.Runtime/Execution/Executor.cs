using System.Data.Common;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using River.Attempts;
using River.Completion;
using River.Events;
using River.Extending;
using River.Fetching;
using River.Inserting;
using River.Storage;
using River.Supervision;
using River.Telemetry;

namespace River.Execution;

/// <summary>Runs claimed jobs, each in a scope of its own, and hands what became of them to the completer.</summary>
internal sealed class Executor(
    WorkerTable workers,
    LiveAttempts live,
    Completer completer,
    OutcomeRule outcomes,
    WorkExtensions extensions,
    Inserter inserter,
    IJobClient client,
    IServiceScopeFactory scopes,
    JobLogProvider jobLogs,
    AttemptWrites writes,
    Func<RiverOptions> options,
    StuckJobs stuck,
    JobEvents events,
    Instruments instruments,
    TimeProvider time,
    ILogger logger)
{
    private readonly Deadlines _deadlines = new(time);

    /// <summary>How running attempts write to their rows.</summary>
    public AttemptWrites Writes => writes;

    public StuckJobs Stuck => stuck;

    public JobEvents Events => events;

    private StartingJobs Starting => field ??= new StartingJobs(this);

    /// <summary>
    /// Takes a claimed job on; it begins on the thread pool once <see cref="Begin"/> was called. Its slot, taken by the
    /// claim, is freed when the worker is done with it.
    /// </summary>
    public void Start(ClaimedJob job, QueueSlots slots)
    {
        var run = new JobRun(this, job, slots);
        live.Add(run);
        if (slots.HandsOver)
            run.Interrupt(Interruption.Stop);
        Starting.Add(run);
    }

    /// <summary>Begins the jobs that were taken on.</summary>
    public void Begin() => Starting.Call();

    /// <summary>Gives back a job that was claimed when the client, or its queue, was already stopping.</summary>
    public ValueTask ReturnAsync(ClaimedJob job, QueueSlots slots)
    {
        var run = new JobRun(this, job, slots);
        live.Add(run);
        return EndAsync(run, OutcomeRule.HandBack(job.Token, TimeSpan.Zero));
    }

    /// <summary>Works a job that was started. Never throws.</summary>
    public async Task RunAsync(JobRun run)
    {
        Settlement settlement;
        try
        {
            settlement = await AttemptAsync(run).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            settlement = await AfterBreakAsync(run, error).ConfigureAwait(false);
        }

        await EndAsync(run, settlement).ConfigureAwait(false);
    }

    /// <summary>Something failed that isn't the worker's, as a logging provider may: the attempt gets its outcome all the same.</summary>
    private async ValueTask<Settlement> AfterBreakAsync(JobRun run, Exception error)
    {
        try
        {
            logger.AttemptBroke(error, run.Job.Row.Kind, run.Job.Row.Id);
            return await outcomes.AfterErrorAsync(run, error, time.GetUtcNow(), services: null).ConfigureAwait(false);
        }
        catch (Exception)
        {
            return OutcomeRule.LastResort(run.Job, error, time.GetUtcNow());
        }
    }

    /// <summary>Settles an attempt that doesn't end by itself, at the end of a stop.</summary>
    public async ValueTask AbandonAsync(JobRun run, TimeSpan delay, CancellationToken deadline)
    {
        if (run.TryEnd())
            await completer.SubmitAsync(OutcomeOf(run, OutcomeRule.HandBack(run.Job.Token, delay)), deadline).ConfigureAwait(false);
    }

    public async Task CancelTokenAsync(JobRun run, CancellationTokenSource work)
    {
        try
        {
            await work.CancelAsync().ConfigureAwait(false);
        }
        catch (Exception error)
        {
            logger.CancelCallbackFailed(error, run.Job.Row.Kind, run.Job.Row.Id);
        }
    }

    private async ValueTask EndAsync(JobRun run, Settlement settlement)
    {
        var isReplaced = stuck.Ended(run);

        // Waits when the completer is full, so that a slot isn't filled again while outcomes pile up.
        if (run.TryEnd())
        {
            var outcome = OutcomeOf(run, settlement);
            run.Forget();
            await completer.SubmitAsync(outcome).ConfigureAwait(false);
        }

        if (!isReplaced)
            run.Slots.Release();
    }

    private Outcome OutcomeOf(JobRun run, Settlement settlement)
    {
        var now = time.GetTimestamp();
        return new Outcome(run.Job, Recorded(run, run.Record, settlement), IsCompletedByWorker: run.IsCompletedByWorker) { Ran = run.BeganAt is { } began ? time.GetElapsedTime(began, now) : TimeSpan.Zero, EndedAt = now };
    }

    private AttemptRecord BeginRecord(JobRun run)
    {
        var logs = options().JobLogs;
        var record = new AttemptRecord(run.Job.Row, run) { Log = logs.Level == LogLevel.None ? null : new AttemptLog(logs, time) };
        if (record.Log is not null)
            jobLogs.Current = record.Log;
        return run.Record = record;
    }

    /// <summary>The outcome with what the worker recorded; the outcome alone, should that be impossible.</summary>
    private Settlement Recorded(JobRun run, AttemptRecord? record, Settlement settlement, bool isLast = true)
    {
        if (record is null)
            return settlement;
        try
        {
            byte[]? log = null;
            if (record.Log?.Read(isLast) is { } text && (log = LogHistory.Append(run.Job.Row, text, options().JobLogs.MaxBytes)) is null)
                logger.LogNotStored(run.Job.Row.Kind, run.Job.Row.Id);
            return record.AddTo(settlement, log, isLast);
        }
        catch (Exception error)
        {
            logger.RecordLost(error, run.Job.Row.Kind, run.Job.Row.Id);
            return settlement;
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<Settlement> AttemptAsync(JobRun run)
    {
        var row = run.Job.Row;
        var startedAt = time.GetUtcNow();
        var started = time.GetTimestamp();
        run.BeganAt = started;
        using var logScope = logger.BeginScope(new JobLogScope(row));
        var span = instruments.Start(row, options().TraceRelation);
        try
        {
            var scope = scopes.CreateAsyncScope();
            try
            {
                var (settlement, error) = await WorkAsync(run, startedAt, scope.ServiceProvider).ConfigureAwait(false);
                instruments.Ended(span, row, settlement.State, error, time.GetElapsedTime(started));
                return settlement;
            }
            finally
            {
                await DisposeAsync(scope, row).ConfigureAwait(false);
            }
        }
        finally
        {
            instruments.End(span);
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<(Settlement Settlement, Exception? Error)> WorkAsync(JobRun run, DateTimeOffset startedAt, IServiceProvider services)
    {
        try
        {
            run.Worker = FindWorker(run.Job);
            var work = run.BeginWork();
            work.ThrowIfCancellationRequested();
            // Before the middleware, so that what it logs is kept as well.
            var record = BeginRecord(run);
            if (extensions.Of(run.Worker) is { } plan)
                await WorkWithinAsync(plan.Begin(new WorkContext(run.Job.Row, services, client)), run, record, services, work).ConfigureAwait(false);
            else
                await CallAsync(run, record, services, chain: null, work).ConfigureAwait(false);
            return (Completed(run, run.Attempt), null);
        }
        catch (Exception error)
        {
            var settlement = await outcomes.AfterErrorAsync(run, error, startedAt, services).ConfigureAwait(false);
            return (settlement, settlement is { Error: not null, State: not JobState.Cancelled } ? error : null);
        }
    }

    private WorkerRegistration FindWorker(ClaimedJob job)
    {
        if (job.Fault is { } fault)
            throw fault;
        return workers.Find(job.Row.Kind) ?? throw new InvalidOperationException($"No worker of this client knows kind '{job.Row.Kind}'.");
    }

    /// <summary>The middleware, in it the hooks, in them the worker; apart, because each job pays for its closures.</summary>
    private Task WorkWithinAsync(WorkChain chain, JobRun run, AttemptRecord record, IServiceProvider services, CancellationToken work) => chain.RunAsync(
        async token =>
        {
            try
            {
                await CallAsync(run, record, services, chain, token).ConfigureAwait(false);
            }
            finally
            {
                chain.Leave();
            }
        },
        work);

    /// <summary>Has the hooks see the arguments, reads them, makes the worker and runs it, all under the attempt's timeout.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask CallAsync(JobRun run, AttemptRecord record, IServiceProvider services, WorkChain? chain, CancellationToken work)
    {
        run.Attempt = null;
        // One for each call: a middleware may have several under way.
        CallDeadline? deadline = null;
        Exception? thrown = null;
        try
        {
            var args = run.Job.Row.EncodedArgs;
            if (chain is not null)
            {
                // The worker's own timeout is known only when the hooks are done with the arguments.
                deadline = LimitTo(run, TimeoutOf(ofWorker: null, run), deadline);
                args = await chain.BeginAsync(work).ConfigureAwait(false);
            }

            var attempt = run.Attempt = run.Worker!.Prepare(run.Job.Row, args, client, record);
            try
            {
                var ofWorker = attempt.Begin(services);
                if (chain is null || ofWorker is not null)
                    deadline = LimitTo(run, TimeoutOf(ofWorker, run), deadline);
                await attempt.RunAsync(services, work).ConfigureAwait(false);
                record.ThrowIfUnfinished();
            }
            catch (Exception error) when (chain is not null)
            {
                thrown = error;
            }

            if (chain is not null)
                await chain.EndAsync(thrown, work).ConfigureAwait(false);
        }
        finally
        {
            if (deadline is not null)
                _deadlines.Remove(deadline);
        }
    }

    /// <summary>Sets the timeout of a call, in place of the one it had.</summary>
    private CallDeadline? LimitTo(JobRun run, TimeSpan timeout, CallDeadline? before)
    {
        if (before is not null)
            _deadlines.Remove(before);
        if (timeout >= Signal.LongestWait || timeout <= TimeSpan.Zero)
            return null;
        var deadline = new CallDeadline(run, timeout);
        _deadlines.Add(deadline, timeout);
        return deadline;
    }

    private Settlement Completed(JobRun run, JobAttempt? attempt)
    {
        var followUps = attempt?.FollowUps ?? [];
        return new Settlement
        {
            Token = run.Job.Token,
            State = JobState.Completed,
            FollowUps = followUps.Count == 0 ? [] : [.. followUps.Select(inserter.Prepare)],
        };
    }

    /// <summary>Writes the completion in the worker's transaction. Whether that commits shows when the attempt is settled.</summary>
    public async Task CompleteInAsync(JobRun run, DbTransaction transaction, CancellationToken cancellationToken)
    {
        // Taken first: an attempt that ends meanwhile forgets them.
        var (attempt, record) = (run.Attempt, run.Record);
        if (run.HasEnded || record is null)
            throw new InvalidOperationException($"The attempt of job {run.Job.Row.Id} has ended; complete the job before its worker returns.");
        // Nothing is completed whose steps weren't all done.
        record.ThrowIfUnfinished();
        await record.JoinAsync(transaction).ConfigureAwait(false);
        await completer.SettleInAsync(Recorded(run, record, Completed(run, attempt), isLast: false), transaction, cancellationToken).ConfigureAwait(false);
        run.IsCompletedByWorker = true;
    }

    private TimeSpan TimeoutOf(TimeSpan? ofWorker, JobRun run)
    {
        if (ofWorker is { } timeout)
        {
            if (timeout > TimeSpan.Zero || timeout == Timeout.InfiniteTimeSpan)
                return timeout;
            logger.TimeoutOutOfRange(run.Job.Row.Kind, run.Job.Row.Id, timeout);
        }

        return run.Worker!.Job.Facts.Timeout ?? run.Slots.Plan.JobTimeout ?? options().JobTimeout;
    }

    /// <summary>The outcome of the work stands, whatever its services do when they are disposed.</summary>
    private async ValueTask DisposeAsync(AsyncServiceScope scope, JobRow row)
    {
        try
        {
            await scope.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception error)
        {
            logger.ScopeDisposeFailed(error, row.Kind, row.Id);
        }
    }

    private sealed class CallDeadline(JobRun run, TimeSpan timeout) : Deadline
    {
        protected internal override void Expired() => run.Expired(timeout);
    }
}
