using System.Globalization;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace River.Hosting;

/// <summary>Who this client is, fixed when it is first asked for.</summary>
internal sealed class ClientIdentity
{
    public const int MaxLength = 100;
    private const int MaxHostLength = 60;
    private static readonly TimeSpan HandBack = TimeSpan.FromSeconds(5);

    public ClientIdentity(IOptions<RiverOptions> options, TimeProvider time, Randomness randomness, IOptions<HostOptions> host)
    {
        StartedAt = time.GetUtcNow();
        Id = options.Value.ClientId ?? DefaultId(Environment.MachineName, StartedAt, randomness);
        ShutdownTimeout = host.Value.ShutdownTimeout;
        if (options.Value.SoftStopTimeout is { } asked && IsLonger(asked, ShutdownTimeout))
            RefusedSoftStopTimeout = asked;
        SoftStopTimeout = RefusedSoftStopTimeout is null && options.Value.SoftStopTimeout is { } given ? given : After(ShutdownTimeout);
    }

    /// <summary>The name in <c>attempted_by</c> and in leader elections.</summary>
    public string Id { get; }

    /// <summary>When this client came to be, by its own clock.</summary>
    public DateTimeOffset StartedAt { get; }

    /// <summary>How long running jobs may go on after a stop was asked for.</summary>
    public TimeSpan SoftStopTimeout { get; }

    /// <summary>What the options say in its place, and the host has no time for: jobs would be handed back while they still run. Null mostly.</summary>
    public TimeSpan? RefusedSoftStopTimeout { get; }

    /// <summary>How long the host takes to stop at most.</summary>
    public TimeSpan ShutdownTimeout { get; }

    /// <summary>River's own form of a client id, made unique for processes of one host that start together.</summary>
    internal static string DefaultId(string hostName, DateTimeOffset startedAt, Randomness randomness)
    {
        var host = hostName.Length == 0 ? "unknown_host" : hostName.Replace('.', '_');
        if (host.Length > MaxHostLength)
            host = host[..MaxHostLength];
        var start = startedAt.UtcDateTime.ToString("yyyy_MM_dd'T'HH_mm_ss_ffffff", CultureInfo.InvariantCulture);
        return $"{host}_{start}_{randomness.Digits(6)}";
    }

    private static bool IsLonger(TimeSpan softStopTimeout, TimeSpan shutdownTimeout) =>
        shutdownTimeout != Timeout.InfiniteTimeSpan && (softStopTimeout == Timeout.InfiniteTimeSpan || softStopTimeout >= shutdownTimeout);

    private static TimeSpan After(TimeSpan shutdownTimeout)
    {
        if (shutdownTimeout == Timeout.InfiniteTimeSpan)
            return shutdownTimeout;
        return shutdownTimeout > HandBack ? shutdownTimeout - HandBack : TimeSpan.Zero;
    }
}
