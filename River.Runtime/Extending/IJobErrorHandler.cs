namespace River;

/// <summary>
/// Is told of every failed attempt, as to report it elsewhere, and may end the job. Taken from the attempt's scope; one for a
/// client: <c>services.AddScoped&lt;IJobErrorHandler, …&gt;()</c>.
/// </summary>
public interface IJobErrorHandler
{
    /// <summary>
    /// Called for errors and timeouts, before the outcome is written; not for cancels, snoozes and stops, which are none. What it
    /// throws itself is logged, and the job goes its ordinary way.
    /// </summary>
    /// <param name="context">The attempt.</param>
    /// <param name="error">What went wrong.</param>
    /// <param name="cancellationToken">Cancelled after 30 seconds: until the handler returns, the job's slot is taken.</param>
    /// <returns>What becomes of the job.</returns>
    ValueTask<JobErrorAction> HandleAsync(WorkContext context, Exception error, CancellationToken cancellationToken);
}

/// <summary>What becomes of a job whose attempt failed.</summary>
public enum JobErrorAction
{
    /// <summary>The ordinary way: tried again by the retry policy, or discarded when no attempt is left.</summary>
    Retry,

    /// <summary>Cancelled; the error is stored all the same.</summary>
    Cancel,
}
