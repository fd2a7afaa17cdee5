namespace River.Execution;

/// <summary>One attempt of one job, with its arguments read: what the executor runs without knowing their type.</summary>
internal abstract class JobAttempt
{
    /// <summary>The jobs given to <c>Then</c>, once the attempt has run.</summary>
    public abstract IReadOnlyList<JobRequest> FollowUps { get; }

    /// <summary>Finds the worker and its own timeout, if it has an opinion; called inside the attempt's scope.</summary>
    public abstract TimeSpan? Begin(IServiceProvider services);

    /// <summary>Runs the worker found by <see cref="Begin"/>.</summary>
    public abstract Task RunAsync(IServiceProvider services, CancellationToken cancellationToken);

    /// <summary>The worker's own wait before the next attempt; null for the job's or the client's policy.</summary>
    public abstract TimeSpan? NextRetry(Exception error);
}
