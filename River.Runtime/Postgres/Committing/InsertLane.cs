using Npgsql;
using River.Postgres.Connections;
using River.Postgres.Roles;
using River.Storage;

namespace River.Postgres.Committing;

/// <summary>A connection for enqueues alone, with their statements prepared; given back to the pool when it is quiet.</summary>
internal sealed class InsertLane : IAsyncDisposable
{
    /// <summary>Long enough for commits that wait for each other, short enough for a caller whose own transaction is in the way.</summary>
    public static readonly TimeSpan LockTimeout = TimeSpan.FromMilliseconds(500);

    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(10);

    private readonly PostgresDatabase _database;
    private readonly RentedConnection _rented;
    private readonly bool _isUnique;
    private readonly Timer _quiet;
    private readonly List<JobInsert> _rows = [];
    private readonly List<InsertCall> _wanted = [];
    private PreparedInsert? _prepared;
    private int _sent;
    private int _sentBefore;
    private bool _isWatched;

    /// <param name="database">The way to the server.</param>
    /// <param name="isUnique">Whether its rows have unique keys.</param>
    public InsertLane(PostgresDatabase database, bool isUnique)
    {
        _database = database;
        _isUnique = isUnique;
        _rented = new RentedConnection(database, lockTimeout: LockTimeout);
        // Whoever enqueues first is not to stay alive in it.
        using var detached = ExecutionContext.IsFlowSuppressed() ? default(AsyncFlowControl?) : ExecutionContext.SuppressFlow();
        _quiet = new Timer(static lane => _ = ((InsertLane)lane!).ReturnIfQuietAsync(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Inserts the rows of all calls, or none, and fills in their results. Leaves out, and tells, who has given up before they are sent. One statement at a time.</summary>
    public async Task InsertAsync(IReadOnlyList<InsertCall> calls)
    {
        Volatile.Write(ref _sent, _sent + 1);
        if (!_isWatched)
            _quiet.Change(Quiet, Quiet);
        _isWatched = true;
        try
        {
            await InsertOnceAsync(calls).ConfigureAwait(false);
        }
        catch (PostgresException error) when (PostgresErrors.IsStalePlan(error))
        {
            // The tables have changed; nothing was written, and the connection has been replaced.
            await InsertOnceAsync(calls).ConfigureAwait(false);
        }
        finally
        {
            _rows.Clear();
            _wanted.Clear();
        }
    }

    /// <summary>Closes the connection, unless a statement is still under way; that keeps it to its end.</summary>
    public async ValueTask DisposeAsync()
    {
        await _quiet.DisposeAsync().ConfigureAwait(false);
        await _rented.EndAsync(TimeSpan.Zero).ConfigureAwait(false);
    }

    private async Task InsertOnceAsync(IReadOnlyList<InsertCall> calls)
    {
        if (!_database.IsPooled)
            await _rented.UseAsync(connection => SendAsync(connection, calls), CancellationToken.None).ConfigureAwait(false);
        else if (TakeWanted(calls))
            await InsertUnpreparedAsync().ConfigureAwait(false);
    }

    /// <summary>Takes the rows of those who still wait: opening a connection, or a statement that was refused, may have taken long.</summary>
    private bool TakeWanted(IReadOnlyList<InsertCall> calls)
    {
        _rows.Clear();
        _wanted.Clear();
        foreach (var call in calls)
        {
            if (call.Token.IsCancellationRequested)
            {
                call.Fail(new OperationCanceledException(call.Token));
                continue;
            }

            _wanted.Add(call);
            _rows.AddRange(call.Jobs);
        }

        return _rows.Count > 0;
    }

    private async Task<bool> SendAsync(NpgsqlConnection connection, IReadOnlyList<InsertCall> calls)
    {
        if (_prepared is not { } prepared || prepared.Connection != connection)
        {
            var sql = (await _database.StatementsAsync(CancellationToken.None).ConfigureAwait(false)).Jobs;
            _prepared = prepared = new PreparedInsert(connection, sql, _database.StatementTimeout);
        }

        if (TakeWanted(calls))
            await prepared.ExecuteAsync(_rows, _isUnique, _database.Clock(), ReadAsync).ConfigureAwait(false);
        return true;
    }

    private async Task InsertUnpreparedAsync()
    {
        var sql = (await _database.StatementsAsync(CancellationToken.None).ConfigureAwait(false)).Jobs;
        var command = Commands.Of(_isUnique ? sql.InsertUnique : sql.Insert).WithClock(_database.Clock()).WithRows(_rows);
        await _rented.ReadAsync(
            async reader =>
            {
                await ReadAsync(reader).ConfigureAwait(false);
                return true;
            },
            CancellationToken.None,
            command).ConfigureAwait(false);
    }

    private async Task ReadAsync(NpgsqlDataReader reader)
    {
        foreach (var call in _wanted)
            await InsertedRows.ReadAsync(reader, call.Jobs, call.Results, _isUnique, CancellationToken.None).ConfigureAwait(false);
    }

    private Task ReturnIfQuietAsync()
    {
        var before = _sentBefore;
        _sentBefore = Volatile.Read(ref _sent);
        return before == _sentBefore ? _rented.ReturnIfFreeAsync() : Task.CompletedTask;
    }
}
