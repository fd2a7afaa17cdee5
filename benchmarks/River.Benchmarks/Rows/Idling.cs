using System.Diagnostics;
using Npgsql;
using River.Benchmarks.Jobs;
using River.Benchmarks.Measuring;
using River.Benchmarks.Peers;
using River.Benchmarks.Server;

namespace River.Benchmarks.Rows;

/// <summary>A client in a process of its own: without work, and after a million jobs.</summary>
internal static class Idling
{
    private const int Slices = 10;

    public static IReadOnlyList<Row> Rows { get; } =
    [
        new("idle-1800", "1,800 queues idle", "≤ 2 transactions/s, ≤ 1 % of a core (River Go 1,720; 32 % and 21 % in the server)",
            Idle("River .NET", Role.River, ManyQueues.Queues), Idle("River .NET, compiled once", Role.River, ManyQueues.Queues, compilesOnce: true), Peer.RiverGo("idle-1800")),
        new("idle-1", "one idle client", "≤ 2 transactions/s; memory reported (River Go 2; 13 MB)",
            Idle("River .NET", Role.River, 1), Idle("River .NET, compiled once", Role.River, 1, compilesOnce: true), Idle("a .NET host that does nothing", Role.Ceiling, 0), Peer.RiverGo("idle-1")),
        new("memory", "memory over a million jobs", "no growth", new Contender("River .NET", Role.River, GrowAsync) { WarmsUp = false, MostRepeats = 1 }),
    ];

    /// <summary>Three looks at one client, each a third of the time; all but the first second of its life.</summary>
    private static Contender Idle(string name, Role role, int queues, bool compilesOnce = false) => new(name, role, async Task<IReadOnlyList<Sample>> (trial) =>
    {
        await using var database = await trial.CreateDatabaseAsync();
        await database.ExecuteAsync("VACUUM (ANALYZE)");
        await using var client = await ChildClient.StartAsync(database, queues, workers: 10, compilesOnce);

        // Or what the start cost would be counted: an idle session reports after ten seconds.
        await Task.Delay(TimeSpan.FromSeconds(trial.Options.Smoke ? 0 : 12), trial.Stop);
        var samples = new List<Sample>();
        for (var look = 0; look < 3; look++)
        {
            var (before, transactions, server, watch) = (await client.LookAsync(), await TransactionsAsync(trial.Server, database), trial.Server.ProcessorTime(), Stopwatch.StartNew());
            await Task.Delay(trial.Duration * (2 / 3.0), trial.Stop);
            var seconds = watch.Elapsed.TotalSeconds;
            var rate = (await TransactionsAsync(trial.Server, database) - transactions) / seconds;
            var after = await client.LookAsync();
            samples.Add(new Sample(
            [
                new Figure("transactions", rate, "per s"),
                new Figure("client CPU", (after.Processor - before.ProcessorAfter) / seconds * 100, "% of a core"),
                .. server is { } serverBefore && trial.Server.ProcessorTime() is { } serverAfter ? new[] { new Figure("server CPU", (serverAfter - serverBefore).TotalSeconds / seconds * 100, "% of a core") } : [],
                new Figure("resident", after.Resident, "MB"),
                new Figure("live objects", after.Heap, "MB"),
                new Figure("start", client.Start.TotalMilliseconds, "ms"),
            ]));
        }

        return samples;
    })
    {
        WarmsUp = false,
        MostRepeats = 1,
    };

    private static async Task<Sample> GrowAsync(Trial trial)
    {
        await using var database = await trial.CreateDatabaseAsync();
        await using var client = await ChildClient.StartAsync(database, queues: 1, workers: 1_000);
        await Task.Delay(TimeSpan.FromSeconds(2), trial.Stop);
        var idle = await client.LookAsync();
        var slice = trial.Jobs * 5 / Slices;
        var looks = new List<(double Resident, double Heap, double Processor, double ProcessorAfter, double Jobs)>();
        for (var number = 1; number <= Slices; number++)
        {
            await database.SeedAsync(slice);
            await database.ExecuteAsync("""SELECT pg_notify('public.river_insert', '{"queue": "default"}')""");
            await database.UntilAsync(() => TimeSpan.Zero, "SELECT count(*) FROM river_job WHERE state = 'completed'", (long)slice * number, trial.Stop);
            looks.Add(await client.LookAsync());
        }

        // From the second slice on: in the first, buffers grow to the size that the load needs.
        var growth = (looks[^1].Heap - looks[1].Heap) * 1e6 / (looks[^1].Jobs - looks[1].Jobs);
        return new Sample(
            new Figure("growth of live objects", growth, "B/job"),
            new Figure("live objects, idle", idle.Heap, "MB"),
            new Figure("live objects, at the end", looks[^1].Heap, "MB"),
            new Figure("resident, idle", idle.Resident, "MB"),
            new Figure("resident, after the second tenth", looks[1].Resident, "MB"),
            new Figure("resident, at the end", looks[^1].Resident, "MB"),
            new Figure("jobs", looks[^1].Jobs, ""));
    }

    private static async Task<long> TransactionsAsync(BenchServer server, BenchDatabase database)
    {
        // From another database, so that asking doesn't count.
        await using var connection = new NpgsqlConnection(server.AdminConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("SELECT xact_commit + xact_rollback FROM pg_stat_database WHERE datname = $1", connection);
        command.Parameters.Add(new NpgsqlParameter { Value = database.Name });
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
