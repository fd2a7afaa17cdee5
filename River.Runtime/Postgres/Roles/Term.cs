using Npgsql;
using NpgsqlTypes;
using River.Postgres.Connections;
using River.Postgres.Sql;
using River.Storage;

namespace River.Postgres.Roles;

/// <summary>Sends what only the leader may: the statement asks for the term itself, and the server ends it with the lease.</summary>
internal static class Term
{
    /// <summary>A command whose first parameters are the clock, the leader and the start of its term.</summary>
    public static NpgsqlBatchCommand Of(string text, PostgresDatabase database, LeaderTerm term) =>
        Commands.Of(text)
            .WithClock(database.Clock())
            .With(NpgsqlDbType.Text, term.LeaderId)
            .With(NpgsqlDbType.TimestampTz, term.ElectedAt.ToUniversalTime());

    public static Task<T> ReadAsync<T>(
        PostgresDatabase database, LeaseSql sql, LeaderTerm term, Func<NpgsqlDataReader, Task<T>> read, CancellationToken cancellationToken, params NpgsqlBatchCommand[] commands) =>
        database.ReadSteadilyAsync(PostgresDatabase.SkipSettings(read), cancellationToken, [Confined(sql, database, term), .. commands]);

    /// <summary>The same, on a connection that is rented for it.</summary>
    public static Task<T> ReadAsync<T>(
        RentedConnection rented, PostgresDatabase database, LeaseSql sql, LeaderTerm term, Func<NpgsqlDataReader, Task<T>> read, CancellationToken cancellationToken, params NpgsqlBatchCommand[] commands) =>
        rented.ReadAsync(PostgresDatabase.SkipSettings(read), cancellationToken, [Confined(sql, database, term), .. commands]);

    private static NpgsqlBatchCommand Confined(LeaseSql sql, PostgresDatabase database, LeaderTerm term) =>
        Of(sql.Confine, database, term).With(NpgsqlDbType.Bigint, (long)Math.Max(1, database.StatementTimeout.TotalMilliseconds));
}
