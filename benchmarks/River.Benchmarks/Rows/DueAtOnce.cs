using System.Diagnostics;
using Npgsql;
using River.Benchmarks.Bare;
using River.Benchmarks.Jobs;
using River.Benchmarks.Measuring;
using River.Benchmarks.Peers;
using River.Benchmarks.Server;

namespace River.Benchmarks.Rows;

/// <summary>Many scheduled jobs, written by another client, that become due at one instant while a leader with 1,000 workers waits.</summary>
internal static class DueAtOnce
{
    private const int Workers = 1_000;

    public static IReadOnlyList<Row> Rows { get; } =
    [
        new("due", "100,000 jobs due at one instant", "all done ≤ 4 s after it, first start ≤ 100 ms after due (River Go 16.0 s; 0.38 s)",
            new Contender("River .NET", Role.River, RiverAsync), new Contender("bare SQL, three connections", Role.Ceiling, BareAsync),
            Peer.RiverGo("due", trial => trial.Jobs / 2)),
    ];

    private static async Task<Sample> RiverAsync(Trial trial)
    {
        await using var database = await trial.CreateDatabaseAsync();
        var jobs = trial.Jobs / 2;
        var tally = new Tally(jobs);
        using var host = await Clients.StartWorkingAsync(database.ConnectionString, river => river.Work("default", Workers), tally);
        var began = Stopwatch.GetTimestamp();
        while (await host.JobClient().GetLeaderAsync() is null)
        {
            if (Stopwatch.GetElapsedTime(began) > TimeSpan.FromSeconds(30))
                throw new InvalidOperationException("No client leads after 30 seconds.");
            await Task.Delay(50, trial.Stop);
        }

        var due = await ScheduleAsync(trial, database, jobs);
        await tally.All.WaitAsync(TimeSpan.FromMinutes(5), trial.Stop);
        var all = await database.UntilAsync(() => Stopwatch.GetElapsedTime(due), "SELECT count(*) FROM river_job WHERE state = 'completed'", jobs, trial.Stop);
        await host.StopAsync();
        return new Sample(new Figure("all done", all.TotalSeconds, "s"), new Figure("first start", Stopwatch.GetElapsedTime(due, tally.FirstAt).TotalMilliseconds, "ms"));
    }

    private static async Task<Sample> BareAsync(Trial trial)
    {
        await using var database = await trial.CreateDatabaseAsync();
        var jobs = trial.Jobs / 2;
        await using var source = database.CreateBareSource();
        var due = await ScheduleAsync(trial, database, jobs);
        var firstAt = 0L;

        // A second ahead, so that connections are open and statements prepared.
        var wait = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), due) - TimeSpan.FromSeconds(1);
        await Task.Delay(wait > TimeSpan.Zero ? wait : TimeSpan.Zero, trial.Stop);
        var working = BareBurnDown.RunAsync(source, 2, ["default"], [Workers], trial.Stop, jobs, _ => Interlocked.CompareExchange(ref firstAt, Stopwatch.GetTimestamp(), 0));
        await using (var command = source.CreateCommand(BareSql.Promote))
        {
            command.CommandTimeout = 60;
            command.Parameters.Add(new NpgsqlParameter { Value = 10_000 });
            for (var promoted = 0; promoted < jobs;)
            {
                var batch = await command.ExecuteNonQueryAsync(trial.Stop);
                promoted += batch;
                if (batch == 0)
                    await Task.Delay(1, trial.Stop);
            }
        }

        await working;
        return new Sample(new Figure("all done", Stopwatch.GetElapsedTime(due).TotalSeconds, "s"), new Figure("first start", Stopwatch.GetElapsedTime(due, firstAt).TotalMilliseconds, "ms"));
    }

    /// <summary>Writes the jobs and returns the moment at which they are due: seconds away, so that the client waits for it.</summary>
    private static async Task<long> ScheduleAsync(Trial trial, BenchDatabase database, int jobs)
    {
        var ahead = TimeSpan.FromSeconds(6 + (jobs / 8_000.0));
        var due = Stopwatch.GetTimestamp() + (long)(ahead.TotalSeconds * Stopwatch.Frequency);
        await database.SeedAsync(jobs, due: DateTime.UtcNow + ahead);
        await database.SettleAsync(trial.Analyze, checkpoint: !trial.Options.Smoke);
        return Stopwatch.GetTimestamp() < due ? due : throw new InvalidOperationException("The jobs were due before they were written: this machine is too slow for so many.");
    }
}
