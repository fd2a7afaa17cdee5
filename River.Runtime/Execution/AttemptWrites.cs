using System.Data.Common;
using Microsoft.Extensions.Logging;
using River.Events;
using River.Hosting;
using River.Storage;
using River.Supervision;
using River.Telemetry;

namespace River.Execution;

/// <summary>Writes to the rows of running attempts, fenced like their outcomes: an attempt that was lost is interrupted.</summary>
internal sealed class AttemptWrites(JobStore store, StatementLimit limit, TimeProvider time, Randomness randomness, JobEvents events, Instruments instruments, ILogger logger)
{
    private const int MaxTries = 5;
    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LongestWait = TimeSpan.FromMilliseconds(500);

    public TimeProvider Time => time;

    public void CheckTransaction(DbTransaction transaction) => store.CheckTransaction(transaction);

    public bool KeepsSnapshot(DbTransaction transaction) => store.KeepsSnapshot(transaction);

    /// <exception cref="OperationCanceledException">The attempt isn't the running one any more.</exception>
    /// <exception cref="TimeoutException">Another transaction keeps the row.</exception>
    public async Task RecordAsync(JobRun run, byte[] metadata, DbTransaction? transaction)
    {
        var started = time.GetTimestamp();
        for (var tries = 1; ; tries++)
        {
            try
            {
                // What was done is recorded, also when the attempt is being cancelled.
                var result = await limit.RunAsync(token => store.Claims.RecordAsync(run.Job.Token, metadata, transaction, token), CancellationToken.None).ConfigureAwait(false);
                if (result.Accepted)
                    return;
                if (run.IsCompletedByWorker && result.State == JobState.Completed && await IsOwnAsync(run).ConfigureAwait(false))
                    throw new InvalidOperationException($"Job {run.Job.Row.Id} was completed by CompleteAsync; do its steps before.");
                if (!result.IsLocked)
                    throw Lost(run);
                if (time.GetElapsedTime(started) > limit.Limit)
                    throw NotWritten(run, $"another transaction has held its row for {limit.Limit}");
            }
            catch (Exception error) when (transaction is null && tries < MaxTries && store.IsTransient(error))
            {
                logger.RecordRetried(error, run.Job.Row.Kind, run.Job.Row.Id);
            }
            catch (TimeoutException error) when (transaction is null && error.InnerException is OperationCanceledException)
            {
                throw NotWritten(run, $"the database didn't answer within {limit.Limit}, or another transaction has held it for so long", error);
            }

            await Task.Delay(randomness.BackOff(tries, FirstWait, LongestWait), time).ConfigureAwait(false);
        }
    }

    /// <summary>Never throws: what isn't written now is written later.</summary>
    public async Task<bool> TryRecordAsync(JobRun run, byte[] metadata, CancellationToken cancellationToken)
    {
        try
        {
            var longest = store.LongestSpareWrite is { } spare && spare < limit.Limit ? spare : limit.Limit;
            var result = await StatementLimit.RunAsync(token => store.Claims.RecordAsync(run.Job.Token, metadata, transaction: null, token), longest, cancellationToken).ConfigureAwait(false);
            if (result is { Accepted: false, IsLocked: false } && !run.HasEnded && !(run.IsCompletedByWorker && result.State is null or JobState.Completed))
                Lost(run);
            return result.Accepted;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return false;
        }
        catch (Exception error)
        {
            logger.RecordRetried(error, run.Job.Row.Kind, run.Job.Row.Id);
            return false;
        }
    }

    /// <summary>Whether the completed job was completed by this attempt: after a rollback another one may have.</summary>
    private async Task<bool> IsOwnAsync(JobRun run) =>
        await limit.RunAsync(token => store.Jobs.GetAsync(run.Job.Row.Id, transaction: null, token), CancellationToken.None).ConfigureAwait(false) is not { } row
        || run.Job.Token.Names(row);

    private static TimeoutException NotWritten(JobRun run, string reason, Exception? error = null) =>
        new($"What job {run.Job.Row.Id} ('{run.Job.Row.Kind}') recorded of itself isn't known to be written: {reason}. If it is the worker's own transaction, commit it before the step ends, or pass it to the step.", error);

    private OperationCanceledException Lost(JobRun run)
    {
        if (!run.HasEnded && run.Interrupt(Interruption.LeaseLost))
        {
            instruments.LeaseLost(run.Job.Row);
            events.LeaseLost(run.Job.Row);
            logger.AttemptTaken(run.Job.Row.Attempt, run.Job.Row.Kind, run.Job.Row.Id);
        }

        return new OperationCanceledException($"Attempt {run.Job.Row.Attempt} of job {run.Job.Row.Id} isn't this client's any more.", run.Token);
    }
}
