using System.Diagnostics;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace River.Sqlite.Connections;

/// <summary>A connection with its prepared statements and a limit to how long each may take. Not for two threads at once.</summary>
internal sealed class Session : IDisposable
{
    // How many steps of SQLite's machine pass between two looks at the time: well under a millisecond.
    private const int StepsBetweenLooks = 20_000;

    private readonly Dictionary<string, Statement> _statements = new(StringComparer.Ordinal);
    private readonly SqliteConnection _connection;
    private readonly SqliteTransaction? _transaction;
    private readonly TimeSpan _statementTimeout;
    private readonly delegate_progress? _look;
    private long _started;

    private Session(SqliteConnection connection, SqliteTransaction? transaction, TimeSpan statementTimeout)
    {
        _connection = connection;
        _transaction = transaction;
        _statementTimeout = statementTimeout;
        if (transaction is null)
        {
            _look = IsOverdue;
            raw.sqlite3_progress_handler(connection.Handle, StepsBetweenLooks, _look, null);
        }
    }

    /// <summary>A session on a connection of our own, disposed with it.</summary>
    public static Session Over(SqliteConnection connection, TimeSpan statementTimeout) => new(connection, transaction: null, statementTimeout);

    /// <summary>A session in a caller's transaction, whose connection stays the caller's, time limits included.</summary>
    public static Session In(SqliteTransaction transaction) => new(transaction.Connection!, transaction, Timeout.InfiniteTimeSpan);

    /// <summary>Whether a transaction is open; SQLite ends it by itself after some errors, as when the disk is full.</summary>
    public bool InTransaction => raw.sqlite3_get_autocommit(_connection.Handle) == 0;

    /// <summary>Whether the file can only be read; known once a statement has looked at it.</summary>
    public bool IsReadOnly => raw.sqlite3_db_readonly(_connection.Handle, "main") == 1;

    public Statement this[string sql]
    {
        get
        {
            if (_statements.TryGetValue(sql, out var statement))
                return statement;
            var command = _connection.CreateCommand();
            command.CommandText = sql;
            command.Transaction = _transaction;
            return _statements[sql] = new Statement(command, this);
        }
    }

    /// <summary>Takes the write lock if nobody has it. Not through the driver, which would look again only every 150 ms.</summary>
    public bool TryBegin()
    {
        var code = raw.sqlite3_exec(_connection.Handle, "BEGIN IMMEDIATE");
        if (SqliteErrors.IsBusy(code))
            return false;
        SqliteException.ThrowExceptionForRC(code, _connection.Handle);
        return true;
    }

    /// <summary>Takes the write lock within an open transaction, if that hasn't got it and nobody else has.</summary>
    /// <exception cref="StoreUnavailableException">The transaction has read, and others have written since: it will never get it.</exception>
    public bool TryLock()
    {
        var code = raw.sqlite3_exec(_connection.Handle, "UPDATE river_job SET id = id WHERE 0");
        if (!SqliteErrors.IsBusy(code))
            return true;
        return raw.sqlite3_extended_errcode(_connection.Handle) == SqliteErrors.StaleSnapshot ? throw SqliteErrors.Stale() : false;
    }

    public void RestartTimer() => _started = Stopwatch.GetTimestamp();

    public void Dispose()
    {
        foreach (var statement in _statements.Values)
            statement.Dispose();
        _statements.Clear();
        if (_transaction is null)
            _connection.Dispose();
    }

    private int IsOverdue(object userData) => Stopwatch.GetElapsedTime(_started) > _statementTimeout ? 1 : 0;
}
