using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using River.Tests.Harness;
using River.TestSupport.Postgres;
using Xunit;

namespace River.Tests.Completion;

public sealed class FailingLoggerTests(PostgresFixture postgres)
{
    [Theory, EachStore]
    public async Task A_logger_that_throws_keeps_no_outcome_from_being_written(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        var faults = 2;
        await using var client = TestClient.Create(database, setup =>
        {
            setup.Services = services => services.AddLogging(logging => logging.AddProvider(new Failing()));
            setup.Work<Probe>((_, _) => Task.CompletedTask);
        });
        // Each fault is logged before the outcome is tried again.
        client.Store.BeforeSettle = _ => Interlocked.Decrement(ref faults) >= 0 ? throw new InjectedFault("away") : Task.CompletedTask;
        await client.StartAsync();

        var first = await client.SettledAsync(await client.EnqueueAsync(new Probe(1)), JobState.Completed);
        var second = await client.SettledAsync(await client.EnqueueAsync(new Probe(2)), JobState.Completed);

        Assert.Equal((1, 1), (first.Attempt, second.Attempt));
        Assert.InRange(faults, int.MinValue, -1);
    }

    private sealed class Failing : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            throw new InvalidOperationException("The disk that the log is on is full.");

        public void Dispose()
        {
        }
    }
}
