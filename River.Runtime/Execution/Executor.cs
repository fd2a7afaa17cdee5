using System.Data.Common;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using River.Attempts;
using River.Completion;
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
    Inserter inserter,
    IJobClient client,
    IServiceScopeFactory scopes,
    JobLogProvider jobLogs,
    AttemptWrites writes,
    Func<RiverOptions> options,
    StuckJobs stuck,
    Instruments instruments,
    TimeProvider time,
    ILogger logger)
{
    private static readonly TimerCallback OnTimeout = static run => ((JobRun)run!).Interrupt(Interruption.Timeout);

    /// <summary>How running attempts write to their rows.</summary>
    public AttemptWrites Writes => writes;

    public StuckJobs Stuck => stuck;

    /// <summary>Starts a claimed job on the thread pool. Its slot, taken by the claim, is freed when the worker is done with it.</summary>
    public void Start(ClaimedJob job, QueueSlots slots)
    {
        var run = new JobRun(this, job, slots);
        live.Add(run);
        if (slots.HandsOver)
            run.Interrupt(Interruption.Stop);

        // Without the caller's execution context: nothing of one job shows in another.
        ThreadPool.UnsafeQueueUserWorkItem(run, preferLocal: false);
    }

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
            logger.AttemptBroke(error, run.Job.Row.Kind, run.Job.Row.Id);
            settlement = outcomes.AfterError(run, error, time.GetUtcNow(), attempt: null, descriptor: null, services: null, timeout: null);
        }

        await EndAsync(run, settlement).ConfigureAwait(false);
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
            await completer.SubmitAsync(OutcomeOf(run, settlement)).ConfigureAwait(false);
        if (!isReplaced)
            run.Slots.Release();
    }

    private Outcome OutcomeOf(JobRun run, Settlement settlement)
    {
        var now = time.GetTimestamp();
        return new Outcome(run.Job, Recorded(run, settlement), IsCompletedByWorker: run.IsCompletedByWorker) { Ran = run.BeganAt is { } began ? time.GetElapsedTime(began, now) : TimeSpan.Zero, EndedAt = now };
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
    private Settlement Recorded(JobRun run, Settlement settlement, bool isLast = true)
    {
        if (run.Record is not { } record)
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

    private async Task<Settlement> AttemptAsync(JobRun run)
    {
        var row = run.Job.Row;
        var startedAt = time.GetUtcNow();
        var started = time.GetTimestamp();
        run.BeganAt = started;
        using var logScope = logger.BeginScope(new JobLogScope(row));
        using var span = instruments.Start(row);
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

    private async Task<(Settlement Settlement, Exception? Error)> WorkAsync(JobRun run, DateTimeOffset startedAt, IServiceProvider services)
    {
        var row = run.Job.Row;
        WorkerRegistration? worker = null;
        JobAttempt? attempt = null;
        TimeSpan? timeout = null;
        try
        {
            if (run.Job.Fault is { } fault)
                throw new InvalidDataException($"The job's row holds what no client writes, and can't be read: {fault.Message}", fault);
            worker = workers.Find(row.Kind) ?? throw new InvalidOperationException($"No worker of this client knows kind '{row.Kind}'.");
            var work = run.BeginWork();
            work.ThrowIfCancellationRequested();
            attempt = worker.Prepare(row, client, BeginRecord(run));
            attempt.Completion = (transaction, token) => CompleteInAsync(run, attempt, transaction, token);
            timeout = TimeoutOf(attempt.Begin(services), worker.Job, run);
            using (timeout < Signal.LongestWait && timeout > TimeSpan.Zero ? time.CreateTimer(OnTimeout, run, timeout.Value, Timeout.InfiniteTimeSpan) : null)
                await attempt.RunAsync(services, work).ConfigureAwait(false);
            run.Record!.ThrowIfUnfinished();

            return (Completed(run, attempt), null);
        }
        catch (Exception error)
        {
            var settlement = outcomes.AfterError(run, error, startedAt, attempt, worker?.Job, services, timeout);
            return (settlement, settlement is { Error: not null, State: not JobState.Cancelled } ? error : null);
        }
    }

    private Settlement Completed(JobRun run, JobAttempt attempt)
    {
        var followUps = attempt.FollowUps;
        return new Settlement
        {
            Token = run.Job.Token,
            State = JobState.Completed,
            FollowUps = followUps.Count == 0 ? [] : [.. followUps.Select(inserter.Prepare)],
        };
    }

    /// <summary>Writes the completion in the worker's transaction. Whether that commits shows when the attempt is settled.</summary>
    private async Task CompleteInAsync(JobRun run, JobAttempt attempt, DbTransaction transaction, CancellationToken cancellationToken)
    {
        if (run.HasEnded)
            throw new InvalidOperationException($"The attempt of job {run.Job.Row.Id} has ended; complete the job before its worker returns.");
        await completer.SettleInAsync(Recorded(run, Completed(run, attempt), isLast: false), transaction, cancellationToken).ConfigureAwait(false);
        run.IsCompletedByWorker = true;
    }

    private TimeSpan TimeoutOf(TimeSpan? ofWorker, JobDescriptor job, JobRun run)
    {
        if (ofWorker is { } timeout)
        {
            if (timeout > TimeSpan.Zero || timeout == Timeout.InfiniteTimeSpan)
                return timeout;
            logger.TimeoutOutOfRange(run.Job.Row.Kind, run.Job.Row.Id, timeout);
        }

        return job.Facts.Timeout ?? run.Slots.Plan.JobTimeout ?? options().JobTimeout;
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
}
