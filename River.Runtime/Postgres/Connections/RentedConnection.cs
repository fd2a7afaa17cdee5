using Npgsql;

namespace River.Postgres.Connections;

/// <summary>A connection kept for one sort of statement, opened when first needed and anew after it was lost. One statement at a time.</summary>
internal sealed class RentedConnection(PostgresDatabase database) : IAsyncDisposable
{
    private readonly SemaphoreSlim _turn = new(1);
    private NpgsqlConnection? _connection;

    public async Task<T> ReadAsync<T>(Func<NpgsqlDataReader, Task<T>> read, CancellationToken cancellationToken, params NpgsqlBatchCommand[] commands)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var connection = await ConnectionAsync(cancellationToken).ConfigureAwait(false);
            return database.IsPooled
                ? await database.RunAsync(connection, transaction: null, prepare: false, [SessionSettings.ForTransaction(database.StatementTimeout), .. commands], PostgresDatabase.SkipSettings(read), cancellationToken).ConfigureAwait(false)
                : await database.RunAsync(connection, transaction: null, prepare: true, commands, read, cancellationToken).ConfigureAwait(false);
        }
        catch (PostgresException error) when (PostgresErrors.IsStalePlan(error))
        {
            await DropAsync().ConfigureAwait(false);
            throw;
        }
        finally
        {
            _turn.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _turn.WaitAsync().ConfigureAwait(false);
        try
        {
            if (_connection is { FullState: System.Data.ConnectionState.Open } connection && !database.IsPooled)
                await ExecuteAsync(connection, SessionSettings.Reset, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception error) when (error is NpgsqlException or TimeoutException)
        {
            // A broken connection isn't returned to the pool anyway.
        }
        finally
        {
            await DropAsync().ConfigureAwait(false);
            _turn.Release();
        }

        _turn.Dispose();
    }

    private async Task<NpgsqlConnection> ConnectionAsync(CancellationToken cancellationToken)
    {
        if (_connection is { FullState: System.Data.ConnectionState.Open })
            return _connection;

        await DropAsync().ConfigureAwait(false);
        var connection = await database.OpenAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (!database.IsPooled)
                await ExecuteAsync(connection, SessionSettings.ForSession(database.StatementTimeout), cancellationToken).ConfigureAwait(false);
            return _connection = connection;
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private async Task ExecuteAsync(NpgsqlConnection connection, string text, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand(text, connection) { CommandTimeout = Math.Max(1, (int)database.StatementTimeout.TotalSeconds) };
        await using var _ = command.ConfigureAwait(false);
        await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task DropAsync()
    {
        if (_connection is { } connection)
        {
            _connection = null;
            await connection.DisposeAsync().ConfigureAwait(false);
        }
    }
}
