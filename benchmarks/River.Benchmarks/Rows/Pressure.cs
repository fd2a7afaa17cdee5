using System.Data;
using System.Globalization;
using Npgsql;
using River.Benchmarks.Measuring;
using River.Benchmarks.Server;

namespace River.Benchmarks.Rows;

/// <summary>Producing and working at once while something stands in the way, beside the same without it.</summary>
internal static class Pressure
{
    private const string Target = "reported as a ratio to the clean phase";

    public static IReadOnlyList<Row> Rows { get; } =
    [
        new("pressure-holder", "with a transaction that is left open", Target, Clean, Disturbed("one idle in transaction", 1, HoldAsync)),
        new("pressure-readers", "with four REPEATABLE READ readers", Target, Clean, Disturbed("four readers, a snapshot of five seconds each", 4, ReadAsync)),
        new("pressure-finished", "with many finished rows in the table", Target, Clean, Finished),
        new("pressure-overload", "at 1.5 times the load that it can work", Target, Overload),
    ];

    private static Contender Clean => new("River .NET, clean", Role.River, async trial =>
    {
        await using var database = await trial.CreateDatabaseAsync();
        return await Producing.RunAsync(trial, database, watched: true);
    });

    private static Contender Finished => new("River .NET, finished rows", Role.River, async trial =>
    {
        await using var database = await trial.CreateDatabaseAsync();
        await FinishAsync(database, trial.Options.Finished);
        return await Producing.RunAsync(trial, database, watched: true);
    })
    {
        WarmsUp = false,
        MostRepeats = 1,
    };

    private static Contender Overload => new("River .NET", Role.River, async trial =>
    {
        double capacity;
        await using (var calm = await trial.CreateDatabaseAsync())
            capacity = (await Producing.RunAsync(trial, calm)).Figures[0].Value;
        await using var database = await trial.CreateDatabaseAsync();
        var sample = await Producing.RunAsync(trial, database, offered: 1.5 * capacity, watched: true);
        return sample with { Figures = [new Figure("of the clean rate", sample.Figures[0].Value / capacity * 100, "%", Better.Higher), new Figure("clean rate", capacity, "jobs/s", Better.Higher), .. sample.Figures] };
    })
    {
        WarmsUp = false,
    };

    private static Contender Disturbed(string name, int count, Func<BenchDatabase, int, CancellationToken, Task> disturb) => new($"River .NET, {name}", Role.River, async trial =>
    {
        await using var database = await trial.CreateDatabaseAsync();
        using var over = CancellationTokenSource.CreateLinkedTokenSource(trial.Stop);
        var disturbances = Enumerable.Range(0, count).Select(number => disturb(database, number, over.Token)).ToArray();
        var sample = await Producing.RunAsync(trial, database, watched: true);
        await over.CancelAsync();
        foreach (var disturbance in disturbances)
        {
            try
            {
                await disturbance;
            }
            catch (Exception error) when (error is OperationCanceledException or PostgresException { SqlState: PostgresErrorCodes.QueryCanceled })
            {
                // It goes on until it is told to stop.
            }
        }

        return sample;
    })
    {
        WarmsUp = false,
    };

    /// <summary>Wrote something and was forgotten: no dead row can go while it stands.</summary>
    private static async Task HoldAsync(BenchDatabase database, int number, CancellationToken stop)
    {
        await using var connection = new NpgsqlConnection(database.ConnectionString + ";Pooling=false");
        await connection.OpenAsync(stop);
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, stop);
        await using var write = new NpgsqlCommand("SELECT pg_current_xact_id()::text", connection, transaction);
        await write.ExecuteScalarAsync(stop);
        await Task.Delay(Timeout.Infinite, stop);
    }

    /// <summary>Looks something up and keeps its snapshot for five seconds, over and over; the four don't begin together.</summary>
    private static async Task ReadAsync(BenchDatabase database, int number, CancellationToken stop)
    {
        await using var connection = new NpgsqlConnection(database.ConnectionString + ";Pooling=false");
        await connection.OpenAsync(stop);
        await Task.Delay(TimeSpan.FromSeconds(1.25 * number), stop);
        while (true)
        {
            await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, stop);
            await using var read = new NpgsqlCommand("SELECT count(*) FROM river_job WHERE id < 10000", connection, transaction);
            await read.ExecuteScalarAsync(stop);
            await Task.Delay(TimeSpan.FromSeconds(5), stop);
            await transaction.CommitAsync(stop);
        }
    }

    /// <summary>Rows finished in the last hour, which nothing prunes yet. The indexes are built afterwards, which is quicker.</summary>
    private static async Task FinishAsync(BenchDatabase database, int rows)
    {
        Console.Write($"  filling in {rows.ToString("N0", CultureInfo.InvariantCulture)} finished rows …");
        var indexes = await database.ReadAsync<string>("SELECT string_agg(indexdef, '; ') FROM pg_indexes WHERE tablename = 'river_job' AND indexname NOT IN ('river_job_pkey', 'river_job_unique_idx')");
        await database.ExecuteAsync("SELECT format('DROP INDEX %s', string_agg(indexname, ', ')) FROM pg_indexes WHERE tablename = 'river_job' AND indexname NOT IN ('river_job_pkey', 'river_job_unique_idx')", runsResult: true);
        await database.ExecuteAsync(string.Create(CultureInfo.InvariantCulture,
            $$"""
            INSERT INTO river_job (state, attempt, attempted_at, attempted_by, finalized_at, args, kind, max_attempts, queue)
            SELECT 'completed', 1, now() - interval '1 hour', '{client}', now() - (n % 3600) * interval '1 second', jsonb_build_object('number', n), 'no_op', 25, 'default'
            FROM generate_series(1, {{rows}}) n
            """));
        await database.ExecuteAsync($"SET maintenance_work_mem = '1GB'; {indexes}");
        await database.ExecuteAsync("VACUUM (ANALYZE) river_job");
        Console.WriteLine(" done");
    }
}
