using Microsoft.Extensions.Hosting;
using River.Benchmarks.Bare;
using River.Benchmarks.Jobs;
using River.Benchmarks.Measuring;
using River.Benchmarks.Peers;
using River.Benchmarks.Server;

namespace River.Benchmarks.Rows;

/// <summary>Jobs written by a client that only enqueues.</summary>
internal static class Enqueueing
{
    public static IReadOnlyList<Row> Rows { get; } =
    [
        new("enqueue-1", "enqueue one at a time, 1 caller", "≥ 85 % of bare INSERT + notify (River Go 1,605/s)",
            [.. OneByOne(1, "bare INSERT + notify, 1 connection"), Peer.GraphileWorker("enqueue-1"), Peer.PgBoss("enqueue-1"), Peer.RiverGo("enqueue-1")]),
        new("enqueue-16", "enqueue one at a time, 16 callers", "≥ 3 × River Go (4,994/s)",
            [.. OneByOne(16, "bare INSERT + notify, 16 connections"), Peer.GraphileWorker("enqueue-16"), Peer.RiverGo("enqueue-16")]),
        new("enqueue-1000", "enqueue 1,000 per call", "≥ 85 % of bare SQL, ahead of graphile-worker",
        [
            .. new Turns(1, 1_000, River(EnqueueMany), Bare("bare INSERT … unnest", (bare, from, stop) => bare.InsertAsync(from, 1_000, stop)),
                Bare("bare INSERT … unnest, kind and queue once", (bare, from, stop) => bare.InsertAlikeAsync(from, 1_000, stop))).Contenders,
            Peer.GraphileWorker("enqueue-1000"), Peer.PgBoss("enqueue-1000"), Peer.RiverGo("enqueue-1000"),
        ]),
        new("copy-1", "bulk COPY, 10,000 per call, 1 caller", "≥ 85 % of bare SQL, ≥ 1.3 × River Go (91.7 k/s)",
            [.. new Turns(1, 10_000, River(Copy), Bare("bare COPY, 1 connection", Copy)).Contenders, Peer.PgBoss("copy"), Peer.RiverGo("copy")]),
        new("copy-2", "bulk COPY, 10,000 per call, 2 callers", "≥ 85 % of bare SQL, ≥ 1.3 × River Go (104.7 k/s)",
            [.. new Turns(2, 10_000, River(Copy), Bare("bare COPY, 2 connections", Copy)).Contenders]),
    ];

    private static Task EnqueueMany(IJobClient client, int from) => client.EnqueueManyAsync(Enumerable.Range(from, 1_000).Select(number => new NoOp(number)));

    private static Task Copy(IJobClient client, int from) => client.EnqueueBulkAsync(Enumerable.Range(from, 10_000).Select(number => JobRequest.For(new NoOp(number))));

    private static Task Copy(BareInserts bare, int from, CancellationToken stop) => bare.CopyAsync(from, 10_000, stop);

    private static IEnumerable<Contender> OneByOne(int callers, string ceiling) => new Turns(
        callers,
        1,
        River((client, from) => client.EnqueueAsync(new NoOp(from))),
        Bare(ceiling, source => BareInserter.OpenAsync(source), (bare, from, stop) => bare.InsertAsync(from, stop))).Contenders;

    private static Turns.Side River(Func<IJobClient, int, Task> enqueue) => new("River .NET", Role.River, async (trial, _) =>
    {
        var database = await trial.CreateDatabaseAsync();
        var host = await Clients.StartInsertingAsync(database);
        await enqueue(host.JobClient(), 0);
        await database.SettleAsync(analyze: false);
        return new RiverCalls(database, host, enqueue);
    });

    private static Turns.Side Bare(string name, Func<BareInserts, int, CancellationToken, Task> insert) => Bare(name, BareInserts.OpenAsync, insert);

    private static Turns.Side Bare<T>(string name, Func<Npgsql.NpgsqlDataSource, Task<T>> open, Func<T, int, CancellationToken, Task> insert)
        where T : IAsyncDisposable => new(name, Role.Ceiling, async (trial, callers) =>
    {
        var database = await trial.CreateDatabaseAsync();
        var source = database.CreateBareSource();
        var connections = new T[callers];
        for (var i = 0; i < callers; i++)
            connections[i] = await open(source);
        await insert(connections[0], 0, trial.Stop);
        await database.SettleAsync(analyze: false);
        return new BareCalls<T>(database, source, connections, (bare, from) => insert(bare, from, trial.Stop));
    });

    private sealed class RiverCalls(BenchDatabase database, IHost host, Func<IJobClient, int, Task> enqueue) : Turns.ICalls
    {
        private readonly IJobClient _client = host.JobClient();

        public Task CallAsync(int caller, int from) => enqueue(_client, from);

        public async ValueTask DisposeAsync()
        {
            await host.StopAsync();
            host.Dispose();
            await database.DisposeAsync();
        }
    }

    private sealed class BareCalls<T>(BenchDatabase database, Npgsql.NpgsqlDataSource source, T[] connections, Func<T, int, Task> insert) : Turns.ICalls
        where T : IAsyncDisposable
    {
        public Task CallAsync(int caller, int from) => insert(connections[caller], from);

        public async ValueTask DisposeAsync()
        {
            foreach (var connection in connections)
                await connection.DisposeAsync();
            await source.DisposeAsync();
            await database.DisposeAsync();
        }
    }
}
