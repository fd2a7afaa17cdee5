using River.Benchmarks.Bare;
using River.Benchmarks.Jobs;
using River.Benchmarks.Measuring;
using River.Benchmarks.Peers;

namespace River.Benchmarks.Rows;

/// <summary>A table full of no-op jobs, worked until every row is committed as completed.</summary>
internal static class BurnDown
{
    public static IReadOnlyList<Row> Rows { get; } =
    [
        new("burn-100", "burn-down, defaults, 100 workers", "≥ 20 × River Go (994/s)",
            River(workers: 100), Bare(1, 100), Bare(2, 100), Peer.GraphileWorker("burn"), Peer.RiverGo("burn-100", trial => trial.Jobs / 20)),
        new("burn-1000", "burn-down, 1,000 workers, otherwise defaults", "≥ 4 × River Go (9.8 k/s), ≥ 80 % of bare SQL",
            River(workers: 1_000), Bare(2, 1_000), Peer.RiverGo("burn-1000")),
        new("burn-tuned", "burn-down, tuned", "≥ 1.5 × River Go tuned (26.9 k/s), ≥ 1.25 × graphile-worker, ≥ 85 % of bare SQL",
            River(workers: 5_000), Bare(2, 2_000), Peer.GraphileWorker("burn"), Peer.PgBoss("burn"), Peer.RiverGo("burn-tuned")),
    ];

    private static Contender River(int workers) => new($"River .NET, {workers:N0} workers", Role.River, trial => WorkAsync(trial, workers));

    private static Contender Bare(int connections, int batch) => new(
        $"bare SQL, {batch:N0} a claim, {(connections == 1 ? "one connection" : "two connections")}",
        Role.Ceiling,
        async trial =>
        {
            await using var database = await trial.CreateDatabaseAsync();
            await database.SeedAsync(trial.Jobs);
            await database.SettleAsync(trial.Analyze);
            var usage = Usage.Begin(trial.Server);
            await using (var source = database.CreateBareSource())
                await BareBurnDown.RunAsync(source, connections, batch, trial.Stop);
            var elapsed = usage.Elapsed;
            var figures = new List<Figure> { Rate(trial, elapsed) };
            figures.AddRange(usage.PerJob(trial.Jobs));
            await CheckAsync(database, trial.Jobs);
            return new Sample(figures);
        });

    private static async Task<Sample> WorkAsync(Trial trial, int workers)
    {
        await using var database = await trial.CreateDatabaseAsync();
        await database.SeedAsync(trial.Jobs);
        await database.SettleAsync(trial.Analyze);
        var tally = new Tally(trial.Jobs);
        using var types = trial is { Options.Types: true, IsWarmUp: false } ? new AllocatedTypes() : null;
        var usage = Usage.Begin(trial.Server);
        using var host = await Clients.StartWorkingAsync(database.ConnectionString, river => river.Work("default", workers), tally);
        var started = usage.Elapsed;
        await tally.All.WaitAsync(TimeSpan.FromMinutes(10), trial.Stop);
        var figures = usage.PerJob(trial.Jobs, allocations: true).ToList();
        var elapsed = await database.UntilAsync(() => usage.Elapsed, "SELECT count(*) FROM river_job WHERE state = 'completed'", trial.Jobs, trial.Stop);
        figures.Insert(0, Rate(trial, elapsed));
        figures.Add(new Figure("start", started.TotalMilliseconds, "ms"));
        await host.StopAsync();
        foreach (var line in types?.PerJob(trial.Jobs) ?? [])
            Console.WriteLine(line);
        await CheckAsync(database, trial.Jobs);
        return new Sample(figures);
    }

    private static Figure Rate(Trial trial, TimeSpan elapsed) => new("rate", trial.Jobs / elapsed.TotalSeconds, "jobs/s", Better.Higher);

    private static async Task CheckAsync(Server.BenchDatabase database, int jobs)
    {
        var right = await database.ReadAsync<long>("SELECT count(*) FROM river_job WHERE state = 'completed' AND attempt = 1 AND finalized_at IS NOT NULL");
        if (right != jobs)
            throw new InvalidOperationException($"{right:N0} of {jobs:N0} jobs were completed in their first attempt.");
    }
}
