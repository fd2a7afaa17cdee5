using System.Globalization;
using Npgsql;
using River.Postgres.Connections;

namespace River.Postgres.Migrating;

/// <summary>
/// Brings the indexes and settings of <c>river_job</c> to what the options ask for. Nothing is recorded: the catalogue itself
/// tells what is there, and River's list of migrations stays as it is.
/// </summary>
internal sealed class Tuning(PostgresDatabase database, RiverMigratorOptions options, SchemaName schema)
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(200);

    /// <summary>The indexes that <see cref="RiverIndexes.Lean"/> goes without, with the column of each.</summary>
    private static readonly (string Name, string Column)[] Gin = [("river_job_args_index", "args"), ("river_job_metadata_index", "metadata")];

    private static readonly (string Name, string Value)[] Busy =
    [
        ("fillfactor", "50"),
        ("autovacuum_vacuum_scale_factor", "0"),
        ("autovacuum_vacuum_threshold", "20000"),
        ("autovacuum_vacuum_insert_scale_factor", "0"),
        ("autovacuum_vacuum_insert_threshold", "100000"),
        ("autovacuum_analyze_scale_factor", "0"),
        ("autovacuum_analyze_threshold", "50000"),
        ("autovacuum_vacuum_cost_delay", "0"),
    ];

    private string Table => schema.Of("river_job");

    public async Task ApplyAsync(CancellationToken cancellationToken)
    {
        if (options.Indexes is null && options.TableSettings is null)
            return;

        // The lock is another connection's: what builds an index waits for transactions that began before, and so would for its own.
        var guard = await database.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = guard.ConfigureAwait(false);
        var alone = await LockAsync(guard, cancellationToken).ConfigureAwait(false);
        await using var __ = alone.ConfigureAwait(false);

        var connection = await database.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using var ___ = connection.ConfigureAwait(false);
        try
        {
            await ExecuteAsync(connection, $"SET statement_timeout = {Milliseconds(options.StatementTimeout)}; SET lock_timeout = {Milliseconds(options.LockTimeout)}", cancellationToken).ConfigureAwait(false);
            if (options.TableSettings is { } settings)
                await SetAsync(connection, settings, cancellationToken).ConfigureAwait(false);
            if (options.Indexes is { } indexes)
                await ChangeIndexesAsync(connection, indexes, cancellationToken).ConfigureAwait(false);
        }
        catch (PostgresException error) when (error.SqlState is PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.QueryCanceled && !cancellationToken.IsCancellationRequested)
        {
            throw new StoreUnavailableException(
                $"The indexes or settings of {Table} were not all changed: other sessions held the table, or the change took longer than {options.StatementTimeout.TotalSeconds:0.#} s. Try again when they are done, or raise RiverMigratorOptions.LockTimeout and StatementTimeout.", error);
        }
        catch (PostgresException error) when (error.SqlState is PostgresErrorCodes.InsufficientPrivilege)
        {
            throw new StoreAuthenticationException($"PostgreSQL doesn't let this user change the indexes or settings of {Table}: {error.MessageText}. Migrate as the owner of the table.", error);
        }
        finally
        {
            if (connection.FullState == System.Data.ConnectionState.Open)
                await ExecuteAsync(connection, "RESET statement_timeout; RESET lock_timeout", CancellationToken.None).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Asks again and again, each time in a transaction of its own, rather than waits: who builds an index waits for every
    /// transaction that has a snapshot from before.
    /// </summary>
    private async Task<NpgsqlTransaction> LockAsync(NpgsqlConnection guard, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(options.StatementTimeout, database.Time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            while (true)
            {
                var transaction = await guard.BeginTransactionAsync(limit.Token).ConfigureAwait(false);
                if (await TryLockAsync(guard, limit.Token).ConfigureAwait(false))
                    return transaction;
                await transaction.DisposeAsync().ConfigureAwait(false);
                await Task.Delay(LookAgain, database.Time, limit.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException error) when (!cancellationToken.IsCancellationRequested)
        {
            throw new StoreUnavailableException($"Another migrator was still changing the indexes or settings of {Table} after {options.StatementTimeout.TotalSeconds:0.#} s. Try again when it is done.", error);
        }
    }

    private async Task<bool> TryLockAsync(NpgsqlConnection guard, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand("SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0))", guard);
        await using var _ = command.ConfigureAwait(false);
        command.Parameters.Add(new NpgsqlParameter { Value = $"river tuning in {schema.Name}" });
        if (await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is not true)
            return false;

        // The transaction only stands there from now on. This statement also ends the one before, whose snapshot would be waited for.
        await ExecuteAsync(guard, "SET LOCAL idle_in_transaction_session_timeout = 0", cancellationToken).ConfigureAwait(false);
        return true;
    }

    private async Task SetAsync(NpgsqlConnection connection, RiverTableSettings settings, CancellationToken cancellationToken)
    {
        var text = settings == RiverTableSettings.Busy
            ? $"SET ({string.Join(", ", Busy.Select(setting => $"{setting.Name} = {setting.Value}"))})"
            : $"RESET ({string.Join(", ", Busy.Select(setting => setting.Name))})";
        await ExecuteAsync(connection, $"ALTER TABLE {Table} {text}", cancellationToken).ConfigureAwait(false);
    }

    private async Task ChangeIndexesAsync(NpgsqlConnection connection, RiverIndexes indexes, CancellationToken cancellationToken)
    {
        // Both wait for whatever else is under way on the table, which may take as long as the statement itself may.
        await ExecuteAsync(connection, "SET lock_timeout = 0", cancellationToken).ConfigureAwait(false);
        foreach (var (name, column) in Gin)
        {
            var found = await IsValidAsync(connection, name, cancellationToken).ConfigureAwait(false);

            // One that isn't valid is what an interrupted build left behind.
            if (found is not null && (indexes == RiverIndexes.Lean || found is false))
                await DropAsync(connection, name, cancellationToken).ConfigureAwait(false);
            if (indexes == RiverIndexes.Full && found is not true)
                await BuildAsync(connection, name, column, cancellationToken).ConfigureAwait(false);
        }
    }

    private Task DropAsync(NpgsqlConnection connection, string index, CancellationToken cancellationToken) =>
        ExecuteAsync(connection, $"DROP INDEX CONCURRENTLY IF EXISTS {schema.Of(index)}", cancellationToken);

    private async Task BuildAsync(NpgsqlConnection connection, string index, string column, CancellationToken cancellationToken)
    {
        try
        {
            await ExecuteAsync(connection, $"CREATE INDEX CONCURRENTLY {index} ON {Table} USING gin ({column})", cancellationToken).ConfigureAwait(false);
        }
        catch when (connection.FullState == System.Data.ConnectionState.Open)
        {
            // Or each change of a job would go on writing to an index that no query may use.
            await DropAsync(connection, index, CancellationToken.None).ConfigureAwait(false);
            throw;
        }
    }

    /// <returns>Null: there is no such index.</returns>
    private async Task<bool?> IsValidAsync(NpgsqlConnection connection, string index, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand("SELECT indisvalid FROM pg_catalog.pg_index WHERE indexrelid = to_regclass($1)", connection) { CommandTimeout = Seconds() };
        await using var _ = command.ConfigureAwait(false);
        command.Parameters.Add(new NpgsqlParameter { Value = schema.Of(index) });
        return (bool?)await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task ExecuteAsync(NpgsqlConnection connection, string text, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand(text, connection) { CommandTimeout = Seconds() };
        await using var _ = command.ConfigureAwait(false);
        await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    private int Seconds() => Math.Max(1, (int)Math.Ceiling(options.StatementTimeout.TotalSeconds)) + 1;

    private static string Milliseconds(TimeSpan time) => Math.Max(1, (long)time.TotalMilliseconds).ToString(CultureInfo.InvariantCulture);
}
