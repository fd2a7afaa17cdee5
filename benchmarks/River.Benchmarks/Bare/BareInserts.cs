using Npgsql;
using NpgsqlTypes;

namespace River.Benchmarks.Bare;

/// <summary>Many jobs a call, as one statement or as COPY, on one connection.</summary>
internal sealed class BareInserts : IAsyncDisposable
{
    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlCommand _insert;
    private readonly NpgsqlCommand _insertAlike;

    private BareInserts(NpgsqlConnection connection, NpgsqlCommand insert, NpgsqlCommand insertAlike) => (_connection, _insert, _insertAlike) = (connection, insert, insertAlike);

    public static async Task<BareInserts> OpenAsync(NpgsqlDataSource source)
    {
        var connection = await source.OpenConnectionAsync();
        var insert = new NpgsqlCommand(BareSql.InsertMany, connection) { CommandTimeout = 120 };
        insert.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Jsonb });
        insert.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });
        insert.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });
        await insert.PrepareAsync();
        var insertAlike = new NpgsqlCommand(BareSql.InsertManyAlike, connection) { CommandTimeout = 120 };
        insertAlike.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Jsonb });
        insertAlike.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Text, Value = "no_op" });
        insertAlike.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Text, Value = "default" });
        await insertAlike.PrepareAsync();
        return new BareInserts(connection, insert, insertAlike);
    }

    public async Task InsertAsync(int from, int count, CancellationToken stop)
    {
        _insert.Parameters[0].Value = Args(from, count);
        _insert.Parameters[1].Value = Enumerable.Repeat("no_op", count).ToArray();
        _insert.Parameters[2].Value = Enumerable.Repeat("default", count).ToArray();
        await RunAsync(_insert, stop);
    }

    /// <summary>The same with kind and queue sent once for all rows.</summary>
    public async Task InsertAlikeAsync(int from, int count, CancellationToken stop)
    {
        _insertAlike.Parameters[0].Value = Args(from, count);
        await RunAsync(_insertAlike, stop);
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
        await _insertAlike.DisposeAsync();
        await _connection.DisposeAsync();
    }

    private static string[] Args(int from, int count) => [.. Enumerable.Range(from, count).Select(number => $$"""{"number": {{number}}}""")];

    private static async Task RunAsync(NpgsqlCommand insert, CancellationToken stop)
    {
        await using var reader = await insert.ExecuteReaderAsync(stop);
        while (await reader.ReadAsync(stop))
            _ = reader.GetInt64(0);
    }
}
