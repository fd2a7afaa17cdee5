using River.Benchmarks.Bare;
using River.Benchmarks.Jobs;
using River.Benchmarks.Measuring;
using River.Benchmarks.Peers;

namespace River.Benchmarks.Rows;

/// <summary>Jobs written by a client that only enqueues.</summary>
internal static class Enqueueing
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    public static IReadOnlyList<Row> Rows { get; } =
    [
        new("enqueue-1", "enqueue one at a time, 1 caller", "≥ 85 % of bare INSERT + notify (River Go 1,605/s)",
            RiverOneByOne(callers: 1), BareOneByOne("bare INSERT + notify, 1 connection", callers: 1), Peer.GraphileWorker("enqueue-1"), Peer.PgBoss("enqueue-1"), Peer.RiverGo("enqueue-1")),
        new("enqueue-16", "enqueue one at a time, 16 callers", "≥ 3 × River Go (4,994/s)",
            RiverOneByOne(callers: 16), BareOneByOne("bare INSERT + notify, 16 connections", callers: 16), Peer.GraphileWorker("enqueue-16"), Peer.RiverGo("enqueue-16")),
        new("enqueue-1000", "enqueue 1,000 per call", "≥ 85 % of bare SQL, ahead of graphile-worker",
            River(1, 1_000, (client, from) => client.EnqueueManyAsync(Enumerable.Range(from, 1_000).Select(number => new NoOp(number)))),
            Bare("bare INSERT … unnest", 1, 1_000, (bare, from, stop) => bare.InsertAsync(from, 1_000, stop)),
            Peer.GraphileWorker("enqueue-1000"),
            Peer.PgBoss("enqueue-1000"),
            Peer.RiverGo("enqueue-1000")),
        new("copy-1", "bulk COPY, 10,000 per call, 1 caller", "≥ 85 % of bare SQL, ≥ 1.3 × River Go (91.7 k/s)",
            River(1, 10_000, Copy), Bare("bare COPY, 1 connection", 1, 10_000, Copy), Peer.PgBoss("copy"), Peer.RiverGo("copy")),
        new("copy-2", "bulk COPY, 10,000 per call, 2 callers", "≥ 85 % of bare SQL, ≥ 1.3 × River Go (104.7 k/s)",
            River(2, 10_000, Copy), Bare("bare COPY, 2 connections", 2, 10_000, Copy)),
    ];

    private static Task Copy(IJobClient client, int from) => client.EnqueueBulkAsync(Enumerable.Range(from, 10_000).Select(number => JobRequest.For(new NoOp(number))));

    private static Task Copy(BareInserts bare, int from, CancellationToken stop) => bare.CopyAsync(from, 10_000, stop);

    private static Contender RiverOneByOne(int callers) => River(callers, 1, (client, from) => client.EnqueueAsync(new NoOp(from)));

    private static Contender River(int callers, int each, Func<IJobClient, int, Task> enqueue) => new("River .NET", Role.River, async trial =>
    {
        await using var database = await trial.CreateDatabaseAsync();
        using var host = await Clients.StartInsertingAsync(database);
        var client = host.JobClient();
        await enqueue(client, 0);
        await database.SettleAsync(analyze: false);
        var sample = await CallAsync(trial, callers, each, async until =>
        {
            var calls = 0;
            for (; !until(); calls++)
                await enqueue(client, calls * each);
            return calls;
        });
        await host.StopAsync();
        return sample;
    });

    private static Contender BareOneByOne(string name, int callers) => new(name, Role.Ceiling, async trial =>
    {
        await using var database = await trial.CreateDatabaseAsync();
        await using var source = database.CreateBareSource();
        await database.SettleAsync(analyze: false);
        return await CallAsync(trial, callers, 1, async until =>
        {
            await using var insert = await BareInserter.OpenAsync(source);
            var calls = 0;
            for (; !until(); calls++)
                await insert.InsertAsync(calls, trial.Stop);
            return calls;
        });
    });

    private static Contender Bare(string name, int callers, int each, Func<BareInserts, int, CancellationToken, Task> insert) => new(name, Role.Ceiling, async trial =>
    {
        await using var database = await trial.CreateDatabaseAsync();
        await using var source = database.CreateBareSource();
        await database.SettleAsync(analyze: false);
        return await CallAsync(trial, callers, each, async until =>
        {
            await using var bare = await BareInserts.OpenAsync(source);
            var calls = 0;
            for (; !until(); calls++)
                await insert(bare, calls * each, trial.Stop);
            return calls;
        });
    });

    /// <summary>Several callers at once, each until the time is up.</summary>
    private static async Task<Sample> CallAsync(Trial trial, int callers, int each, Func<Func<bool>, Task<int>> call)
    {
        var limit = trial.Duration < Longest ? trial.Duration : Longest;
        var usage = Usage.Begin(trial.Server);
        var running = Enumerable.Range(0, callers).Select(_ => Task.Run(() => call(() => usage.Elapsed >= limit))).ToArray();
        var inserted = (await Task.WhenAll(running)).Sum() * each;
        var figures = new List<Figure> { new("rate", inserted / usage.Elapsed.TotalSeconds, "jobs/s", Better.Higher) };
        figures.AddRange(usage.PerJob(inserted, allocations: true));
        return new Sample(figures);
    }
}
