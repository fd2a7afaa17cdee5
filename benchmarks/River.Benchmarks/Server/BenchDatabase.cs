using System.Diagnostics;
using Npgsql;
using NpgsqlTypes;

namespace River.Benchmarks.Server;

/// <summary>A database of one run, dropped after it.</summary>
internal sealed class BenchDatabase(BenchServer server, string name, string connectionString) : IAsyncDisposable
{
    public string Name => name;

    public string ConnectionString => connectionString;

    /// <summary>What a careful client sets on its own connections: see ../shared/speed.md, plan trap 3.</summary>
    public NpgsqlDataSource CreateBareSource() => NpgsqlDataSource.Create(
        new NpgsqlConnectionStringBuilder(connectionString) { Options = "-c jit=off -c plan_cache_mode=force_generic_plan" });

    /// <summary>Writes no-op jobs as another client's bulk insert would. Their number is their only argument.</summary>
    public async Task SeedAsync(int jobs, Func<int, string>? queue = null, string kind = "no_op", DateTime? due = null)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using var connection = await source.OpenConnectionAsync();
        await using var import = await connection.BeginBinaryImportAsync("COPY river_job (args, kind, max_attempts, queue, state, scheduled_at) FROM STDIN (FORMAT BINARY)");
        var now = DateTime.UtcNow;
        for (var number = 0; number < jobs; number++)
        {
            await import.StartRowAsync();
            await import.WriteAsync($$"""{"number": {{number}}}""", NpgsqlDbType.Jsonb);
            await import.WriteAsync(kind, NpgsqlDbType.Text);
            await import.WriteAsync((short)25, NpgsqlDbType.Smallint);
            await import.WriteAsync(queue?.Invoke(number) ?? "default", NpgsqlDbType.Text);
            await import.WriteAsync(due is null ? "available" : "scheduled", "river_job_state");
            await import.WriteAsync(due ?? now, NpgsqlDbType.TimestampTz);
        }

        await import.CompleteAsync();
    }

    /// <summary>Statistics as autovacuum would have made them, and dirty pages written, so that neither falls into the measurement.</summary>
    public async Task SettleAsync(bool analyze, bool checkpoint = true)
    {
        if (analyze)
            await ExecuteAsync("ANALYZE");
        if (checkpoint)
            await ExecuteAsync("CHECKPOINT");
    }

    /// <summary>The time, as of when it was asked, at which a query first answered the number expected.</summary>
    public async Task<TimeSpan> UntilAsync(Func<TimeSpan> clock, string sql, long expected, CancellationToken stop)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using var connection = await source.OpenConnectionAsync(stop);
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 300 };
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            var asked = clock();
            var found = (long)(await command.ExecuteScalarAsync(stop))!;
            if (found == expected)
                return asked;
            if (Stopwatch.GetElapsedTime(began) > TimeSpan.FromSeconds(60))
                throw new InvalidOperationException($"{expected:N0} expected, {found:N0} found after a minute: {sql}");
            await Task.Delay(2, stop);
        }
    }

    public async Task<T> ReadAsync<T>(string sql)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using var command = source.CreateCommand(sql);
        command.CommandTimeout = 600;
        return (T)(await command.ExecuteScalarAsync())!;
    }

    public async Task ExecuteAsync(string sql, bool runsResult = false)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using var command = source.CreateCommand(sql);
        command.CommandTimeout = 600;
        if (runsResult)
            await ExecuteAsync((string)(await command.ExecuteScalarAsync())!);
        else
            await command.ExecuteNonQueryAsync();
    }

    public async ValueTask DisposeAsync() => await server.DropAsync(this);
}
