using Npgsql;
using NpgsqlTypes;
using River.Postgres.Connections;
using River.Postgres.Sql;
using River.Storage;

namespace River.Postgres.Roles;

internal sealed class PostgresDue(PostgresDatabase database, RentedConnection promoting) : IDue
{
    // Long enough for a short transaction to end, short enough not to hold the other jobs up.
    private static readonly TimeSpan ConflictWait = TimeSpan.FromMilliseconds(500);

    public async Task<Promotion> PromoteAsync(LeaderTerm term, int limit, CancellationToken cancellationToken)
    {
        var sql = await database.StatementsAsync(cancellationToken).ConfigureAwait(false);
        var count = 0;
        var queues = new HashSet<string>(StringComparer.Ordinal);
        while (true)
        {
            var step = await StepAsync(sql, term, limit - count, cancellationToken).ConfigureAwait(false);
            count += step.Count;
            queues.UnionWith(step.Queues);
            // Each queue got a share; when none used its share up, nothing due is left.
            if (count >= limit || step.Count < step.Share || step.Count == 0)
                return new Promotion(count, [.. queues], step.NextDueIn);
        }
    }

    private async Task<Step> StepAsync(Statements sql, LeaderTerm term, int limit, CancellationToken cancellationToken)
    {
        try
        {
            return await RunAsync(sql, term, limit, withoutEntering: false, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (error is UniqueConflictException or PostgresException { SqlState: PostgresErrorCodes.LockNotAvailable })
        {
            // Somebody is inserting a row with the key of one of these; that one waits for the next time.
            return await RunAsync(sql, term, limit, withoutEntering: true, cancellationToken).ConfigureAwait(false);
        }
    }

    private Task<Step> RunAsync(Statements sql, LeaderTerm term, int limit, bool withoutEntering, CancellationToken cancellationToken)
    {
        var wait = Commands.Of("SELECT set_config('lock_timeout', $1, true)").With(NpgsqlDbType.Text, FormattableString.Invariant($"{ConflictWait.TotalMilliseconds}ms"));
        var command = Term.Of(sql.Due.Promote, database, term).With(NpgsqlDbType.Integer, limit).With(NpgsqlDbType.Boolean, withoutEntering);
        return Term.ReadAsync(
            promoting,
            database,
            sql.Lease,
            term,
            async reader =>
            {
                await reader.NextResultAsync(cancellationToken).ConfigureAwait(false);
                await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
                return new Step(
                    reader.GetInt32(0),
                    reader.GetInt32(1),
                    reader.GetFieldValue<string[]>(2),
                    reader.IsDBNull(3) ? null : TimeSpan.FromSeconds(reader.GetDouble(3)));
            },
            cancellationToken,
            wait,
            command);
    }

    private sealed record Step(int Count, int Share, string[] Queues, TimeSpan? NextDueIn);
}
