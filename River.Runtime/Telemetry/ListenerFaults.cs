using Microsoft.Extensions.Logging;

namespace River.Telemetry;

/// <summary>Tells of listeners to spans and metrics that throw: what they were told of goes on, whatever they think of it.</summary>
internal sealed class ListenerFaults(TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan BetweenWarnings = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private long? _warned;

    /// <summary>Once a minute at most: a listener that fails may do so at every job.</summary>
    public void Warn(Exception error)
    {
        lock (_gate)
        {
            var now = time.GetTimestamp();
            if (_warned is { } last && time.GetElapsedTime(last, now) < BetweenWarnings)
                return;
            _warned = now;
        }

        try
        {
            logger.ListenerFailed(error);
        }
        catch (Exception)
        {
            // Nor may a logger fail what is told of, and there is nobody left to tell.
        }
    }
}
