using Microsoft.Extensions.Logging;
using River.Storage;
using River.Telemetry;

namespace River.Execution;

/// <summary>From what a worker threw to what is written: River's rules for errors, cancels, snoozes and stops.</summary>
internal sealed class OutcomeRule(FailureRule failures, ILogger logger)
{
    private const string CancelPrefix = "JobCancelError: ";
    private const string CancelledRemotely = CancelPrefix + "job cancelled remotely";

    /// <summary>Makes a job available again as if the attempt had never been.</summary>
    public static Settlement HandBack(ClaimToken token, TimeSpan delay) =>
        new() { Token = token, State = JobState.Available, Delay = delay, RestoreAttempt = true, IsHandBack = true };

    public Settlement AfterError(
        JobRun run,
        Exception error,
        DateTimeOffset startedAt,
        JobAttempt? attempt,
        JobDescriptor? descriptor,
        IServiceProvider? services,
        TimeSpan? timeout)
    {
        var (token, row) = (run.Job.Token, run.Job.Row);
        error = Unwrap(error);
        switch (run.Interruption, error)
        {
            case (Interruption.RemoteCancel, _):
                return Cancelled(token, row, CancelledRemotely, startedAt);
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
                logger.JobTimedOut(row.Kind, row.Id, row.Attempt, row.MaxAttempts, timeout.GetValueOrDefault());
                var text = $"The attempt ran longer than its timeout of {timeout:c}.";
                return failures.Settle(run.Job, ErrorRecord.Of(text, ErrorRecord.Of(error, startedAt, row.Attempt).Trace, startedAt, row.Attempt), error, attempt, descriptor, services, RowMetadata.Survived(row));
            default:
                logger.JobFailed(error, row.Kind, row.Id, row.Attempt, row.MaxAttempts);
                return failures.Settle(run.Job, ErrorRecord.Of(error, startedAt, row.Attempt, Afterwards(run.Interruption, timeout)), error, attempt, descriptor, services, RowMetadata.Survived(row));
        }
    }

    /// <summary>An error that isn't a cancellation may be one in disguise, so what is stored says what came before it.</summary>
    private static string Afterwards(Interruption interruption, TimeSpan? timeout) => interruption switch
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
