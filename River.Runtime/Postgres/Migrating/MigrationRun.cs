using System.Globalization;
using Npgsql;
using NpgsqlTypes;
using River.Postgres.Connections;

namespace River.Postgres.Migrating;

/// <summary>Applies or reverts one version at a time, each in its own transaction and behind a lock that all migrators of the schema share.</summary>
internal sealed class MigrationRun(PostgresDatabase database, RiverMigratorOptions options, SchemaName schema, bool createSchema)
{
    /// <summary>Takes the next step that the applied versions call for.</summary>
    /// <returns>What was done; null when nothing is left to do.</returns>
    public async Task<RiverMigration?> StepAsync(
        MigrationDirection direction, Func<IReadOnlyList<RiverMigration>, MigrationStep?> next, CancellationToken cancellationToken)
    {
        var connection = await database.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = connection.ConfigureAwait(false);
        var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        await using var __ = transaction.ConfigureAwait(false);
        await LockAsync(connection, cancellationToken).ConfigureAwait(false);

        var applied = await AppliedVersions.ReadAsync(database, connection, transaction, schema, cancellationToken).ConfigureAwait(false);
        if (next(applied) is not { } step)
            return null;
        if (createSchema)
            await CreateSchemaAsync(connection, cancellationToken).ConfigureAwait(false);
        try
        {
            await ExecuteAsync(connection, step.Sql(direction, schema), cancellationToken).ConfigureAwait(false);
            var at = await NowAsync(connection, cancellationToken).ConfigureAwait(false);
            await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
            return new RiverMigration(step.Line, step.Version, step.Name, direction == MigrationDirection.Up ? at : null);
        }
        catch (PostgresException error) when (error.SqlState is PostgresErrorCodes.LockNotAvailable)
        {
            throw new StoreUnavailableException(
                $"Migration {step.Line} {step.Version} gave up: other sessions held River's tables for {options.LockTimeout.TotalSeconds:0.#} s. Nothing of it was applied. Try again when they are done, or raise RiverMigratorOptions.LockTimeout.", error);
        }
        catch (PostgresException error) when (error.SqlState is PostgresErrorCodes.InsufficientPrivilege)
        {
            throw new StoreAuthenticationException(
                $"PostgreSQL doesn't let this user apply migration {step.Line} {step.Version} in schema '{schema.Name}': {error.MessageText}. Migrate as a user who may create tables there.", error);
        }
    }

    /// <summary>The time of the transaction, which its version is recorded with.</summary>
    private Task<DateTimeOffset?> NowAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        database.RunAsync<DateTimeOffset?>(
            connection,
            transaction: null,
            prepare: false,
            [Commands.Of("SELECT now()")],
            async reader => await reader.ReadAsync(cancellationToken).ConfigureAwait(false) ? reader.GetFieldValue<DateTimeOffset>(0) : null,
            cancellationToken);

    private async Task LockAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        // While another migrator works, this one waits as long as a migration may take; for tables it waits less.
        var commands = new[]
        {
            Commands.Of("SELECT set_config('statement_timeout', $1, true), set_config('lock_timeout', $1, true)").With(NpgsqlDbType.Text, Milliseconds(options.StatementTimeout)),
            Commands.Of("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))").With(NpgsqlDbType.Text, $"river migrations in {schema.Name}"),
            Commands.Of("SELECT set_config('lock_timeout', $1, true)").With(NpgsqlDbType.Text, Milliseconds(options.LockTimeout)),
        };
        var batch = new NpgsqlBatch(connection) { Timeout = Seconds(options.StatementTimeout) };
        await using var _ = batch.ConfigureAwait(false);
        foreach (var command in commands)
            batch.BatchCommands.Add(command);
        await batch.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task CreateSchemaAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        // IF NOT EXISTS would ask for the right to create schemas even where there is nothing to do.
        var command = new NpgsqlCommand("SELECT count(*) FROM pg_catalog.pg_namespace WHERE nspname = $1", connection) { CommandTimeout = Seconds(options.StatementTimeout) };
        await using var _ = command.ConfigureAwait(false);
        command.Parameters.Add(new NpgsqlParameter { Value = schema.Name });
        if (await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is 0L)
            await ExecuteAsync(connection, $"CREATE SCHEMA {schema.Quoted}", cancellationToken).ConfigureAwait(false);
    }

    private async Task ExecuteAsync(NpgsqlConnection connection, string text, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand(text, connection) { CommandTimeout = Seconds(options.StatementTimeout) };
        await using var _ = command.ConfigureAwait(false);
        await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    private static string Milliseconds(TimeSpan timeout) => Math.Max(1, (long)timeout.TotalMilliseconds).ToString(CultureInfo.InvariantCulture);

    private static int Seconds(TimeSpan timeout) => Math.Max(1, (int)Math.Ceiling(timeout.TotalSeconds)) + 1;
}
