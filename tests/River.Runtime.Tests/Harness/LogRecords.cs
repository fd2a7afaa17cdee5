using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace River.Tests.Harness;

internal sealed record LogRecord(LogLevel Level, int Id, string Message, Exception? Error, IReadOnlyList<string> Scopes);

/// <summary>Keeps what was logged.</summary>
internal sealed class LogRecords : ILoggerProvider, ISupportExternalScope
{
    private IExternalScopeProvider _scopes = new LoggerExternalScopeProvider();

    public ConcurrentQueue<LogRecord> All { get; } = new();

    public void SetScopeProvider(IExternalScopeProvider scopeProvider) => _scopes = scopeProvider;

    public ILogger CreateLogger(string categoryName) => new Logger(this);

    public void Dispose()
    {
    }

    private sealed class Logger(LogRecords records) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => records._scopes.Push(state);

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            var scopes = new List<string>();
            records._scopes.ForEachScope(static (scope, list) => list.Add($"{scope}"), scopes);
            records.All.Enqueue(new LogRecord(logLevel, eventId.Id, formatter(state, exception), exception, scopes));
        }
    }
}
