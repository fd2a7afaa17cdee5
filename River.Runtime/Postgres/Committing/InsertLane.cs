using System.Runtime.CompilerServices;
using Npgsql;
using River.Postgres.Connections;
using River.Postgres.Roles;
using River.Storage;

namespace River.Postgres.Committing;

/// <summary>A connection for enqueues alone, with their statements prepared; given back to the pool when it is quiet.</summary>
internal sealed class InsertLane : IAsyncDisposable
{
    /// <summary>For lanes that callers share: long enough for commits that wait for each other, short enough for a caller whose own transaction is in the way.</summary>
    public static readonly TimeSpan LockTimeout = TimeSpan.FromMilliseconds(500);

    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(10);

    private readonly PostgresDatabase _database;
    private readonly RentedConnection _rented;
    private readonly bool _isUnique;
    private readonly ITimer _quiet;
    private readonly List<JobInsert> _rows = [];
    private readonly List<InsertCall> _wanted = [];
    private readonly Func<NpgsqlDataReader, Task> _readEach;
    private PreparedInsert? _prepared;
    private int _sent;
    private int _sentBefore;
    private bool _isWatched;
    private bool _isTaken;

    /// <param name="database">The way to the server.</param>
    /// <param name="isUnique">Whether its rows have unique keys.</param>
    /// <param name="lockTimeout">How long a statement may wait for one lock; null for no limit of ours.</param>
    public InsertLane(PostgresDatabase database, bool isUnique, TimeSpan? lockTimeout)
    {
        _database = database;
        _isUnique = isUnique;
        _readEach = ReadEachAsync;
        _rented = new RentedConnection(database, lockTimeout: lockTimeout);
        // Whoever enqueues first is not to stay alive in it.
        using var detached = ExecutionContext.IsFlowSuppressed() ? default(AsyncFlowControl?) : ExecutionContext.SuppressFlow();
        _quiet = database.Time.CreateTimer(static lane => _ = ((InsertLane)lane!).ReturnIfQuietAsync(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The server process at the other end; 0 while there is none.</summary>
    public int Backend => _rented.Backend;

    /// <summary>Inserts the rows of all calls, or none, and fills in their results. Leaves out, and tells, who has given up before they are sent. One statement at a time.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask InsertAsync(IReadOnlyList<InsertCall> calls)
    {
        Watch();
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

    /// <summary>Inserts rows of one caller, all or none, unless somebody else's statement is under way: then nothing is done and null returned.</summary>
    public async Task<EnqueueResult[]?> TryInsertAsync(IReadOnlyList<JobInsert> jobs, CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _isTaken, true))
            return null;
        Watch();
        try
        {
            return await InsertOnceAsync(jobs, cancellationToken).ConfigureAwait(false);
        }
        catch (PostgresException error) when (PostgresErrors.IsStalePlan(error))
        {
            return await InsertOnceAsync(jobs, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            Volatile.Write(ref _isTaken, false);
        }
    }

    /// <summary>Closes the connection, unless a statement is still under way; that keeps it to its end.</summary>
    public async ValueTask DisposeAsync()
    {
        await _quiet.DisposeAsync().ConfigureAwait(false);
        await _rented.EndAsync(TimeSpan.Zero).ConfigureAwait(false);
    }

    private void Watch()
    {
        Volatile.Write(ref _sent, _sent + 1);
        if (!_isWatched)
            _quiet.Change(Quiet, Quiet);
        _isWatched = true;
    }

    private Task<EnqueueResult[]> InsertOnceAsync(IReadOnlyList<JobInsert> jobs, CancellationToken cancellationToken) => _rented.UseAsync(
        async (connection, token) =>
        {
            var prepared = await PreparedOnAsync(connection).ConfigureAwait(false);
            var (ids, now) = await prepared.InsertManyAsync(jobs, _database.Clock(), token).ConfigureAwait(false);
            var results = new EnqueueResult[jobs.Count];
            InsertedRows.Fill(results, jobs, ids, first: 0, now);
            return results;
        },
        cancellationToken);

    private ValueTask InsertOnceAsync(IReadOnlyList<InsertCall> calls)
    {
        if (!_database.IsPooled)
            return _rented.UseAsync(static (connection, state) => state.Lane.SendAsync(connection, state.Calls), (Lane: this, Calls: calls));
        return TakeWanted(calls) ? new ValueTask(InsertUnpreparedAsync()) : ValueTask.CompletedTask;
    }

    /// <summary>Takes the rows of those who still wait: opening a connection, or a statement that was refused, may have taken long.</summary>
    private bool TakeWanted(IReadOnlyList<InsertCall> calls)
    {
        _rows.Clear();
        _wanted.Clear();
        for (var i = 0; i < calls.Count; i++)
        {
            var call = calls[i];
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

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask SendAsync(NpgsqlConnection connection, IReadOnlyList<InsertCall> calls)
    {
        var prepared = await PreparedOnAsync(connection).ConfigureAwait(false);
        if (!TakeWanted(calls))
            return;
        if (_isUnique)
            await prepared.InsertUniqueAsync(_rows, _database.Clock(), _readEach).ConfigureAwait(false);
        else if (_rows.Count == 1)
            await prepared.InsertOneAsync(_rows[0], _database.Clock(), _readEach).ConfigureAwait(false);
        else
            Fill(await prepared.InsertManyAsync(_rows, _database.Clock(), CancellationToken.None).ConfigureAwait(false));
    }

    private async ValueTask<PreparedInsert> PreparedOnAsync(NpgsqlConnection connection)
    {
        if (_prepared is { } prepared && prepared.Connection == connection)
            return prepared;
        var sql = (await _database.StatementsAsync(CancellationToken.None).ConfigureAwait(false)).Jobs;
        return _prepared = new PreparedInsert(connection, sql, _database.StatementTimeout);
    }

    private async Task InsertUnpreparedAsync()
    {
        var sql = (await _database.StatementsAsync(CancellationToken.None).ConfigureAwait(false)).Jobs;
        await _rented.ReadAsync(
            async reader =>
            {
                if (_isUnique)
                    await ReadEachAsync(reader).ConfigureAwait(false);
                else
                    Fill(await InsertedRows.ReadNumbersAsync(reader, CancellationToken.None).ConfigureAwait(false));
                return true;
            },
            CancellationToken.None,
            sql.InsertOf(_rows, _isUnique, _database.Clock())).ConfigureAwait(false);
    }

    private async Task ReadEachAsync(NpgsqlDataReader reader)
    {
        foreach (var call in _wanted)
            await InsertedRows.ReadAsync(reader, call.Jobs, call.Results, _isUnique, CancellationToken.None).ConfigureAwait(false);
    }

    private void Fill((long[] Ids, DateTimeOffset Now) answer)
    {
        var first = 0;
        foreach (var call in _wanted)
        {
            InsertedRows.Fill(call.Results, call.Jobs, answer.Ids, first, answer.Now);
            first += call.Jobs.Count;
        }
    }

    private Task ReturnIfQuietAsync()
    {
        var before = _sentBefore;
        _sentBefore = Volatile.Read(ref _sent);
        return before == _sentBefore ? _rented.ReturnIfFreeAsync() : Task.CompletedTask;
    }
}
