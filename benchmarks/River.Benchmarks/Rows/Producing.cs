using System.Diagnostics;
using River.Benchmarks.Bare;
using River.Benchmarks.Jobs;
using River.Benchmarks.Measuring;
using River.Benchmarks.Peers;
using River.Benchmarks.Server;

namespace River.Benchmarks.Rows;

/// <summary>One process that enqueues 1,000 a call, while fewer than 20,000 wait, and works at the same time.</summary>
internal static class Producing
{
    private const int Each = 1_000;
    private const int MostWaiting = 20_000;
    private const int Workers = 1_000;

    public static IReadOnlyList<Row> Rows { get; } =
    [
        new("produce", "produce and work at once", "≥ 2 × River Go (10.0 k/s)",
            new Contender("River .NET", Role.River, async trial =>
            {
                await using var database = await trial.CreateDatabaseAsync();
                return await RunAsync(trial, database);
            }),
            new Contender("bare SQL, three connections", Role.Ceiling, BareAsync),
            Peer.GraphileWorker("produce"),
            Peer.RiverGo("produce")),
    ];

    /// <summary>The load on a given table; the rate is of completions committed in time.</summary>
    /// <param name="trial">How long.</param>
    /// <param name="database">Where.</param>
    /// <param name="offered">Jobs a second to enqueue whether or not they are worked; null for as many as are worked.</param>
    /// <param name="watched">Whether to look at the table every two seconds.</param>
    public static async Task<Sample> RunAsync(Trial trial, BenchDatabase database, double? offered = null, bool watched = false)
    {
        var finishedBefore = await database.ReadAsync<long>("SELECT count(*) FROM river_job WHERE state = 'completed'");
        var tally = new Tally(long.MaxValue);
        using var host = await Clients.StartWorkingAsync(database.ConnectionString, river => river.Work("default", Workers), tally);
        var client = host.JobClient();
        await database.SettleAsync(analyze: false);
        var usage = Usage.Begin(trial.Server);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(trial.Stop);
        var course = watched ? Course.WatchAsync(database, () => tally.Done, usage, over.Token) : Task.FromResult<IReadOnlyList<Moment>>([]);
        var produced = 0;
        while (usage.Elapsed < trial.Duration)
        {
            if (offered is null ? produced - tally.Done >= MostWaiting : produced >= offered * usage.Elapsed.TotalSeconds)
            {
                await Task.Delay(1, trial.Stop);
                continue;
            }

            await client.EnqueueManyAsync(Enumerable.Range(produced, Each).Select(number => new NoOp(number)), cancellationToken: trial.Stop);
            produced += Each;
        }

        var elapsed = usage.Elapsed;
        var completed = await database.ReadAsync<long>("SELECT count(*) FROM river_job WHERE state = 'completed'") - finishedBefore;
        var figures = new List<Figure> { new("rate", completed / elapsed.TotalSeconds, "jobs/s", Better.Higher) };
        figures.AddRange(usage.PerJob(completed, allocations: true));
        if (offered is not null)
        {
            var drained = Stopwatch.StartNew();
            figures.Add(new Figure("left over", produced - completed, "jobs"));
            while (tally.Done < produced && drained.Elapsed < TimeSpan.FromMinutes(2))
                await Task.Delay(5, trial.Stop);
            figures.Add(new Figure("drained at", (produced - completed) / drained.Elapsed.TotalSeconds, "jobs/s", Better.Higher));
        }

        await over.CancelAsync();
        var moments = await course;
        await host.StopAsync();
        if (moments is [.., var last])
            figures.AddRange([new Figure("dead rows at the end", last.DeadRows, ""), new Figure("table at the end", last.TableMegabytes, "MB")]);
        return new Sample(figures) { Course = moments };
    }

    private static async Task<Sample> BareAsync(Trial trial)
    {
        await using var database = await trial.CreateDatabaseAsync();
        await using var source = database.CreateBareSource();
        await database.SettleAsync(analyze: false);
        var usage = Usage.Begin(trial.Server);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(trial.Stop);
        var (produced, completed) = (0, 0);
        using var told = new SemaphoreSlim(0);
        var working = BareBurnDown.RunAsync(source, 2, ["default"], [Each], over.Token, long.MaxValue, count => Interlocked.Add(ref completed, count), told);
        await using (var bare = await BareInserts.OpenAsync(source))
        {
            while (usage.Elapsed < trial.Duration)
            {
                if (produced - Volatile.Read(ref completed) >= MostWaiting)
                {
                    await Task.Delay(1, trial.Stop);
                    continue;
                }

                await bare.InsertAsync(produced, Each, trial.Stop);
                told.Release();
                produced += Each;
            }
        }

        var sample = new Sample([new Figure("rate", completed / usage.Elapsed.TotalSeconds, "jobs/s", Better.Higher), .. usage.PerJob(completed)]);
        await over.CancelAsync();
        try
        {
            await working;
        }
        catch (OperationCanceledException) when (!trial.Stop.IsCancellationRequested)
        {
            // It works until it is told that the time is up.
        }

        return sample;
    }
}
