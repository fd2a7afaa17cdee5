using Npgsql;
using NpgsqlTypes;

namespace River.Benchmarks.Bare;

/// <summary>Many jobs a call, as one statement or as COPY, on one connection.</summary>
internal sealed class BareInserts : IAsyncDisposable
{
    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlCommand _insert;

    private BareInserts(NpgsqlConnection connection, NpgsqlCommand insert) => (_connection, _insert) = (connection, insert);

    public static async Task<BareInserts> OpenAsync(NpgsqlDataSource source)
    {
        var connection = await source.OpenConnectionAsync();
        var insert = new NpgsqlCommand(BareSql.InsertMany, connection) { CommandTimeout = 120 };
        insert.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Jsonb });
        insert.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });
        insert.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });
        await insert.PrepareAsync();
        return new BareInserts(connection, insert);
    }

    public async Task InsertAsync(int from, int count, CancellationToken stop)
    {
        _insert.Parameters[0].Value = Enumerable.Range(from, count).Select(number => $$"""{"number": {{number}}}""").ToArray();
        _insert.Parameters[1].Value = Enumerable.Repeat("no_op", count).ToArray();
        _insert.Parameters[2].Value = Enumerable.Repeat("default", count).ToArray();
        await using var reader = await _insert.ExecuteReaderAsync(stop);
        while (await reader.ReadAsync(stop))
            _ = reader.GetInt64(0);
    }

    public async Task CopyAsync(int from, int count, CancellationToken stop)
    {
        await using var import = await _connection.BeginBinaryImportAsync(BareSql.Copy, stop);
        for (var number = from; number < from + count; number++)
        {
            await import.StartRowAsync(stop);
            await import.WriteAsync($$"""{"number": {{number}}}""", NpgsqlDbType.Jsonb, stop);
            await import.WriteAsync("no_op", NpgsqlDbType.Text, stop);
            await import.WriteAsync((short)25, NpgsqlDbType.Smallint, stop);
            await import.WriteAsync("default", NpgsqlDbType.Text, stop);
        }

        await import.CompleteAsync(stop);
    }

    public async ValueTask DisposeAsync()
    {
        await _insert.DisposeAsync();
        await _connection.DisposeAsync();
    }
}
