using Microsoft.Extensions.Logging;

namespace River.Telemetry;

/// <summary>Tells of listeners to spans and metrics that throw: what they were told of goes on, whatever they think of it.</summary>
internal sealed class ListenerFaults(TimeProvider time, ILogger logger)
{
    /// <summary>Once a minute at most: a listener that fails may do so at every job.</summary>
    private static readonly TimeSpan BetweenWarnings = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly UnfailingLogger _logger = new(logger);
    private long? _warned;

    /// <summary>Tells whoever listens. With a state of its own, so that nothing is made for it where nobody does.</summary>
    public void Tell<TState>(TState state, Action<TState> tell)
    {
        try
        {
            tell(state);
        }
        catch (Exception error)
        {
            Warn(error);
        }
    }

    private void Warn(Exception error)
    {
        lock (_gate)
        {
            var now = time.GetTimestamp();
            if (_warned is { } last && time.GetElapsedTime(last, now) < BetweenWarnings)
                return;
            _warned = now;
        }

        _logger.ListenerFailed(error);
    }
}
