using Npgsql;
using NpgsqlTypes;
using River.Postgres.Connections;

namespace River.Postgres.Migrating;

/// <summary>The table of versions, in whichever form a database has it.</summary>
internal static class AppliedVersions
{
    private const string Shape =
        "SELECT count(*) > 0, count(*) FILTER (WHERE attname = 'line') > 0 FROM pg_catalog.pg_attribute WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped";

    public static async Task<IReadOnlyList<RiverMigration>> ReadAsync(
        PostgresDatabase database, NpgsqlConnection connection, NpgsqlTransaction? transaction, SchemaName schema, CancellationToken cancellationToken)
    {
        var table = schema.Of("river_migration");
        var (exists, hasLine) = await database.RunAsync(
            connection,
            transaction,
            prepare: false,
            [Commands.Of(Shape).With(NpgsqlDbType.Text, table)],
            async reader => await reader.ReadAsync(cancellationToken).ConfigureAwait(false) ? (reader.GetBoolean(0), reader.GetBoolean(1)) : default,
            cancellationToken).ConfigureAwait(false);
        if (!exists)
            return [];

        var text = $"SELECT {(hasLine ? "line" : "'main'")}, version, created_at FROM {table} ORDER BY 1, 2";
        return await database.RunAsync(connection, transaction, prepare: false, [Commands.Of(text)], reader => reader.ListAsync(Read, cancellationToken), cancellationToken).ConfigureAwait(false);
    }

    private static RiverMigration Read(NpgsqlDataReader reader)
    {
        var (line, version) = (reader.GetString(0), (int)reader.GetInt64(1));
        var known = MigrationStep.All.FirstOrDefault(step => step.IsOf(line) && step.Version == version);
        return new RiverMigration(line, version, known?.Name ?? "applied by another version of River", reader.GetFieldValue<DateTimeOffset>(2));
    }
}
