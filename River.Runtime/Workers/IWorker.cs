namespace River;

/// <summary>Works the jobs of one type. Taken from a scope of its own for every attempt.</summary>
/// <remarks>
/// <typeparamref name="TArgs"/> isn't constrained on purpose: a constraint that a faulty job breaks is an error of the
/// declaration, after which the compiler runs no analyzers, and the rule that says what is wrong would not be heard.
/// </remarks>
/// <typeparam name="TArgs">The job's type.</typeparam>
public interface IWorker<TArgs>
{
    /// <summary>
    /// Works one attempt. Returning completes the job; an exception fails the attempt, which is retried by policy;
    /// <c>throw job.Cancel(…)</c> and <c>throw job.Snooze(…)</c> end it otherwise.
    /// </summary>
    /// <param name="job">The job and what can be done with it.</param>
    /// <param name="cancellationToken">Cancelled at the timeout, when the job is cancelled, and when the process stops.</param>
    /// <returns>A task that ends with the attempt.</returns>
    Task WorkAsync(Job<TArgs> job, CancellationToken cancellationToken);
}

/// <summary>Says when a failed job is tried again.</summary>
public interface IRetryPolicy
{
    /// <summary>The wait before the next attempt.</summary>
    /// <param name="job">The job's row before this failure: <see cref="JobRow.Errors"/> holds the earlier ones.</param>
    /// <param name="error">What went wrong.</param>
    /// <returns>A duration from now: zero to ten years. Any other falls back to River's policy with a warning, and so does an exception.</returns>
    TimeSpan NextRetry(JobRow job, Exception error);
}

/// <summary>A retry policy for one type of job, implemented beside <see cref="IWorker{TArgs}"/>.</summary>
/// <typeparam name="TArgs">The job's type.</typeparam>
public interface IRetryPolicy<TArgs>
{
    /// <summary>The wait before the next attempt.</summary>
    /// <param name="job">The job that failed.</param>
    /// <param name="error">What went wrong.</param>
    /// <returns>A duration from now, zero to ten years, or null for the policy that the job declares or the client has.</returns>
    TimeSpan? NextRetry(Job<TArgs> job, Exception error);
}

/// <summary>A timeout that depends on the job, implemented beside <see cref="IWorker{TArgs}"/>.</summary>
/// <typeparam name="TArgs">The job's type.</typeparam>
public interface IJobTimeout<TArgs>
{
    /// <summary>How long this attempt may run.</summary>
    /// <param name="job">The job.</param>
    /// <returns>A positive duration, <see cref="Timeout.InfiniteTimeSpan"/>, or null for the declared one. One of 49 days or more is never enforced.</returns>
    TimeSpan? Timeout(Job<TArgs> job);
}
