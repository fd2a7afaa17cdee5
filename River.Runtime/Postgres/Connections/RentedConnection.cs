using System.Runtime.CompilerServices;
using Npgsql;

namespace River.Postgres.Connections;

/// <summary>A connection kept for one sort of statement, opened when first needed and anew after it was lost. One statement at a time.</summary>
/// <param name="database">Where it comes from.</param>
/// <param name="flushes">Whether what is committed must be on disk before it counts; docs/adr/0021 says where not.</param>
/// <param name="lockTimeout">How long a statement may wait for one lock; null for no limit of ours.</param>
internal sealed class RentedConnection(PostgresDatabase database, bool flushes = true, TimeSpan? lockTimeout = null) : IAsyncDisposable
{
    /// <summary>How long the end may take: the time of a stop is counted.</summary>
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _turn = new(1);
    private Rental _rental = new();
    private bool _hasEnded;

    /// <summary>The server process at the other end; 0 while there is none.</summary>
    public int Backend => Volatile.Read(ref _rental).Backend;

    public Task<T> ReadAsync<T>(Func<NpgsqlDataReader, Task<T>> read, CancellationToken cancellationToken, params NpgsqlBatchCommand[] commands) =>
        InTurnAsync((rental, token) => RunAsync(rental, read, token, commands, prepare: true), cancellationToken);

    /// <summary>
    /// Has the server look at each statement when the one before is done, and not at all of them ahead: a statement's tables
    /// are locked by that look, before a setting of the first one counts.
    /// </summary>
    public Task<T> ReadUnpreparedAsync<T>(Func<NpgsqlDataReader, Task<T>> read, CancellationToken cancellationToken, params NpgsqlBatchCommand[] commands) =>
        InTurnAsync((rental, token) => RunAsync(rental, read, token, commands, prepare: false), cancellationToken);

    /// <summary>For statements that their caller keeps, and prepares anew when it is given another connection.</summary>
    public Task<T> UseAsync<T>(Func<NpgsqlConnection, CancellationToken, Task<T>> use, CancellationToken cancellationToken) =>
        InTurnAsync(async (rental, token) => await use(await OpenAsync(rental, token).ConfigureAwait(false), token).ConfigureAwait(false), cancellationToken);

