using System.Net.Sockets;
using Npgsql;

namespace River.Postgres.Connections;

/// <summary>What an error of the driver or the server means to River.</summary>
internal static class PostgresErrors
{
    /// <summary>What an inserting statement says, before the number of rows it inserted, when that isn't all.</summary>
    public const string RowsLeftOut = "river: rows inserted: ";

    private const string IdleSessionTimeout = "57P05";
    private const string UniqueIndex = "river_job_unique_idx";
    private const string KeyDetail = "Key (unique_key)=";

    /// <summary>Whether it passes by itself, so that the statement may be tried again.</summary>
    public static bool IsTransient(Exception error) => error switch
    {
        StoreUnavailableException => true,
        StoreException => false,
        PostgresException postgres => postgres.IsTransient || IsTransientState(postgres.SqlState) || IsStalePlan(postgres),
        NpgsqlException npgsql => npgsql.IsTransient || npgsql.InnerException is IOException or SocketException or TimeoutException,
        TimeoutException or IOException or SocketException => true,
        _ => false,
    };

    /// <summary>Whether a statement prepared on this connection no longer fits the tables, or is unknown to the server.</summary>
    public static bool IsStalePlan(PostgresException error) =>
        error.SqlState is PostgresErrorCodes.InvalidSqlStatementName
            || (string.Equals(error.SqlState, PostgresErrorCodes.FeatureNotSupported, StringComparison.Ordinal)
                && string.Equals(error.Routine, "RevalidateCachedQuery", StringComparison.Ordinal));

    /// <summary>
    /// What the server refused, when that proves that nothing of the transaction was written. An error that ends the session
    /// doesn't: it may come between a commit and its answer. Nor does a pooler's word that it lost the server.
    /// </summary>
    public static PostgresException? Refusal(Exception error) =>
        (error as PostgresException ?? error.InnerException as PostgresException) is { InvariantSeverity: "ERROR" } refusal && !LeavesDoubt(refusal.SqlState) ? refusal : null;

    public static bool IsLockTimeout(PostgresException error) => string.Equals(error.SqlState, PostgresErrorCodes.LockNotAvailable, StringComparison.Ordinal);

    public static bool IsTimeout(PostgresException error) => string.Equals(error.SqlState, PostgresErrorCodes.QueryCanceled, StringComparison.Ordinal);

    /// <summary>Whether an inserting statement ended itself because a trigger left rows out.</summary>
    public static bool IsRowSwallowed(PostgresException error) =>
        string.Equals(error.SqlState, PostgresErrorCodes.InvalidTextRepresentation, StringComparison.Ordinal)
            && error.MessageText.Contains(RowsLeftOut, StringComparison.Ordinal);

    public static bool IsUniqueConflict(PostgresException error) =>
        string.Equals(error.SqlState, PostgresErrorCodes.UniqueViolation, StringComparison.Ordinal)
            && string.Equals(error.ConstraintName, UniqueIndex, StringComparison.Ordinal);

    /// <summary>Says in River's terms why a connection couldn't be opened; null when the error isn't about that.</summary>
    public static StoreException? OfOpening(Exception error, NpgsqlConnectionStringBuilder target) => error switch
    {
        PostgresException { SqlState: PostgresErrorCodes.InvalidPassword } refused =>
            Refused(target, refused, "Check the user and the password in the connection string."),
        PostgresException { SqlState: PostgresErrorCodes.InvalidAuthorizationSpecification } refused =>
            Refused(target, refused, "Check the user and the password in the connection string, that the role has LOGIN, and that the server's pg_hba.conf lets it in from here, with or without TLS."),
        PostgresException { SqlState: PostgresErrorCodes.InsufficientPrivilege } refused =>
            Refused(target, refused, "Grant it CONNECT on the database."),
        PostgresException { SqlState: PostgresErrorCodes.TooManyConnections } full =>
            new StoreUnavailableException($"PostgreSQL at {Address(target)} refuses the connection: {full.MessageText}. Lower Maximum Pool Size in the connection strings of its clients, or raise max_connections, or the CONNECTION LIMIT of the role or the database.", full),
        PostgresException { SqlState: PostgresErrorCodes.InvalidCatalogName } missing =>
            new StoreUnavailableException($"There is no database '{target.Database ?? target.Username}' on PostgreSQL at {Address(target)}. Create it, or name another one in the connection string.", missing),
        PostgresException refused =>
            new StoreUnavailableException($"PostgreSQL at {Address(target)} refuses the connection: {refused.MessageText}.", refused),
        NpgsqlException or SocketException or IOException or TimeoutException =>
            new StoreUnavailableException($"PostgreSQL at {Address(target)} can't be reached: {Innermost(error)}. Check host and port, and that the server runs and can be reached from here.", error),
        _ => null,
    };

