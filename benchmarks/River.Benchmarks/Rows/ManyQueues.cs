using River.Benchmarks.Bare;
using River.Benchmarks.Jobs;
using River.Benchmarks.Measuring;
using River.Benchmarks.Peers;

namespace River.Benchmarks.Rows;

/// <summary>Jobs spread over 1,800 queues of one worker each.</summary>
internal static class ManyQueues
{
    public const int Queues = 1_800;

    public static IReadOnlyList<Row> Rows { get; } =
    [
        new("queues-1800", "1,800 queues, 100 jobs each, 1 worker each", "≥ 30 k/s; start ≤ 1 s (River Go 3,032/s; 48 s)",
            new Contender("River .NET", Role.River, RiverAsync), new Contender("bare SQL, 1 of each queue a claim, two connections", Role.Ceiling, BareAsync),
            Peer.RiverGo("queues-1800", trial => Math.Max(Queues, Jobs(trial) / 10))),
    ];

    public static string QueueName(int number) => $"q_{number % Queues}";

    private static int Jobs(Trial trial) => Math.Max(Queues, trial.Jobs * 9 / 10 / Queues * Queues);

    private static async Task<Sample> RiverAsync(Trial trial)
    {
        await using var database = await trial.CreateDatabaseAsync();
        var jobs = Jobs(trial);
        await database.SeedAsync(jobs, QueueName);
        await database.SettleAsync(trial.Analyze);
        var tally = new Tally(jobs);
        var usage = Usage.Begin(trial.Server);
        using var host = await Clients.StartWorkingAsync(
            database.ConnectionString,
            river =>
            {
                for (var number = 0; number < Queues; number++)
                    river.Work(QueueName(number), maxWorkers: 1);
            },
            tally);
        var started = usage.Elapsed;
        await tally.All.WaitAsync(TimeSpan.FromMinutes(10), trial.Stop);
        var costs = usage.PerJob(jobs, allocations: true).ToArray();
        var elapsed = await database.UntilAsync(() => usage.Elapsed, "SELECT count(*) FROM river_job WHERE state = 'completed'", jobs, trial.Stop);
        await host.StopAsync();
        return new Sample([new Figure("rate", jobs / elapsed.TotalSeconds, "jobs/s", Better.Higher), new Figure("start", started.TotalMilliseconds, "ms"), .. costs]);
    }

    private static async Task<Sample> BareAsync(Trial trial)
    {
        await using var database = await trial.CreateDatabaseAsync();
        var jobs = Jobs(trial);
        await database.SeedAsync(jobs, QueueName);
        await database.SettleAsync(trial.Analyze);
        var usage = Usage.Begin(trial.Server);
        await using var source = database.CreateBareSource();
        await BareBurnDown.RunAsync(source, 2, [.. Enumerable.Range(0, Queues).Select(QueueName)], [.. Enumerable.Repeat(1, Queues)], trial.Stop);
        return new Sample([new Figure("rate", jobs / usage.Elapsed.TotalSeconds, "jobs/s", Better.Higher), .. usage.PerJob(jobs)]);
    }
}
