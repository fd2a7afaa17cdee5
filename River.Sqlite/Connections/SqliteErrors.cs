using Microsoft.Data.Sqlite;

namespace River.Sqlite.Connections;

/// <summary>What SQLite's result codes mean for a caller.</summary>
internal static class SqliteErrors
{
    // SQLite's result codes: https://www.sqlite.org/rescode.html
    private const int Error = 1;
    private const int Busy = 5;
    private const int Locked = 6;
    private const int NoMemory = 7;
    private const int ReadOnly = 8;
    private const int Interrupt = 9;
    private const int Io = 10;
    private const int Full = 13;
    private const int CantOpen = 14;
    private const int Protocol = 15;
    private const int NotADatabase = 26;
    private const int UniqueConstraint = 2067;

    /// <summary>A transaction that has read what others have changed since wants to write.</summary>
    public const int StaleSnapshot = 517;

    public static bool IsTransient(Exception error) => error switch
    {
        SqliteException { SqliteErrorCode: Busy or Locked or NoMemory or Interrupt or Io or Full or Protocol } => true,
        StoreUnavailableException { InnerException: SqliteException inner } => IsTransient(inner),
        _ => false,
    };

    public static bool IsBusy(Exception error) => error is SqliteException { SqliteErrorCode: Busy or Locked };

    // The low byte of an extended result code is the plain one.
    public static bool IsBusy(int resultCode) => (resultCode & 0xFF) is Busy or Locked;

    public static SqliteException LockHeld() => new("The write lock is held by another connection.", Busy);

    public static StoreUnavailableException Stale() => new(
        "The transaction can't write any more: it was begun as a deferred one, has read, and another connection has written since. Roll it back and begin it anew; BeginTransaction() without 'deferred: true' takes the write lock at once.",
        new SqliteException("The transaction's snapshot is stale.", Busy, StaleSnapshot));

    public static bool IsUniqueConflict(SqliteException error) => error.SqliteExtendedErrorCode == UniqueConstraint;

    /// <summary>Says in words what went wrong with the file; other errors come back as they are.</summary>
    public static Exception InWords(Exception error, string path, TimeSpan timeout) => error switch
    {
        SqliteException { SqliteErrorCode: Busy or Locked } => new StoreUnavailableException(
            $"Another connection held the write lock of the SQLite file '{path}' for longer than {timeout.TotalSeconds:0.###} s. Keep write transactions short, and inside one pass it on with jobs.In(transaction).", error),
        SqliteException { SqliteErrorCode: ReadOnly } => Unwritable(path, error),
        SqliteException { SqliteErrorCode: CantOpen } => new StoreUnavailableException(
            $"The SQLite file '{path}' can't be opened or created. {WhyNotOpened(path)}", error),
        SqliteException { SqliteErrorCode: NotADatabase } => new StoreUnavailableException(
            $"The file '{path}' is not a SQLite database, or it is encrypted. Name another file in the connection string's Data Source.", error),
        SqliteException { SqliteErrorCode: Full } => new StoreUnavailableException(
            $"The disk that holds the SQLite file '{path}' is full. Make room; nothing of this change was written.", error),
        SqliteException { SqliteErrorCode: Interrupt } => new StoreUnavailableException(
            $"A statement on the SQLite file '{path}' took longer than {timeout.TotalSeconds:0.###} s and was given up.", error),
        SqliteException { SqliteErrorCode: Error } when error.Message.Contains("no such table: river_", StringComparison.Ordinal) =>
            new SchemaVersionException(Missing(path)),
        _ => error,
    };

    public static string Missing(string path) =>
        $"The SQLite file '{path}' has no River tables. Call MigrateOnStart() on the builder, once, or in the process that is started first.";

    public static StoreUnavailableException Unwritable(string path, Exception? error) => new(
        $"The SQLite file '{path}' can't be written. Give this process write access to the file and to its folder, where SQLite keeps its journal.", error);

    private static string WhyNotOpened(string path)
    {
        if (Directory.Exists(path))
            return "It is a folder; name a file in the connection string's Data Source.";
        var folder = Path.GetDirectoryName(path);
        return string.IsNullOrEmpty(folder) || Directory.Exists(folder)
            ? "Give this process read and write access to the file and its folder."
            : $"The folder '{folder}' doesn't exist; create it first.";
    }
}
