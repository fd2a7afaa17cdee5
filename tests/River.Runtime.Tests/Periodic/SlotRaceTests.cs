using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using River.Fetching;
using River.Hosting;
using River.Inserting;
using River.Periodic;
using River.Registration;
using River.Storage;
using River.Supervision;
using River.Tests.Harness;
using River.TestSupport.Postgres;
using River.TestSupport.Time;
using Xunit;

namespace River.Tests.Periodic;

/// <summary>A thousand slots on a clock that the test moves, with three processes' enqueuers that come and go.</summary>
public sealed class SlotRaceTests(PostgresFixture postgres, ITestOutputHelper output)
{
    private const int Slots = 1_000;

    // The longest absence of all three: within the limit of those that make up for it, and within a minute.
    private const int LongestAbsenceSeconds = 50;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory, EachStore]
    public async Task Of_a_thousand_slots_none_is_doubled_and_none_lost(Database kind)
    {
        var seed = Environment.GetEnvironmentVariable("RIVER_TEST_SEED") is { Length: > 0 } given ? int.Parse(given, CultureInfo.InvariantCulture) : Random.Shared.Next();
        output.WriteLine($"RIVER_TEST_SEED={seed}");
        var random = new Random(seed);
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        var start = new DateTimeOffset(2026, 3, 28, 23, 59, 30, TimeSpan.Zero);
        var time = new FakeTimeProvider(start);
        Enqueuer[] enqueuers = [.. Enumerable.Range(0, 3).Select(number => new Enqueuer(database, time, seed + number))];
        try
        {
            enqueuers[0].Start();
            await time.WaitForTimersAsync(1, Token);
            var end = start.AddSeconds(Slots);
            var absent = 0;
            while (time.GetUtcNow() < end)
            {
                var chosen = enqueuers[random.Next(3)];
                if (!chosen.IsRunning && random.Next(3) == 0)
                    chosen.Start();
                else if (chosen.IsRunning && random.Next(4) == 0)
                    await chosen.StopAsync();

                var step = random.Next(100, 5_000);
                if (!enqueuers.Any(enqueuer => enqueuer.IsRunning) && (absent += step) > LongestAbsenceSeconds * 1_000 - 10_000)
                    chosen.Start();
                time.AdvanceTo(Earlier(time.GetUtcNow().AddMilliseconds(step), end));
                // Whoever runs sleeps once everything due is taken. Those that race stay awake together.
                if (enqueuers.Any(enqueuer => enqueuer.IsRunning))
                {
                    absent = 0;
                    if (random.Next(2) == 0)
                        await SettledAsync();
                }
            }

            // On to where the last slot is taken: a fault on the way may have put it off.
            enqueuers[0].Start();
            for (var second = 0; second < 120 && await LastAsync(enqueuers[0]) < end; second++)
            {
                time.Advance(TimeSpan.FromSeconds(1));
                await SettledAsync();
            }
        }
        finally
        {
            foreach (var enqueuer in enqueuers)
                await enqueuer.DisposeAsync();
        }

        var rows = (await RowsAsync(database)).Where(row => row.ScheduledAt <= start.AddSeconds(Slots));
        var seconds = rows.ToLookup(Schedule);
        Assert.Equal(Enumerable.Range(1, Slots).Select(second => start.AddSeconds(second)), Times("second"));
        // Over midnight and London's change to summer time, each minute once.
        Assert.Equal(Enumerable.Range(0, 17).Select(minute => start.AddSeconds(30).AddMinutes(minute)), Times("minute"));
        Assert.Equal([start], Times("yearly"));
        var fives = Times("five");
        Assert.NotEmpty(fives);
        Assert.Equal(fives.Count, fives.Distinct().Count());
        Assert.All(fives, slot => Assert.Equal(0, slot.Second % 5));

        IReadOnlyList<DateTimeOffset> Times(string id) => [.. seconds[id].Select(row => row.ScheduledAt).Order()];

        Task SettledAsync() => time.WaitForTimersAsync(enqueuers.Count(enqueuer => enqueuer.IsRunning), Token);
    }

    private static async Task<DateTimeOffset?> LastAsync(Enqueuer enqueuer) =>
        (await enqueuer.Store.Schedules.DeclareAsync(["second"], Token))[0].LastSlot;

    private static DateTimeOffset Earlier(DateTimeOffset one, DateTimeOffset other) => one < other ? one : other;

    private static string Schedule(JobRow row) => row.ReadMetadata().GetProperty("river:periodic_job_id").GetString()!;

    private static async Task<List<JobRow>> RowsAsync(TestDatabase database)
    {
        await using var store = database.Open(new RiverOptions());
        await store.OpenAsync(Token);
        var rows = new List<JobRow>();
        IReadOnlyList<JobRow> page;
        do
        {
            page = await store.Jobs.ListAsync(new JobFilter { AfterId = rows.LastOrDefault()?.Id ?? 0, Limit = 1_000 }, transaction: null, Token);
            rows.AddRange(page);
        }
        while (page.Count > 0);
        return rows;
    }

    /// <summary>What one process would run, alone with its own store.</summary>
    private sealed class Enqueuer : IAsyncDisposable
    {
        private readonly FakeTimeProvider _time;
        private readonly Randomness _randomness;
        private readonly ScheduleTable _table;
        private readonly PeriodicEnqueuer _enqueuer;
        private CancellationTokenSource? _stop;
        private Task _loop = Task.CompletedTask;

        public Enqueuer(TestDatabase database, FakeTimeProvider time, int seed)
        {
            _time = time;
            Store = database.Open(new RiverOptions());
            Store.Clock = time.GetUtcNow;
            _randomness = new Randomness(seed);
            var registry = new JobRegistry();
            registry.Add(new JobManifest("race")
            {
                Queues = [new QueueDeclaration("default")],
                Schedules =
                [
                    Schedule("second", "* * * * * *", new() { Misfire = Misfire.All, MisfireLimit = 2 * LongestAbsenceSeconds }),
                    Schedule("five", "*/5 * * * * *", new()),
                    Schedule("minute", "* * * * *", new() { TimeZone = "Europe/London" }),
                    Schedule("yearly", "@yearly", new() { RunOnStart = true }),
                ],
            });
            _table = new ScheduleTable(registry, time);
            _enqueuer = new PeriodicEnqueuer(
                Store,
                _table,
                new Inserter(new DeclaredQueues(registry), () => new RiverOptions(), time),
                new NoNudge(),
                new StatementLimit(TimeSpan.FromSeconds(30)),
                time,
                _randomness,
                NullLogger.Instance);
        }

        public JobStore Store { get; }

        public bool IsRunning => _stop is not null;

        public void Start()
        {
            if (IsRunning)
                return;
            _stop = new CancellationTokenSource();
            _enqueuer.Listening(arrives: true);
            _loop = new SupervisedLoop("periodic", _enqueuer.TurnAsync, _time, _randomness, NullLogger.Instance).RunAsync(_stop.Token);
        }

        /// <summary>Wherever it just is, also within the transaction that takes a slot.</summary>
        public async Task StopAsync()
        {
            if (_stop is null)
                return;
            await _stop.CancelAsync();
            await _loop;
            _stop.Dispose();
            _stop = null;
        }

        public async ValueTask DisposeAsync()
        {
            await StopAsync();
            await Store.DisposeAsync();
        }

        private static ScheduleRegistration Schedule(string id, string cron, ScheduleFacts facts) =>
            ScheduleRegistration.For(id, cron, static context => new Probe(context.Slot.Second), facts);
    }

    private sealed class NoNudge : IQueueNudge
    {
        public void Nudge(string queue)
        {
        }

        public void NudgeDue(TimeSpan delay)
        {
        }

        public void CancelRequested(long jobId)
        {
        }
    }
}
