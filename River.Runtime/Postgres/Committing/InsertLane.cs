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
        _quiet = new Timer(static lane => _ = ((InsertLane)lane!).ReturnIfQuietAsync(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Inserts the rows of all calls, or none, and fills in their results. One statement at a time.</summary>
    public async Task InsertAsync(IReadOnlyList<InsertCall> calls)
    {
        Volatile.Write(ref _sent, _sent + 1);
        foreach (var call in calls)
            _rows.AddRange(call.Jobs);
        try
        {
            if (_database.IsPooled)
                await InsertUnpreparedAsync(calls).ConfigureAwait(false);
            else
                await _rented.UseAsync(connection => SendAsync(connection, calls), CancellationToken.None).ConfigureAwait(false);
        }
        catch (PostgresException error) when (PostgresErrors.IsStalePlan(error))
        {
            // The tables have changed; nothing was written, and the connection has been replaced.
            await _rented.UseAsync(connection => SendAsync(connection, calls), CancellationToken.None).ConfigureAwait(false);
        }
        finally
        {
            _rows.Clear();
        }
    }

    /// <summary>Closes the connection, unless a statement is still under way; that keeps it to its end.</summary>
    public async ValueTask DisposeAsync()
    {
        await _quiet.DisposeAsync().ConfigureAwait(false);
        await _rented.EndAsync(TimeSpan.Zero).ConfigureAwait(false);
    }

    private async Task<bool> SendAsync(NpgsqlConnection connection, IReadOnlyList<InsertCall> calls)
    {
        if (_prepared is not { } prepared || prepared.Connection != connection)
        {
            var sql = (await _database.StatementsAsync(CancellationToken.None).ConfigureAwait(false)).Jobs;
            _prepared = prepared = new PreparedInsert(connection, sql, _database.StatementTimeout);
            if (!_isWatched)
                _quiet.Change(Quiet, Quiet);
            _isWatched = true;
        }

        await prepared.ExecuteAsync(_rows, _isUnique, _database.Clock(), reader => ReadAsync(reader, calls)).ConfigureAwait(false);
        return true;
    }

    private async Task InsertUnpreparedAsync(IReadOnlyList<InsertCall> calls)
    {
        var sql = (await _database.StatementsAsync(CancellationToken.None).ConfigureAwait(false)).Jobs;
        var command = Commands.Of(_isUnique ? sql.InsertUnique : sql.Insert).WithClock(_database.Clock()).WithRows(_rows);
        await _rented.ReadAsync(
            async reader =>
            {
                await ReadAsync(reader, calls).ConfigureAwait(false);
                return true;
            },
            CancellationToken.None,
            command).ConfigureAwait(false);
    }

    private async Task ReadAsync(NpgsqlDataReader reader, IReadOnlyList<InsertCall> calls)
    {
        foreach (var call in calls)
            await InsertedRows.ReadAsync(reader, call.Jobs, call.Results, _isUnique, CancellationToken.None).ConfigureAwait(false);
    }

    private Task ReturnIfQuietAsync()
    {
        var before = _sentBefore;
        _sentBefore = Volatile.Read(ref _sent);
        return before == _sentBefore ? _rented.ReturnIfFreeAsync() : Task.CompletedTask;
    }
}
