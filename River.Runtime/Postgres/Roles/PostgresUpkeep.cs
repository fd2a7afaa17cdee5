using Npgsql;
using NpgsqlTypes;
using River.Postgres.Connections;
using River.Postgres.Sql;
using River.Storage;

namespace River.Postgres.Roles;

internal sealed class PostgresUpkeep(PostgresDatabase database) : IUpkeep
{
    public IReadOnlyList<string> Indexes { get; } =
    [
        "river_job_args_index", "river_job_kind", "river_job_metadata_index", "river_job_pkey", "river_job_prioritized_fetching_index",
        "river_job_state_and_finalized_at_index", "river_job_unique_idx",
    ];

    public async Task<Pruned> PruneJobsAsync(LeaderTerm term, PruneDemand demand, CancellationToken cancellationToken)
    {
        var sql = await database.StatementsAsync(cancellationToken).ConfigureAwait(false);
        var command = Term.Of(sql.Upkeep.PruneJobs, database, term)
            .With(NpgsqlDbType.Text, StateName(demand.State))
            .With(NpgsqlDbType.Bigint, InsertParameters.Microseconds(demand.KeptFor))
            .With(NpgsqlDbType.TimestampTz, demand.From?.ToUniversalTime())
            .With(NpgsqlDbType.Integer, demand.Looks)
            .With(NpgsqlDbType.Integer, demand.Limit)
            .With(NpgsqlDbType.Array | NpgsqlDbType.Text, demand.Scope.Kinds)
            .With(NpgsqlDbType.Array | NpgsqlDbType.Text, demand.Scope.OwnKinds)
            .With(NpgsqlDbType.Array | NpgsqlDbType.Text, demand.Scope.Queues)
            .With(NpgsqlDbType.Array | NpgsqlDbType.Text, demand.Scope.OwnQueues)
            .With(NpgsqlDbType.Boolean, demand.Scope.Rest);
        return await Term.ReadAsync(
            database,
            sql.Lease,
            term,
            async reader => await reader.ReadAsync(cancellationToken).ConfigureAwait(false)
                ? new Pruned(reader.GetInt32(0), reader.GetFieldValue<DateTimeOffset>(1), reader.GetBoolean(2))
                : new Pruned(0, Next: null, IsDone: true),
            cancellationToken,
            command).ConfigureAwait(false);
    }

    public async Task<int> ExpireQueuesAsync(LeaderTerm term, TimeSpan unstampedFor, int limit, CancellationToken cancellationToken)
    {
        var sql = await database.StatementsAsync(cancellationToken).ConfigureAwait(false);
        return await CountAsync(sql, sql.Upkeep.ExpireQueues, term, unstampedFor, limit, cancellationToken).ConfigureAwait(false);
    }

    public async Task<int> PruneNotificationsAsync(LeaderTerm term, TimeSpan olderThan, int limit, CancellationToken cancellationToken)
    {
        var sql = await database.StatementsAsync(cancellationToken).ConfigureAwait(false);
        return await CountAsync(sql, sql.Upkeep.PruneNotifications, term, olderThan, limit, cancellationToken).ConfigureAwait(false);
    }

    public async Task<Reindexed> ReindexAsync(LeaderTerm term, string index, TimeSpan limit, CancellationToken cancellationToken)
    {
        var sql = await database.StatementsAsync(cancellationToken).ConfigureAwait(false);
        var check = Term.Of(sql.Upkeep.Rebuildable, database, term).With(NpgsqlDbType.Text, sql.Schema.Name).With(NpgsqlDbType.Text, index);
        var obstacle = await database.ReadAsync<Reindexed?>(
            transaction: null,
            async reader =>
            {
                await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
                return reader switch
                {
                    _ when !reader.GetBoolean(0) => Reindexed.NotLeading,
                    _ when !reader.GetBoolean(1) => Reindexed.Missing,
                    _ when reader.GetBoolean(2) => Reindexed.Busy,
                    _ => null,
                };
            },
            cancellationToken,
            check).ConfigureAwait(false);
        if (obstacle is { } found)
            return found;
        await AloneAsync($"REINDEX INDEX CONCURRENTLY {sql.Schema.Quoted}.{SchemaName.Quote(index)}", limit, cancellationToken).ConfigureAwait(false);
        return Reindexed.Done;
    }

