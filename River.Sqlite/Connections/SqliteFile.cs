using Microsoft.Data.Sqlite;

namespace River.Sqlite.Connections;

/// <summary>Where the jobs are, and how connections to them are made.</summary>
internal sealed class SqliteFile
{
    // The driver's own patience, for the few locks that aren't the write lock, as while a file changes to WAL. SQLite's
    // busy_timeout stays off: the bundled engine is built to sleep a whole second at a time.
    private const int LockPatienceInSeconds = 1;
    private static readonly Version OldestEngine = new(3, 35, 0);

    private readonly string _connectionString;
    private readonly TimeSpan _statementTimeout;
    private volatile string? _fullPath;

    public SqliteFile(string connectionString, TimeSpan statementTimeout)
    {
        var parsed = Parse(connectionString);
        parsed.Mode = SqliteOpenMode.ReadWriteCreate;
        parsed.Cache = SqliteCacheMode.Private;
        // Our connections live as long as the store; pooled ones would keep the file open after it.
        parsed.Pooling = false;
        parsed.DefaultTimeout = LockPatienceInSeconds;
        _connectionString = parsed.ConnectionString;
        _statementTimeout = statementTimeout;
        Path = parsed.DataSource;
    }

    /// <summary>The file's name, as the connection string gives it.</summary>
    public string Path { get; }

    public TimeSpan StatementTimeout => _statementTimeout;

    /// <summary>Whether a connection is to this file; true as long as none of ours has been opened and told where it is.</summary>
    public bool IsFileOf(SqliteConnection connection) =>
        _fullPath is null || string.Equals(_fullPath, connection.DataSource, StringComparison.OrdinalIgnoreCase);

    /// <summary>Does something with the file, and says in words what goes wrong.</summary>
    public T Run<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (SqliteException error)
        {
            throw InWords(error);
        }
    }

    public Exception InWords(Exception error) => SqliteErrors.InWords(error, Path, _statementTimeout);

    /// <summary>Reads a connection string and refuses what the store can't keep its promises on.</summary>
    /// <exception cref="ArgumentException">It isn't one, or names no file that can be written.</exception>
    public static SqliteConnectionStringBuilder Parse(string connectionString)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(connectionString);
        SqliteConnectionStringBuilder parsed;
        try
        {
            parsed = new SqliteConnectionStringBuilder(connectionString);
        }
        catch (ArgumentException error)
        {
            throw new ArgumentException($"This isn't a SQLite connection string, such as 'Data Source=river.db': {error.Message}", nameof(connectionString), error);
        }

        var fault = parsed switch
        {
            { Mode: SqliteOpenMode.Memory } or { DataSource: "" or ":memory:" } =>
                "It names no file. The store uses several connections, and each in-memory one would see a database of its own; name a file, in tests one in the temp folder",
            { DataSource: var source } when source.StartsWith("file:", StringComparison.OrdinalIgnoreCase) =>
                "It names the file by a URI; give its path",
            { Mode: SqliteOpenMode.ReadOnly } => "Mode=ReadOnly can't store jobs; leave Mode out",
            { Cache: SqliteCacheMode.Shared } => "Cache=Shared makes readers and the writer block each other; leave Cache out",
            _ => null,
        };
        return fault is null ? parsed : throw new ArgumentException($"The connection string can't be used for jobs. {fault}.", nameof(connectionString));
    }

    /// <summary>Opens the one connection that writes, and creates the file if there is none.</summary>
    public Session OpenWriter()
    {
        var session = Open();
        try
        {
            // Readers never wait for the writer. An acknowledged write survives a power cut too.
            session["PRAGMA journal_mode = WAL"].Value();
            session["PRAGMA synchronous = FULL"].Run();
            // SQLite opens a file that it may not write for reading, and only the first write would tell.
            return session.IsReadOnly ? throw SqliteErrors.Unwritable(Path, error: null) : session;
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    public Session OpenReader()
    {
        var session = Open();
        try
        {
            session["PRAGMA query_only = ON"].Run();
            return session;
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    private Session Open()
    {
        var connection = Connect();
        try
        {
            connection.Open();
            _fullPath ??= connection.DataSource;
            if (Version.Parse(connection.ServerVersion) < OldestEngine)
                throw new StoreUnavailableException($"The SQLite engine is version {connection.ServerVersion}, River needs {OldestEngine} or later: reference a newer SQLitePCLRaw bundle.");
            return Session.Over(connection, _statementTimeout);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private SqliteConnection Connect()
    {
        try
        {
            return new SqliteConnection(_connectionString);
        }
        catch (Exception error) when (error is not SqliteException)
        {
            throw new StoreUnavailableException("The SQLite engine can't be loaded: reference the package SQLitePCLRaw.bundle_e_sqlite3, or another bundle, in the application.", error);
        }
    }
}
