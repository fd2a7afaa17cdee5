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
            new Contender("River .NET", Role.River, WorkAsync), Peer.RiverGo("workers-4", _ => 400)),
    ];

    private static async Task<Sample> WorkAsync(Trial trial)
    {
        await using var database = await trial.CreateDatabaseAsync();
        var jobs = Math.Min(trial.Jobs / 5, 40_000);
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
        var mean = millisecond.Mean;
        return new Sample(
        [
            new Figure("rate", jobs / elapsed.TotalSeconds, "jobs/s", Better.Higher),
            new Figure("of the ideal", jobs / elapsed.TotalSeconds / (Workers / mean.TotalSeconds) * 100, "%", Better.Higher),
            new Figure("a job takes", mean.TotalMilliseconds, "ms"),
            .. costs,
            new Figure("start", started.TotalMilliseconds, "ms"),
        ]);
    }
}
