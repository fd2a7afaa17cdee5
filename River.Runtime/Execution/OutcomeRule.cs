using Microsoft.Extensions.Logging;
using River.Extending;
using River.Storage;
using River.Telemetry;

namespace River.Execution;

/// <summary>From what a worker threw to what is written: River's rules for errors, cancels, snoozes and stops.</summary>
internal sealed class OutcomeRule(FailureRule failures, ErrorHandling handling, ILogger logger)
{
    private const string CancelPrefix = "JobCancelError: ";
    private static readonly TimeSpan LastResortDelay = TimeSpan.FromMinutes(1);
    private const string CancelledRemotely = CancelPrefix + "job cancelled remotely";

    /// <summary>Makes a job available again as if the attempt had never been.</summary>
    public static Settlement HandBack(ClaimToken token, TimeSpan delay) =>
        new() { Token = token, State = JobState.Available, Delay = delay, RestoreAttempt = true, IsHandBack = true };

    /// <summary>A failed attempt without anything of the application's: no policy, no handler, no log.</summary>
    public static Settlement LastResort(ClaimedJob job, Exception error, DateTimeOffset at) => new()
    {
        Token = job.Token,
        State = job.Row.Attempt >= job.Row.MaxAttempts ? JobState.Discarded : JobState.Retryable,
        Delay = LastResortDelay,
        Error = ErrorRecord.Of(error, at, job.Row.Attempt),
    };

    /// <param name="run">The attempt.</param>
    /// <param name="error">What ended it.</param>
    /// <param name="startedAt">When it began.</param>
    /// <param name="services">Its scope; null when there was none.</param>
    public async ValueTask<Settlement> AfterErrorAsync(JobRun run, Exception error, DateTimeOffset startedAt, IServiceProvider? services)
    {
        var (token, row) = (run.Job.Token, run.Job.Row);
        error = Unwrap(error);
        switch (run.Interruption, error)
        {
            case (Interruption.RemoteCancel, _):
                return Cancelled(token, row, CancelledRemotely, startedAt);
            case (_, UnreadableRowException):
                // It will read the same at every attempt.
                logger.RowUnreadable(error, row.Kind, row.Id);
                return new Settlement { Token = token, State = JobState.Discarded, Error = ErrorRecord.Of(error, startedAt, row.Attempt), Metadata = RowMetadata.Unreadable() };
            case (_, JobCancelException cancel):
                return Cancelled(token, row, CancelPrefix + cancel.Reason, startedAt);
            case (_, JobSnoozeException snooze):
                logger.JobSnoozed(row.Kind, row.Id, snooze.Duration);
                return Snoozed(token, row, snooze.Duration);
            case (Interruption.Stop, _) when IsCancellation(error):
                logger.JobHandedBack(row.Kind, row.Id);
                return HandBack(token, TimeSpan.Zero);
            case (Interruption.LeaseLost, _) when IsCancellation(error):
                // Refused when somebody else has the job by now.
                return HandBack(token, TimeSpan.Zero);
            case (Interruption.Timeout, _) when IsCancellation(error):
                logger.JobTimedOut(row.Kind, row.Id, row.Attempt, row.MaxAttempts, run.Timeout);
                var text = $"The attempt ran longer than its timeout of {run.Timeout:c}.";
                return await FailedAsync(run, ErrorRecord.Of(text, ErrorRecord.Of(error, startedAt, row.Attempt).Trace, startedAt, row.Attempt), error, services).ConfigureAwait(false);
            default:
                logger.JobFailed(error, row.Kind, row.Id, row.Attempt, row.MaxAttempts);
                return await FailedAsync(run, ErrorRecord.Of(error, startedAt, row.Attempt, Afterwards(run.Interruption, run.Timeout)), error, services).ConfigureAwait(false);
        }
    }

    private async ValueTask<Settlement> FailedAsync(JobRun run, AttemptError entry, Exception error, IServiceProvider? services)
    {
        var (job, survived) = (run.Job, RowMetadata.Survived(run.Job.Row));
        if (!await handling.AsksToCancelAsync(run, error, services).ConfigureAwait(false))
            return failures.Settle(job, entry, error, run.Attempt, run.Worker?.Job, services, survived);
        logger.JobCancelled(job.Row.Kind, job.Row.Id, "the error handler asked for it");
        return new Settlement { Token = job.Token, State = JobState.Cancelled, Error = entry, Metadata = survived };
    }

    /// <summary>An error that isn't a cancellation may be one in disguise, so what is stored says what came before it.</summary>
    private static string Afterwards(Interruption interruption, TimeSpan timeout) => interruption switch
    {
        Interruption.Timeout => $" (after its timeout of {timeout:c})",
        Interruption.Stop => " (after the client began to stop)",
        Interruption.LeaseLost => " (after the job was lost to this client)",
        _ => "",
    };

    private Settlement Cancelled(ClaimToken token, JobRow row, string text, DateTimeOffset startedAt)
    {
        logger.JobCancelled(row.Kind, row.Id, text);
        return new Settlement
        {
            Token = token,
            State = JobState.Cancelled,
            Error = ErrorRecord.Of(text, "", startedAt, row.Attempt),
        };
    }

    private static Settlement Snoozed(ClaimToken token, JobRow row, TimeSpan duration)
    {
        var wait = duration < DefaultRetryPolicy.LongestWait ? duration : DefaultRetryPolicy.LongestWait;
        return new Settlement
        {
            Token = token,
            State = wait <= FailureRule.ShortWait ? JobState.Available : JobState.Scheduled,
            Delay = wait,
            RestoreAttempt = true,
            Metadata = RowMetadata.Snoozed(row),
        };
    }

    /// <summary>What a worker threw inside a task that it waited for.</summary>
    private static Exception Unwrap(Exception error)
    {
        while (error is AggregateException { InnerExceptions: [var only] })
            error = only;
        return error;
    }

    private static bool IsCancellation(Exception error)
    {
        for (var current = error; current is not null; current = current.InnerException)
        {
            if (current is OperationCanceledException)
                return true;
        }

        return error is AggregateException several && several.Flatten().InnerExceptions.Any(inner => inner is OperationCanceledException);
    }
}
