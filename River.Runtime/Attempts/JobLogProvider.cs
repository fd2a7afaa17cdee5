using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace River.Attempts;

/// <summary>
/// Hands what is logged in the context of an attempt to that attempt. One among the host's providers, so that the host's
/// own rules apply; the messages of other code pass it by.
/// </summary>
[ProviderAlias("RiverJobs")]
internal sealed class JobLogProvider : ILoggerProvider
{
    private readonly AsyncLocal<AttemptLog?> _current = new();

    /// <summary>The attempt in whose context the caller runs. Flows to what it starts, and to nothing else.</summary>
    public AttemptLog? Current
    {
        get => _current.Value;
        set => _current.Value = value;
    }

    /// <summary>What River itself has to say of a job isn't the job's.</summary>
    public ILogger CreateLogger(string categoryName) =>
        categoryName is "River.Engine" or "River.Execution" || categoryName.StartsWith("River.Hosting.", StringComparison.Ordinal)
            ? NullLogger.Instance
            : new Logger(this, categoryName);

    public void Dispose()
    {
    }

    private sealed class Logger(JobLogProvider provider, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => provider.Current is { } log && log.IsEnabled(logLevel);

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (provider.Current is { } log && log.IsEnabled(logLevel))
                log.Write(logLevel, category, formatter(state, exception), exception);
        }
    }
}
