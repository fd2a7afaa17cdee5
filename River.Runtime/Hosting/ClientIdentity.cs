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
        SoftStopTimeout = options.Value.SoftStopTimeout ?? After(ShutdownTimeout);
        HostSoftStopTimeout = IsLonger(SoftStopTimeout, ShutdownTimeout) ? After(ShutdownTimeout) : SoftStopTimeout;
    }

    /// <summary>The name in <c>attempted_by</c> and in leader elections.</summary>
    public string Id { get; }

    /// <summary>When this client came to be, by its own clock.</summary>
    public DateTimeOffset StartedAt { get; }

    /// <summary>How long running jobs may go on after the application stopped the client.</summary>
    public TimeSpan SoftStopTimeout { get; }

    /// <summary>The same after the host began to stop, which has only so much time: jobs would be handed back while they still run.</summary>
    public TimeSpan HostSoftStopTimeout { get; }

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
