using Microsoft.Extensions.Logging;

namespace River;

/// <summary>
/// Whether what a job logs through <see cref="ILogger"/> is stored with it, for dashboards. Works by a logging provider of
/// the host, so its own rules apply as well (name <c>RiverJobs</c>); with Serilog set <c>writeToProviders</c>.
/// </summary>
public sealed class JobLogOptions
{
    /// <summary>The least level of what is stored. Default: <see cref="LogLevel.None"/>, which stores nothing.</summary>
    public LogLevel Level { get; set; } = LogLevel.None;

    /// <summary>How much of one attempt's log is kept, in bytes: 1,024 to 8 MiB. The rest is cut off, with a mark. Default: 2 MiB, as in River.</summary>
    public int MaxBytesPerAttempt { get; set; } = 2 * 1024 * 1024;

    /// <summary>How much is kept of all attempts of a job together, in bytes: at least one attempt's, at most 64 MiB. The oldest are dropped. Default: 8 MiB, as in River.</summary>
    public int MaxBytes { get; set; } = 8 * 1024 * 1024;
}
