using Npgsql;
using River.Benchmarks.Bare;
using River.Benchmarks.Jobs;
using River.Benchmarks.Measuring;
using River.Benchmarks.Peers;
using River.Benchmarks.Server;

namespace River.Benchmarks.Rows;

/// <summary>What a job costs in WAL, and what the migrator's options for the table change.</summary>
internal static class Tables
{
    private const int Workers = 1_000;

    public static IReadOnlyList<Row> Rows { get; } =
    [
        new("wal", "WAL per job, claim to completed", "≤ River Go (2.1 KB)",
            Walked("River .NET", Role.River, RiverIndexes.Full, WorkAsync), Walked("bare SQL", Role.Ceiling, RiverIndexes.Full, BareAsync), Peer.RiverGo("wal")),
        new("wal-lean", "the same with lean indexes", "≤ 1.2 KB",
            Walked("River .NET", Role.River, RiverIndexes.Lean, WorkAsync), Walked("bare SQL", Role.Ceiling, RiverIndexes.Lean, BareAsync),
            Walked("River .NET, busy table settings too", Role.River, RiverIndexes.Lean, WorkAsync, RiverTableSettings.Busy)),
        new("table-settings", "produce and work at once, with the migrator's options", "which of them pay",
            With("River .NET", new RiverMigratorOptions()),
            With("River .NET, busy table settings", new RiverMigratorOptions { TableSettings = RiverTableSettings.Busy }),
            With("River .NET, lean indexes", new RiverMigratorOptions { Indexes = RiverIndexes.Lean }),
            With("River .NET, both", new RiverMigratorOptions { Indexes = RiverIndexes.Lean, TableSettings = RiverTableSettings.Busy })),
    ];

    private static Contender Walked(string name, Role role, RiverIndexes indexes, Func<Trial, BenchDatabase, Task> work, RiverTableSettings? settings = null) => new(name, role, async trial =>
    {
        await using var database = await trial.CreateDatabaseAsync();
        await TuneAsync(database, new RiverMigratorOptions { Indexes = indexes, TableSettings = settings });
        var before = await PositionAsync(database);
        await database.SeedAsync(trial.Jobs);
        var seeded = await PositionAsync(database);

        // No checkpoint: the images of pages that follow one depend on when it came.
        await database.SettleAsync(trial.Analyze, checkpoint: false);
        var (from, images) = (await PositionAsync(database), await ImagesAsync(database));
        var usage = Usage.Begin(trial.Server);
        await work(trial, database);
        var elapsed = usage.Elapsed;
        var to = await PositionAsync(database);
        return new Sample(
            new Figure("claim to completed", (double)(to - from) / trial.Jobs / 1_000, "KB/job"),
            new Figure("insert (COPY)", (double)(seeded - before) / trial.Jobs / 1_000, "KB/job"),
            new Figure("page images", (double)(await ImagesAsync(database) - images) / trial.Jobs, "per job"),
            new Figure("rate", trial.Jobs / elapsed.TotalSeconds, "jobs/s", Better.Higher));
    });

    private static async Task WorkAsync(Trial trial, BenchDatabase database)
    {
        var tally = new Tally(trial.Jobs);
        using var host = await Clients.StartWorkingAsync(database.ConnectionString, river => river.Work("default", Workers), tally);
        await tally.All.WaitAsync(TimeSpan.FromMinutes(10), trial.Stop);
        await database.UntilAsync(() => TimeSpan.Zero, "SELECT count(*) FROM river_job WHERE state = 'completed'", trial.Jobs, trial.Stop);
        await host.StopAsync();
    }

    private static async Task BareAsync(Trial trial, BenchDatabase database)
    {
        await using var source = database.CreateBareSource();
        await BareBurnDown.RunAsync(source, 2, Workers, trial.Stop);
    }

    private static Contender With(string name, RiverMigratorOptions options) => new(name, Role.River, async trial =>
    {
        await using var database = await trial.CreateDatabaseAsync();
        await TuneAsync(database, options);
        return await Producing.RunAsync(trial, database, watched: true);
    })
    {
        WarmsUp = false,
    };

    private static async Task TuneAsync(BenchDatabase database, RiverMigratorOptions options)
    {
        await using var migrator = new RiverMigrator(database.ConnectionString, options);
        await migrator.MigrateUpAsync();
        NpgsqlConnection.ClearAllPools();
    }

    private static Task<long> PositionAsync(BenchDatabase database) => database.ReadAsync<long>("SELECT (pg_current_wal_insert_lsn() - '0/0')::bigint");

    private static Task<long> ImagesAsync(BenchDatabase database) => database.ReadAsync<long>("SELECT wal_fpi FROM pg_stat_wal");
}