    /// <summary>As the other, for what isn't to be called off, and without objects of its own for each call.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask UseAsync<TState>(Func<NpgsqlConnection, TState, ValueTask> use, TState state)
    {
        await _turn.WaitAsync().ConfigureAwait(false);
        try
        {
            ObjectDisposedException.ThrowIf(_hasEnded, typeof(PostgresStore));
            var rental = _rental;
            await use(rental.IsOpen ? rental.Connection! : await OpenAsync(rental, CancellationToken.None).ConfigureAwait(false), state).ConfigureAwait(false);
        }
        catch (PostgresException error) when (PostgresErrors.IsStalePlan(error))
        {
            Forget();
            await ReturnAsync().ConfigureAwait(false);
            throw;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Gives the connection back to its pool until it is needed again, unless it is in use right now.</summary>
    public async Task ReturnIfFreeAsync()
    {
        if (!_turn.Wait(0))
            return;
        try
        {
            await ReturnAsync().ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task<T> InTurnAsync<T>(Func<Rental, CancellationToken, Task<T>> call, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            ObjectDisposedException.ThrowIf(_hasEnded, typeof(PostgresStore));
            var rental = _rental;
            return await PromptCancellation.RunAsync(token => call(rental, token), cancellationToken, LeaveAlone).ConfigureAwait(false);
        }
        catch (PostgresException error) when (PostgresErrors.IsStalePlan(error))
        {
            Forget();
            await ReturnAsync().ConfigureAwait(false);
            throw;
        }
        finally
        {
            _turn.Release();
        }
    }

    public ValueTask DisposeAsync() => EndAsync(EndLimit);

    /// <summary>Ends, waiting so long for the statement that is under way.</summary>
    public async ValueTask EndAsync(TimeSpan limit)
    {
        // A statement that is still under way keeps its connection to its end.
        if (await _turn.WaitAsync(limit).ConfigureAwait(false))
            await EndInTurnAsync().ConfigureAwait(false);
        else
            _ = EndLaterAsync();
    }

    private async Task EndLaterAsync()
    {
        await _turn.WaitAsync().ConfigureAwait(false);
        await EndInTurnAsync().ConfigureAwait(false);
    }

    private async Task EndInTurnAsync()
    {
        _hasEnded = true;
        try
        {
            // The application's pool gets the connection back as it was; one of ours ends with us, and nobody gets this session until then.
            if (!database.OwnsSource)
            {
                await ReturnAsync().ConfigureAwait(false);
                return;
            }

            database.Discard();
            await _rental.DropAsync().ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Gives the connection back to its pool, without what was set in the session.</summary>
    private async Task ReturnAsync()
    {
        try
        {
            if (_rental.IsOpen && !database.IsPooled)
                await ResetAsync().ConfigureAwait(false);
        }
        catch (Exception error) when (error is NpgsqlException or TimeoutException or OperationCanceledException)
        {
            database.Discard();
        }
        finally
        {
            await _rental.DropAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Has nothing count as prepared any more: the pool may give out this very connection next, for the same statements.</summary>
    private void Forget()
    {
        try
        {
            if (_rental.IsOpen)
                _rental.Connection!.UnprepareAll();
        }
        catch (Exception error) when (error is NpgsqlException or TimeoutException)
        {
            database.Discard();
        }
    }

    private async Task<T> RunAsync<T>(Rental rental, Func<NpgsqlDataReader, Task<T>> read, CancellationToken cancellationToken, NpgsqlBatchCommand[] commands, bool prepare)
    {
        var connection = await OpenAsync(rental, cancellationToken).ConfigureAwait(false);
        return database.IsPooled
            ? await database.RunAsync(connection, transaction: null, prepare: false, [SessionSettings.ForTransaction(database.StatementTimeout, flushes, lockTimeout), .. commands], PostgresDatabase.SkipSettings(read), cancellationToken).ConfigureAwait(false)
            : await database.RunAsync(connection, transaction: null, prepare, commands, read, cancellationToken).ConfigureAwait(false);
    }

    private async Task<NpgsqlConnection> OpenAsync(Rental rental, CancellationToken cancellationToken)
    {
        if (rental.IsOpen)
            return rental.Connection!;

        await rental.DropAsync().ConfigureAwait(false);
        var connection = await database.OpenAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (!database.IsPooled)
                await ExecuteAsync(connection, SessionSettings.ForSession(database.StatementTimeout, flushes, lockTimeout), cancellationToken).ConfigureAwait(false);
            rental.Backend = connection.ProcessID;
            return rental.Connection = connection;
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private async Task ResetAsync()
    {
        var rental = _rental;
        using var limit = new CancellationTokenSource(EndLimit);
        await PromptCancellation.RunAsync(
            async token =>
            {
                await ExecuteAsync(rental.Connection!, SessionSettings.Reset, token).ConfigureAwait(false);
                return true;
            },
            limit.Token,
            LeaveAlone).ConfigureAwait(false);
    }

    private async Task ExecuteAsync(NpgsqlConnection connection, string text, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand(text, connection) { CommandTimeout = Math.Max(1, (int)database.StatementTimeout.TotalSeconds) };
        await using var _ = command.ConfigureAwait(false);
        await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The statement under way keeps the connection; the next one gets another.</summary>
    private void LeaveAlone(Task running)
    {
        var left = _rental;
        _rental = new Rental();
        _ = DropAfterAsync(left, running);
    }

    private async Task DropAfterAsync(Rental rental, Task running)
    {
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        database.Discard();
        try
        {
            // The application's pool may be one that resets nothing by itself.
            if (!database.OwnsSource && !database.IsPooled && rental.IsOpen)
                await ExecuteAsync(rental.Connection!, SessionSettings.Reset, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception error) when (error is NpgsqlException or TimeoutException or InvalidOperationException)
        {
            // It is broken, and its pool closes it.
        }
        finally
        {
            await rental.DropAsync().ConfigureAwait(false);
        }
    }

    /// <summary>What is rented at the moment, if anything.</summary>
    private sealed class Rental
    {
        public NpgsqlConnection? Connection { get; set; }

        public int Backend { get; set; }

        public bool IsOpen => Connection is { FullState: System.Data.ConnectionState.Open };

        public async ValueTask DropAsync()
        {
            if (Connection is not { } connection)
                return;
            Connection = null;
            Backend = 0;
            await connection.DisposeAsync().ConfigureAwait(false);
        }
    }
}
