using System.Diagnostics;
using River.Benchmarks.Bare;
using River.Benchmarks.Jobs;
using River.Benchmarks.Measuring;
using River.Benchmarks.Peers;

namespace River.Benchmarks.Rows;

/// <summary>From the call that enqueues to the worker's first line, with nothing else to do.</summary>
internal static class Latency
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(150);

    /// <summary>The first jobs of a process are slower until its methods are compiled for good; they aren't counted, of nobody.</summary>
    private static readonly TimeSpan WarmUpPause = TimeSpan.FromMilliseconds(50);
    private const int WarmUpPings = 60;
    private const int WarmUpPingsBack = 2_000;

    public static IReadOnlyList<Row> Rows { get; } =
    [
        new("latency", "enqueue → worker entered, idle, one every 150 ms", "p50 and p99 ≤ 1.2 × bare; ahead of River Go (2.6 / 97 ms) and pg-boss (3.0 / 5.5 ms)",
            River("River .NET", Pause, elsewhere: false), River("River .NET, enqueued by another client", Pause, elsewhere: true), Bare(Pause),
            Peer.PgBoss("latency", trial => Pings(trial, Pause)), Peer.GraphileWorker("latency", trial => Pings(trial, Pause)), Peer.RiverGo("latency", trial => Pings(trial, Pause))),
        new("latency-back", "enqueue → worker entered, back to back", "p50 and p99 ≤ 1.2 × bare; ahead of River Go (101 / 977 ms)",
            River("River .NET", TimeSpan.Zero, elsewhere: false), River("River .NET, enqueued by another client", TimeSpan.Zero, elsewhere: true), Bare(TimeSpan.Zero), Bare(TimeSpan.Zero, completesBeside: true),
            Peer.PgBoss("latency-back", trial => Pings(trial, TimeSpan.Zero) / 40), Peer.GraphileWorker("latency-back", trial => Pings(trial, TimeSpan.Zero) / 40), Peer.RiverGo("latency-back", trial => Pings(trial, TimeSpan.Zero) / 40)),
    ];

    /// <summary>How many jobs: 266 in 40 seconds, or 12,000 back to back. Of fewer the 99th percentile would be one of the two worst.</summary>
    public static int Pings(Trial trial, TimeSpan pause) => (trial.IsWarmUp, pause > TimeSpan.Zero) switch
    {
        (true, true) => WarmUpPings,
        (true, false) => WarmUpPingsBack,
        (false, true) => Math.Max(5, (int)(trial.Duration * 4 / 3 / pause)),
        (false, false) => Math.Max(20, (int)(trial.Duration.TotalSeconds * 400)),
    };

    private static TimeSpan PauseOf(Trial trial, TimeSpan pause) => trial.IsWarmUp && pause > TimeSpan.Zero ? WarmUpPause : pause;

    private static Contender River(string name, TimeSpan pause, bool elsewhere) => new(name, Role.River, async trial =>
    {
        await using var database = await trial.CreateDatabaseAsync();
        var pings = Pings(trial, pause);
        var arrivals = new Arrivals(pings + 1);
        using var host = await Clients.StartWorkingAsync(database.ConnectionString, _ => { }, arrivals);
        using var other = elsewhere ? await Clients.StartInsertingAsync(database) : null;
        var client = (other ?? host).JobClient();

        // The first one opens connections and prepares statements.
        await client.EnqueueAsync(new Ping(pings));
        await arrivals.Of(pings).WaitAsync(TimeSpan.FromSeconds(30), trial.Stop);
        await database.SettleAsync(analyze: false);
        await Task.Delay(trial.IsWarmUp ? 100 : 2_000, trial.Stop);
        var sample = await MeasureAsync(pings, PauseOf(trial, pause), async number =>
        {
            await client.EnqueueAsync(new Ping(number), cancellationToken: trial.Stop);
            return await arrivals.Of(number).WaitAsync(TimeSpan.FromSeconds(30), trial.Stop);
        });
        await (other?.StopAsync() ?? Task.CompletedTask);
        await host.StopAsync();
        return sample;
    });

    private static Contender Bare(TimeSpan pause, bool completesBeside = false) => new("bare insert → notify → claim" + (completesBeside ? ", completing beside the next insert" : ""), Role.Ceiling, async trial =>
    {
        await using var database = await trial.CreateDatabaseAsync();
        await using var source = database.CreateBareSource();
        await using var bare = await BareLatency.StartAsync(source, database.ConnectionString, completesBeside);
        await bare.PingAsync(0, trial.Stop);
        await database.SettleAsync(analyze: false);
        await Task.Delay(trial.IsWarmUp ? 100 : 2_000, trial.Stop);
        return await MeasureAsync(Pings(trial, pause), PauseOf(trial, pause), number => bare.PingAsync(number, trial.Stop));
    });

    private static async Task<Sample> MeasureAsync(int pings, TimeSpan pause, Func<int, Task<long>> ping)
    {
        var times = new long[pings];
        for (var number = 0; number < pings; number++)
        {
            var began = Stopwatch.GetTimestamp();
            times[number] = await ping(number) - began;
            if (pause > TimeSpan.Zero)
                await Task.Delay(pause);
        }

        return Percentiles.Of(times);
    }
}
