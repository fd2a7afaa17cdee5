using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using River.Hosting;
using River.Maintenance;
using River.Registration;
using River.Storage;
using River.Supervision;
using River.Tests.Harness;
using River.TestSupport.Postgres;
using River.TestSupport.Time;
using Xunit;

namespace River.Tests.Maintenance;

public sealed class CleanerTests(PostgresFixture postgres)
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory, EachStore]
    public async Task Jobs_are_deleted_batch_after_batch_when_their_own_time_is_over(Database kind)
    {
        await using var run = await Run.StartAsync(kind, postgres, new RetentionOptions
        {
            Completed = 24 * Hour,
            Queues = { ["archive"] = new() { Completed = Timeout.InfiniteTimeSpan }, ["noise"] = new() { Completed = Hour } },
            Kinds = { ["audit"] = new() { Completed = 48 * Hour } },
        });
        await run.FinalizedAsync("work", "default", 2_000);
        await run.FinalizedAsync("work", "archive", 3_000);
        await run.FinalizedAsync("work", "noise", 1_500);
        await run.FinalizedAsync("audit", "noise", 10);

        await run.CleanAsync();
        Assert.Equal(6_510, await run.CountAsync());
        run.Pass(Hour);
        await run.CleanAsync();
        Assert.Equal((2_000, 3_000, 10), (await run.CountAsync("default"), await run.CountAsync("archive"), await run.CountAsync("noise")));
        run.Pass(23 * Hour);
        await run.CleanAsync();
        Assert.Equal((0, 3_000, 10), (await run.CountAsync("default"), await run.CountAsync("archive"), await run.CountAsync("noise")));
        run.Pass(24 * Hour);
        await run.CleanAsync();
        Assert.Equal((3_000, 0), (await run.CountAsync("archive"), await run.CountAsync("noise")));
    }

    [Theory, EachStore]
    public async Task Kept_jobs_are_looked_at_once_and_again_only_after_hours(Database kind)
    {
        await using var run = await Run.StartAsync(kind, postgres, new RetentionOptions { Completed = TimeSpan.Zero, Queues = { ["archive"] = new() { Completed = Timeout.InfiniteTimeSpan } } });
        await run.FinalizedAsync("work", "archive", 20_000);
        run.Pass(Hour);
        await run.CleanAsync();
        var first = run.Looks;

        run.Pass(TimeSpan.FromMinutes(1));
        await run.FinalizedAsync("work", "default", 5);
        await run.CleanAsync();
        var second = run.Looks - first;
        Assert.Equal(0, await run.CountAsync("default"));

        // One that was committed late, far behind what has been looked at.
        await run.FinalizedAsync("work", "default", 1, ago: 2 * Hour);
        await run.CleanAsync();
        Assert.Equal(1, await run.CountAsync("default"));
        run.Pass(6 * Hour);
        await run.CleanAsync();

        Assert.Equal(0, await run.CountAsync("default"));
        Assert.True(first >= 5 && second * 2 < first, $"{first} and {second} statements");
    }

    [Theory, EachStore]
    public async Task New_options_are_heeded_at_the_next_run(Database kind)
    {
        await using var run = await Run.StartAsync(kind, postgres, new RetentionOptions { Completed = Timeout.InfiniteTimeSpan });
        await run.FinalizedAsync("work", "default", 5);
        await run.CleanAsync();
        Assert.Equal(5, await run.CountAsync());

        run.Options = With(new RetentionOptions { Completed = TimeSpan.Zero });
        await run.CleanAsync();

        Assert.Equal(0, await run.CountAsync());
    }

    private static RiverOptions With(RetentionOptions retention)
    {
        var options = new RiverOptions();
        (options.Retention.Completed, options.Retention.Cancelled, options.Retention.Discarded) = (retention.Completed, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        foreach (var (name, own) in retention.Queues)
            options.Retention.Queues.Add(name, own);
        foreach (var (name, own) in retention.Kinds)
            options.Retention.Kinds.Add(name, own);
        return options;
    }

    /// <summary>A cleaner under a clock that is the database's as well.</summary>
    private sealed class Run : IAsyncDisposable
    {
        private readonly FakeTimeProvider _time = new();
        private readonly CancellationTokenSource _stop = new();
        private readonly TestDatabase _database;
        private readonly ObservedStore _store;
        private readonly Task _running;

        private Run(TestDatabase database, JobStore store, LeaderTerm term, RiverOptions options)
        {
            _database = database;
            _store = new ObservedStore(store);
            _store.ObservedUpkeep.Before = _ =>
            {
                Looks++;
                return Task.CompletedTask;
            };
            Options = options;
            store.Clock = _time.GetUtcNow;
            var cleaner = new Cleaner(_store, new JobRegistry(), () => Options, new StatementLimit(TimeSpan.FromSeconds(30)), _time, new Randomness(1), NullLogger.Instance);
            var loop = new SupervisedLoop("cleaner", token => cleaner.TurnAsync(term, token), _time, new Randomness(1), NullLogger.Instance);
            _running = loop.RunAsync(_stop.Token);
        }

        public RiverOptions Options { get; set; }

        /// <summary>How many statements there were.</summary>
        public int Looks { get; private set; }

        public static async Task<Run> StartAsync(Database kind, PostgresFixture postgres, RetentionOptions retention)
        {
            var database = await TestDatabase.CreateAsync(kind, postgres);
            var store = database.Open(new RiverOptions());
            await store.OpenAsync(Token);
            var start = new FakeTimeProvider().GetUtcNow();
            store.Clock = () => start;
            var term = await store.Lease.LeadAsync("leader", TimeSpan.FromDays(365), Token);
            return new Run(database, store, term!, With(retention));
        }

        /// <summary>Waits until the cleaner rests, and has it make one whole run.</summary>
        public async Task CleanAsync()
        {
            await RestAsync();
            await _time.AdvanceToNextTimerAsync(Token);
            await RestAsync();
        }

        /// <summary>At once: a run that began on the way would look at some jobs before and at others after it.</summary>
        public void Pass(TimeSpan time) => _time.Jump(time);

        public async Task FinalizedAsync(string kind, string queue, int count, TimeSpan ago = default)
        {
            await RestAsync();
            var job = new JobInsert { Kind = kind, Queue = queue, Args = "{}"u8.ToArray(), MaxAttempts = 25 };
            var ids = (await _store.Jobs.InsertAsync([.. Enumerable.Repeat(job, count)], transaction: null, Token)).Select(result => result.Job.Id).ToArray();
            await ExecuteAsync($"UPDATE river_job SET state = 'completed', finalized_at = {Text(_time.GetUtcNow() - ago)} WHERE id BETWEEN {ids.Min()} AND {ids.Max()}");
        }

        public async Task<long> CountAsync(string? queue = null) =>
            Convert.ToInt64(await ExecuteAsync($"SELECT count(*) FROM river_job WHERE queue = '{queue}' OR {(queue is null ? "1 = 1" : "1 = 0")}"), CultureInfo.InvariantCulture);

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await _running;
            await _store.DisposeAsync();
            await _database.DisposeAsync();
        }

        /// <summary>Lets the short pauses pass until the long one has begun.</summary>
        private async Task RestAsync()
        {
            while (true)
            {
                await _time.WaitForTimersAsync(1, Token);
                if (_time.NextTimer is { } next && next > TimeSpan.FromSeconds(10))
                    return;
                await _time.AdvanceToNextTimerAsync(Token);
            }
        }

        /// <summary>A moment shortly before, another one for each job.</summary>
        private string Text(DateTimeOffset time) => _database.Kind == Database.Sqlite
            ? ((time - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond).ToString(CultureInfo.InvariantCulture) + " - id"
            : $"'{time:O}'::timestamptz - id * interval '1 microsecond'";

        private Task<object?> ExecuteAsync(string text) => _database.ScalarAsync(text);
    }
}
