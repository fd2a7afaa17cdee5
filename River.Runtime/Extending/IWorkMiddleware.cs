namespace River;

/// <summary>Goes around each attempt. Taken from the attempt's scope.</summary>
public interface IWorkMiddleware : IRiverExtension
{
    /// <summary>
    /// Runs one attempt. Returning completes the job, also when <paramref name="next"/> wasn't called or what it threw was
    /// caught; an exception decides about the job as one of the worker would.
    /// </summary>
    /// <param name="context">The attempt.</param>
    /// <param name="next">
    /// Runs the rest: the middleware within, the hooks, the worker. Called again it runs all of that again, with the
    /// arguments read anew; a job with steps can't, as each step is run once in an attempt. Pass the token on, or one linked to it: it is how the worker hears of a timeout or a stop.
    /// </param>
    /// <param name="cancellationToken">Cancelled at the timeout, when the job is cancelled, and when the process stops. The timeout runs while the worker does.</param>
    /// <returns>A task that ends with the attempt.</returns>
    Task InvokeAsync(WorkContext context, Func<CancellationToken, Task> next, CancellationToken cancellationToken);
}