    /// <summary>Says in River's terms what a statement ran into; null when there is nothing better to say than the error itself.</summary>
    public static StoreException? OfStatement(Exception error) => error switch
    {
        PostgresException { SqlState: PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.UndefinedColumn or PostgresErrorCodes.UndefinedObject or PostgresErrorCodes.UndefinedFunction or PostgresErrorCodes.InvalidSchemaName } missing =>
            new SchemaVersionException($"River's tables are missing or older than this library needs ({missing.MessageText}). {SchemaVersionAdvice}", missing),
        PostgresException { SqlState: PostgresErrorCodes.InsufficientPrivilege } refused =>
            new StoreAuthenticationException($"PostgreSQL doesn't let this user work with River's tables: {refused.MessageText}. Grant SELECT, INSERT, UPDATE and DELETE on them, and USAGE on their sequences and their schema.", refused),
        _ => null,
    };

    /// <summary>What to do about a missing migration.</summary>
    public const string SchemaVersionAdvice = "Call MigrateOnStart() on the builder, or run RiverMigrator.MigrateUpAsync() when you deploy.";

    public static UniqueConflictException Conflict(PostgresException error) =>
        new("Another job with the same unique key is there, in a state in which it blocks duplicates.", error);

    /// <summary>The key is a hash. The driver knows the detail only where the connection string asks for it (Include Error Detail).</summary>
    public static UniqueConflictException BulkConflict(PostgresException error) =>
        UniqueConflictException.OfBulk("A job", error.Detail is { } detail && detail.StartsWith(KeyDetail, StringComparison.Ordinal) ? $" PostgreSQL says: {detail}" : "", error);

    /// <summary>Connection errors, ends of the session, faults of the system, and a completion that is unknown.</summary>
    private static bool LeavesDoubt(string state) =>
        state.StartsWith("08", StringComparison.Ordinal) || state.StartsWith("57P", StringComparison.Ordinal)
            || state.StartsWith("58", StringComparison.Ordinal) || state is PostgresErrorCodes.StatementCompletionUnknown;

    private static bool IsTransientState(string state) => state switch
    {
        PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.LockNotAvailable
            or PostgresErrorCodes.QueryCanceled or PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown
            or PostgresErrorCodes.CannotConnectNow or PostgresErrorCodes.ReadOnlySqlTransaction or PostgresErrorCodes.ObjectInUse
            or PostgresErrorCodes.DatabaseDropped or IdleSessionTimeout => true,
        // A pooler between may refuse the login, or not know the database, in answer to a statement.
        _ => state.StartsWith("08", StringComparison.Ordinal) || state.StartsWith("28", StringComparison.Ordinal)
            || state.StartsWith("3D", StringComparison.Ordinal) || state.StartsWith("53", StringComparison.Ordinal),
    };

    private static StoreAuthenticationException Refused(NpgsqlConnectionStringBuilder target, PostgresException refused, string advice) =>
        new($"PostgreSQL at {Address(target)} refuses user '{target.Username}': {refused.MessageText}. {advice}", refused);

    private static string Address(NpgsqlConnectionStringBuilder target) => $"{target.Host}:{target.Port}";

    private static string Innermost(Exception error)
    {
        while (error.InnerException is { } inner)
            error = inner;
        return error.Message.TrimEnd('.');
    }
}
