using River.Benchmarks.Bare;
using River.Benchmarks.Jobs;
using River.Benchmarks.Measuring;
using River.Benchmarks.Peers;

namespace River.Benchmarks.Rows;

/// <summary>Few workers and short jobs: what counts is how soon a free slot has its next job.</summary>
internal static class FewWorkers
{
    private const int Workers = 4;

    public static IReadOnlyList<Row> Rows { get; } =
    [
        new("workers-4", "4 workers, 1 ms jobs, defaults", "≥ 3,000/s (River Go 40/s; 4,000/s if nothing else took time)",
            new Contender("River .NET", Role.River, WorkAsync),
            Bare("bare SQL, one connection claims", 1), Bare("bare SQL, two connections claim", 2), Peer.RiverGo("workers-4", _ => 400)),
    ];

    private static Contender Bare(string name, int claimers) => new(name, Role.Ceiling, async trial =>
    {
        await using var database = await trial.CreateDatabaseAsync();
        var jobs = Jobs(trial);
        await database.SeedAsync(jobs, kind: "brief");
        await database.SettleAsync(trial.Analyze);
        using var millisecond = new Millisecond();
        await using var source = database.CreateBareSource();
        var usage = Usage.Begin(trial.Server);
        await using var bare = await BareFewWorkers.OpenAsync(source, claimers, millisecond, trial.Stop);
        await bare.RunAsync(Workers, jobs);
        return new Sample(
        [
            .. Rate(jobs, usage.Elapsed, millisecond.Mean),
            .. usage.PerJob(jobs),
            new Figure("jobs a claim", (double)jobs / bare.Claims, ""),
            new Figure("jobs a completion", (double)jobs / bare.Completions, ""),
        ]);
    });

    private static int Jobs(Trial trial) => Math.Min(trial.Jobs / 5, 40_000);

    private static IEnumerable<Figure> Rate(int jobs, TimeSpan elapsed, TimeSpan mean) =>
    [
        new("rate", jobs / elapsed.TotalSeconds, "jobs/s", Better.Higher),
        new("of the ideal", jobs / elapsed.TotalSeconds / (Workers / mean.TotalSeconds) * 100, "%", Better.Higher),
        new("a job takes", mean.TotalMilliseconds, "ms"),
    ];

    private static async Task<Sample> WorkAsync(Trial trial)
    {
        await using var database = await trial.CreateDatabaseAsync();
        var jobs = Jobs(trial);
        await database.SeedAsync(jobs, kind: "brief");
        await database.SettleAsync(trial.Analyze);
        var tally = new Tally(jobs);
        using var millisecond = new Millisecond();
        var usage = Usage.Begin(trial.Server);
        using var host = await Clients.StartWorkingAsync(database.ConnectionString, river => river.Work("default", Workers), tally, millisecond);
        var started = usage.Elapsed;
        await tally.All.WaitAsync(TimeSpan.FromMinutes(10), trial.Stop);
        var costs = usage.PerJob(jobs).ToArray();
        var elapsed = await database.UntilAsync(() => usage.Elapsed, "SELECT count(*) FROM river_job WHERE state = 'completed'", jobs, trial.Stop);
        await host.StopAsync();
        return new Sample(
        [
            .. Rate(jobs, elapsed, millisecond.Mean),
            .. costs,
            new Figure("start", started.TotalMilliseconds, "ms"),
        ]);
    }
}
