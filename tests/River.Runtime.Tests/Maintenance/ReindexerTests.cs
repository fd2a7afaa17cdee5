using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using River.Hosting;
using River.Maintenance;
using River.Storage;
using River.Supervision;
using River.Tests.Harness;
using River.TestSupport.Postgres;
using River.TestSupport.Time;
using Xunit;

namespace River.Tests.Maintenance;

public sealed class ReindexerTests(PostgresFixture postgres)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory, EachStore]
    public async Task Indexes_are_built_anew_at_midnight_once_a_day(Database kind)
    {
        await using var run = await Run.StartAsync(kind, postgres, new RiverOptions());
        await run.PassAsync(TimeSpan.FromHours(11));
        Assert.Equal(["DropLeftoversAsync"], run.Statements);

        await run.PassAsync(TimeSpan.FromHours(2));
        var expected = kind == Database.Sqlite ? 1 : 7;
        Assert.Equal(expected, run.Statements.Count(statement => statement.StartsWith("ReindexAsync", StringComparison.Ordinal)));

        await run.PassAsync(TimeSpan.FromHours(24));
        Assert.Equal(2 * expected, run.Statements.Count(statement => statement.StartsWith("ReindexAsync", StringComparison.Ordinal)));
    }

    [Theory, EachStore]
    public async Task Nothing_is_done_when_it_is_switched_off(Database kind)
    {
        var options = new RiverOptions();
        options.Reindex.Enabled = false;
        await using var run = await Run.StartAsync(kind, postgres, options);

        await run.PassAsync(TimeSpan.FromHours(13));

        Assert.Empty(run.Statements);
    }

    [Fact]
    public async Task What_is_missing_or_fails_is_told_and_keeps_nothing_from_the_others()
    {
        var options = new RiverOptions();
        options.Reindex.Schedule = "30 12 * * *";
        options.Reindex.Indexes = ["river_job_nothing", "river_job_kind", "river_job_pkey"];
        await using var run = await Run.StartAsync(Database.Postgres, postgres, options);
        run.Store.ObservedUpkeep.Before = statement =>
        {
            run.Statements.Enqueue(statement);
            return statement == "ReindexAsync river_job_kind" ? throw new InjectedFault("no space left") : Task.CompletedTask;
        };

        await run.PassAsync(TimeSpan.FromHours(1));

        Assert.Equal(["DropLeftoversAsync", "ReindexAsync river_job_nothing", "ReindexAsync river_job_kind", "DropLeftoversAsync", "ReindexAsync river_job_pkey"], run.Statements);
        Assert.Contains(run.Logs.All, log => log is { Id: 6106, Level: LogLevel.Warning } && log.Message.Contains("river_job_nothing", StringComparison.Ordinal));
        Assert.Contains(run.Logs.All, log => log is { Id: 6103 } && log.Message.Contains("river_job_kind", StringComparison.Ordinal));
    }

    /// <summary>A reindexer of a leader, from noon on.</summary>
    private sealed class Run : IAsyncDisposable
    {
        private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
        private readonly CancellationTokenSource _stop = new();
        private readonly TestDatabase _database;
        private readonly Task _running;

        private Run(TestDatabase database, JobStore store, LeaderTerm term, RiverOptions options)
        {
            _database = database;
            Store = new ObservedStore(store);
            Store.ObservedUpkeep.Before = statement =>
            {
                Statements.Enqueue(statement);
                return Task.CompletedTask;
            };
            using var factory = LoggerFactory.Create(logging => logging.AddProvider(Logs).SetMinimumLevel(LogLevel.Debug));
            var logger = factory.CreateLogger("test");
            var reindexer = new Reindexer(Store, () => options, _time, static () => { }, logger);
            _running = new SupervisedLoop("reindexer", token => reindexer.TurnAsync(term, token), _time, new Randomness(1), logger).RunAsync(_stop.Token);
        }

        public ObservedStore Store { get; }

        public ConcurrentQueue<string> Statements { get; } = new();

        public LogRecords Logs { get; } = new();

        public static async Task<Run> StartAsync(Database kind, PostgresFixture postgres, RiverOptions options)
        {
            var database = await TestDatabase.CreateAsync(kind, postgres);
            var store = database.Open(new RiverOptions());
            await store.OpenAsync(Token);
            return new Run(database, store, (await store.Lease.LeadAsync("leader", TimeSpan.FromHours(1), Token))!, options);
        }

        /// <summary>Lets time pass, look by look.</summary>
        public async Task PassAsync(TimeSpan time)
        {
            for (var until = _time.GetUtcNow() + time; _time.GetUtcNow() < until;)
                await _time.AdvanceToNextTimerAsync(Token);
            await _time.WaitForTimersAsync(1, Token);
        }

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await _running;
            await Store.DisposeAsync();
            await _database.DisposeAsync();
        }
    }
}
