using Npgsql;
using NpgsqlTypes;

namespace River.Benchmarks.Bare;

/// <summary>Prepared inserts of one job with its notification, on one connection.</summary>
internal sealed class BareInserter : IAsyncDisposable
{
    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlCommand _command;

    private BareInserter(NpgsqlConnection connection, NpgsqlCommand command) => (_connection, _command) = (connection, command);

    public static async Task<BareInserter> OpenAsync(NpgsqlDataSource source, string kind = "no_op")
    {
        var connection = await source.OpenConnectionAsync();
        var command = new NpgsqlCommand(BareSql.InsertAndNotify, connection);
        command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Jsonb });
        command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Text, Value = kind });
        command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Text, Value = "default" });
        await command.PrepareAsync();
        return new BareInserter(connection, command);
    }

    public async Task<long> InsertAsync(int number, CancellationToken stop)
    {
        _command.Parameters[0].Value = $$"""{"number": {{number}}}""";
        return (long)(await _command.ExecuteScalarAsync(stop))!;
    }

    public async ValueTask DisposeAsync()
    {
        await _command.DisposeAsync();
        await _connection.DisposeAsync();
    }
}
