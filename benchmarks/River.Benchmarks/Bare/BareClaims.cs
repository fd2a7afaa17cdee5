using Npgsql;
using NpgsqlTypes;

namespace River.Benchmarks.Bare;

/// <summary>What a claim brings: enough to run the jobs and to fence their end.</summary>
internal sealed record BareBatch(List<long> Ids, List<short> Attempts, List<DateTime> Starts);

/// <summary>Prepared claims on one connection.</summary>
internal sealed class BareClaimer : IAsyncDisposable
{
    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlCommand _command;

    private BareClaimer(NpgsqlConnection connection, NpgsqlCommand command) => (_connection, _command) = (connection, command);

    public static async Task<BareClaimer> OpenAsync(NpgsqlDataSource source, IReadOnlyList<string> kinds, NpgsqlConnection? connection = null)
    {
        connection ??= await source.OpenConnectionAsync();
        var command = new NpgsqlCommand(BareSql.Claim, connection) { CommandTimeout = 120 };
        command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });
        command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Integer });
        command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text, Value = kinds.ToArray() });
        await command.PrepareAsync();
        return new BareClaimer(connection, command);
    }

    public async Task<BareBatch> ClaimAsync(string[] queues, int[] limits, CancellationToken stop)
    {
        _command.Parameters[0].Value = queues;
        _command.Parameters[1].Value = limits;
        var batch = new BareBatch([], [], []);
        await using var reader = await _command.ExecuteReaderAsync(stop);
        while (await reader.ReadAsync(stop))
        {
            batch.Ids.Add(reader.GetInt64(0));
            batch.Attempts.Add(reader.GetInt16(1));
            batch.Starts.Add(reader.GetDateTime(2));
            _ = reader.GetFieldValue<ReadOnlyMemory<byte>>(3);
        }

        return batch;
    }

    public async ValueTask DisposeAsync()
    {
        await _command.DisposeAsync();
        await _connection.DisposeAsync();
    }
}

/// <summary>Prepared, fenced completions on one connection.</summary>
internal sealed class BareCompleter : IAsyncDisposable
{
    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlCommand _command;

    private BareCompleter(NpgsqlConnection connection, NpgsqlCommand command) => (_connection, _command) = (connection, command);

    public NpgsqlConnection Connection => _connection;

    public static async Task<BareCompleter> OpenAsync(NpgsqlDataSource source)
    {
        var connection = await source.OpenConnectionAsync();
        var command = new NpgsqlCommand(BareSql.Complete, connection) { CommandTimeout = 120 };
        command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint });
        command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Smallint });
        command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.TimestampTz });
        await command.PrepareAsync();
        return new BareCompleter(connection, command);
    }

    public async Task CompleteAsync(BareBatch batch, CancellationToken stop)
    {
        _command.Parameters[0].Value = batch.Ids;
        _command.Parameters[1].Value = batch.Attempts;
        _command.Parameters[2].Value = batch.Starts;
        var done = await _command.ExecuteNonQueryAsync(stop);
        if (done != batch.Ids.Count)
            throw new InvalidOperationException($"{done} of {batch.Ids.Count} completions were taken.");
    }

    public async ValueTask DisposeAsync()
    {
        await _command.DisposeAsync();
        await _connection.DisposeAsync();
    }
}