    public async Task<IReadOnlyList<string>> DropLeftoversAsync(LeaderTerm term, TimeSpan limit, CancellationToken cancellationToken)
    {
        var sql = await database.StatementsAsync(cancellationToken).ConfigureAwait(false);
        var dropped = new List<string>();
        // Looked for anew after each, since dropping waits for transactions to end and the term may end meanwhile.
        while (await LeftoversAsync(sql, term, cancellationToken).ConfigureAwait(false) is [var name, ..] && !dropped.Contains(name, StringComparer.Ordinal))
        {
            await AloneAsync($"DROP INDEX CONCURRENTLY IF EXISTS {sql.Schema.Quoted}.{SchemaName.Quote(name)}", limit, cancellationToken).ConfigureAwait(false);
            dropped.Add(name);
        }

        return dropped;
    }

    private Task<List<string>> LeftoversAsync(Statements sql, LeaderTerm term, CancellationToken cancellationToken) =>
        database.ReadAsync(
            transaction: null,
            reader => reader.ListAsync(row => row.GetString(0), cancellationToken),
            cancellationToken,
            Term.Of(sql.Upkeep.Leftovers, database, term).With(NpgsqlDbType.Text, sql.Schema.Name));

    private Task<int> CountAsync(Statements sql, string text, LeaderTerm term, TimeSpan age, int limit, CancellationToken cancellationToken) =>
        Term.ReadAsync(
            database,
            sql.Lease,
            term,
            async reader => await reader.ReadAsync(cancellationToken).ConfigureAwait(false) ? reader.GetInt32(0) : 0,
            cancellationToken,
            Term.Of(text, database, term).With(NpgsqlDbType.Bigint, InsertParameters.Microseconds(age)).With(NpgsqlDbType.Integer, limit));

    /// <summary>Runs what PostgreSQL takes outside a transaction only, and for longer than other statements may.</summary>
    private async Task AloneAsync(string text, TimeSpan limit, CancellationToken cancellationToken)
    {
        var connection = await database.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = connection.ConfigureAwait(false);
        // The server's own limit holds also when nobody is left to cancel. In a pooler's session it would stay for others.
        var milliseconds = (long)Math.Max(1, limit.TotalMilliseconds);
        if (!database.IsPooled)
            await RunAsync(connection, FormattableString.Invariant($"SET statement_timeout = {milliseconds}"), database.StatementTimeout, cancellationToken).ConfigureAwait(false);
        try
        {
            await RunAsync(connection, text, limit + database.StatementTimeout, cancellationToken).ConfigureAwait(false);
        }
        catch (PostgresException error) when (error is { SqlState: PostgresErrorCodes.QueryCanceled } && !cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"'{text}' took longer than {limit}.", error);
        }
        catch (PostgresException error) when (error is { SqlState: PostgresErrorCodes.InsufficientPrivilege })
        {
            throw new StoreAuthenticationException($"PostgreSQL doesn't let this user build River's indexes anew: {error.MessageText}. Make it the owner of River's tables, or set Reindex.Enabled to false.", error);
        }
        finally
        {
            if (!database.IsPooled && connection.FullState == System.Data.ConnectionState.Open)
                await RunAsync(connection, "RESET statement_timeout", database.StatementTimeout, CancellationToken.None).ConfigureAwait(false);
        }
    }

    private static async Task RunAsync(NpgsqlConnection connection, string text, TimeSpan limit, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand(text, connection) { CommandTimeout = (int)Math.Min(Math.Ceiling(limit.TotalSeconds), int.MaxValue) };
        await using var _ = command.ConfigureAwait(false);
        await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    private static string StateName(JobState state) => state switch
    {
        JobState.Completed => "completed",
        JobState.Cancelled => "cancelled",
        JobState.Discarded => "discarded",
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "Only finalized jobs are pruned."),
    };
}
