using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using River.Telemetry;

namespace River.Hosting;

/// <summary>
/// The options as the client goes by them: those of the last reload that were sound. A reload with anything wrong in it is
/// logged with all its faults, and changes nothing.
/// </summary>
internal sealed class CheckedOptions : IDisposable
{
    private readonly IOptionsMonitor<RiverOptions> _monitor;
    private readonly Func<IReadOnlyList<string>> _faults;
    private readonly ILogger _logger;
    private readonly Lock _lock = new();
    private readonly List<Action<RiverOptions>> _followers = [];
    private readonly IDisposable? _subscription;
    private volatile RiverOptions? _sound;

    public CheckedOptions(IOptionsMonitor<RiverOptions> monitor, Func<IReadOnlyList<string>> faults, ILogger<CheckedOptions> logger)
    {
        _monitor = monitor;
        _faults = faults;
        _logger = logger;
        _subscription = monitor.OnChange((_, _) => Reload());
    }

    /// <summary>Before the first reload whatever there is: a start refuses what isn't sound.</summary>
    public RiverOptions Current => _sound ??= _monitor.CurrentValue;

    /// <summary>Who is told of each sound reload.</summary>
    public void Follow(Action<RiverOptions> follower)
    {
        lock (_lock)
            _followers.Add(follower);
    }

    public void Dispose() => _subscription?.Dispose();

    private void Reload()
    {
        // Held from before, so that the old options stand if the new ones are refused.
        _ = Current;
        lock (_lock)
        {
            var faults = _faults();
            if (faults.Count > 0)
            {
                _logger.ReloadRefused(faults.Count, string.Concat(faults.Select(fault => $"{Environment.NewLine}- {fault}")));
                return;
            }

            var options = _monitor.CurrentValue;
            _sound = options;
            foreach (var follower in _followers)
                follower(options);
        }
    }
}
