namespace River.Hosting;

/// <summary>
/// Everything that works jobs in this process. Started by the host once the options have been checked,
/// the store is open and its schema fits; made by the service provider, as the singleton <c>River.Hosting.Engine</c>.
/// </summary>
/// <remarks>
/// In the provider for its constructor: <see cref="Storage.JobStore"/>, <see cref="Registration.JobRegistry"/>,
/// <see cref="CheckedOptions"/>, <see cref="ClientIdentity"/>, <see cref="QueueTable"/>,
/// <see cref="Inserting.Inserter"/>, <see cref="IJobClient"/>, <see cref="TimeProvider"/>, <see cref="Randomness"/>,
/// <c>IServiceScopeFactory</c>, <c>ILoggerFactory</c>. A singleton that is also <see cref="Fetching.IQueueNudge"/> is
/// told of what this process enqueues.
/// </remarks>
internal interface IEngine
{
    /// <summary>What runs; null while stopped.</summary>
    EngineRun? Run { get; }

    /// <summary>Starts every loop and returns; a fault of a loop never ends the process.</summary>
    Task StartAsync(CancellationToken cancellationToken);

    /// <summary>Whether a stop is under way.</summary>
    bool IsStopping { get; }

    /// <summary>The stop that the application itself asks for, with all of <see cref="ClientIdentity.SoftStopTimeout"/>.</summary>
    Task StopAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Stops fetching, lets running jobs end within their soft time, then cancels their tokens, hands back what is left
    /// and drains the outcomes. When <paramref name="cancellationToken"/> is cancelled the time is up: it returns at once
    /// with what could be saved. A stop that is under way is joined, and keeps its terms.
    /// </summary>
    Task StopAsync(StopTerms terms, CancellationToken cancellationToken);
}
