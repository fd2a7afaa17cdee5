namespace River;

/// <summary>
/// Told of each attempt that hasn't ended <see cref="RiverOptions.StuckThreshold"/> after its token was cancelled: a place to
/// write a dump, to alert, or to restart the process. Taken from the service provider, from a scope of its own, if one is
/// registered; several are all told.
/// </summary>
public interface IStuckJobHandler
{
    /// <summary>An attempt is stuck. An exception is logged and changes nothing.</summary>
    /// <param name="stuck">The job and what is known of it.</param>
    /// <param name="cancellationToken">Cancelled when the client has stopped.</param>
    /// <returns>A task that ends with the handling; nothing waits for it.</returns>
    ValueTask HandleAsync(JobStuckEvent stuck, CancellationToken cancellationToken);
}
