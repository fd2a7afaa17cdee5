using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using River.Hosting;
using River.Storage;
using River.Telemetry;

namespace River.Execution;

/// <summary>What becomes of a job whose attempt failed: another attempt after a wait, or none.</summary>
internal sealed class FailureRule(Randomness randomness, ILogger logger)
{
    /// <summary>Waits up to this go straight to available: River's scheduler would come too late for them.</summary>
    public static readonly TimeSpan ShortWait = TimeSpan.FromSeconds(5);

    /// <summary>A policy that asks for more than this has a fault: ten years.</summary>
    public static readonly TimeSpan LongestPolicyWait = TimeSpan.FromDays(3653);

    /// <param name="job">The failed attempt.</param>
    /// <param name="entry">What is stored among the errors.</param>
    /// <param name="error">What the policies are told.</param>
    /// <param name="attempt">The worker's side of it; null when the arguments couldn't be read.</param>
    /// <param name="descriptor">The job's declaration; null when the kind isn't known.</param>
    /// <param name="services">The attempt's scope; null when there was none.</param>
    /// <param name="metadata">A change of the metadata.</param>
    public Settlement Settle(
        ClaimedJob job,
        AttemptError entry,
        Exception error,
        JobAttempt? attempt,
        JobDescriptor? descriptor,
        IServiceProvider? services,
        byte[]? metadata = null)
    {
        if (job.Row.Attempt >= job.Row.MaxAttempts)
            return new Settlement { Token = job.Token, State = JobState.Discarded, Error = entry, Metadata = metadata };

        var wait = Wait(job.Row, error, attempt, descriptor, services);
        return new Settlement
        {
            Token = job.Token,
            State = wait <= ShortWait ? JobState.Available : JobState.Retryable,
            Delay = wait,
            Error = entry,
            Metadata = metadata,
        };
    }

    private TimeSpan Wait(JobRow row, Exception error, JobAttempt? attempt, JobDescriptor? descriptor, IServiceProvider? services)
    {
        try
        {
            var wait = AskPolicies(row, error, attempt, descriptor, services);
            if (wait is null)
                return DefaultRetryPolicy.NextRetry(row, randomness);
            if (wait >= TimeSpan.Zero && wait <= LongestPolicyWait)
                return wait.Value;
            logger.RetryPolicyOutOfRange(row.Kind, row.Id, wait.Value);
        }
        catch (Exception policyError)
        {
            logger.RetryPolicyFailed(policyError, row.Kind, row.Id);
        }

        return DefaultRetryPolicy.NextRetry(row, randomness);
    }

    private static TimeSpan? AskPolicies(JobRow row, Exception error, JobAttempt? attempt, JobDescriptor? descriptor, IServiceProvider? services)
    {
        if (attempt?.NextRetry(error) is { } ofWorker)
            return ofWorker;
        if (services is null)
            return null;
        var policy = descriptor?.Facts.RetryPolicy?.Invoke(services) ?? services.GetService<IRetryPolicy>();
        return policy?.NextRetry(row, error);
    }
}
