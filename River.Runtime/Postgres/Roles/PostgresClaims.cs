using System.Data.Common;
using Npgsql;
using NpgsqlTypes;
using River.Postgres.Connections;
using River.Postgres.Sql;
using River.Storage;

namespace River.Postgres.Roles;

internal sealed class PostgresClaims(PostgresDatabase database, RentedConnection claiming, RentedConnection completing) : IClaims
{
    public async Task<IReadOnlyList<ClaimedJob>> ClaimAsync(ClaimDemand demand, CancellationToken cancellationToken)
    {
        var asked = demand.Queues.Where(queue => queue.FreeSlots > 0).ToArray();
        if (asked.Length == 0 || demand.Kinds.Length == 0)
            return [];
        var sql = (await database.StatementsAsync(cancellationToken).ConfigureAwait(false)).Claims;
        var command = Commands.Of(sql.Claim)
            .WithClock(database.Clock())
            .With(NpgsqlDbType.Array | NpgsqlDbType.Text, Array.ConvertAll(asked, queue => queue.Queue))
            .With(NpgsqlDbType.Array | NpgsqlDbType.Integer, Array.ConvertAll(asked, queue => queue.FreeSlots))
            .With(NpgsqlDbType.Array | NpgsqlDbType.Text, demand.Kinds)
            .With(NpgsqlDbType.Text, demand.ClientId)
            .With(NpgsqlDbType.TimestampTz, demand.StartedAt?.ToUniversalTime())
            .WithCursors(asked, queue => queue.After);
        var claimed = await claiming.ReadAsync(reader => reader.ListAsync(JobRowReader.ReadClaimed, cancellationToken), cancellationToken, command).ConfigureAwait(false);
        claimed.Sort(new ServingOrder(asked));
        return claimed;
    }

    public async Task<IReadOnlyList<SettleResult>> SettleAsync(IReadOnlyList<Settlement> settlements, DbTransaction? transaction, CancellationToken cancellationToken)
    {
        if (settlements.Count == 0)
            return [];
        var sql = (await database.StatementsAsync(cancellationToken).ConfigureAwait(false)).Claims;
        // Rows are locked in the order of their numbers, so that two batches can't wait for each other.
        var order = Enumerable.Range(0, settlements.Count).OrderBy(i => settlements[i].Token.JobId).ToArray();
        var sorted = Array.ConvertAll(order, i => settlements[i]);
        var hasFollowUps = sorted.Any(settlement => settlement.FollowUps.Count > 0);
        var wantsRows = Array.Exists(sorted, settlement => settlement.WantsRow);
        var text = (hasFollowUps, wantsRows) switch
        {
            (false, false) => sql.Settle,
            (false, true) => sql.SettleAndRead,
            (true, false) => sql.SettleWithFollowUps,
            (true, true) => sql.SettleWithFollowUpsAndRead,
        };
        var command = Commands.Of(text).WithClock(database.Clock()).WithSettlements(sorted);
        if (hasFollowUps)
            command.WithFollowUps(sorted);

        Task<List<SettleResult>> Read(NpgsqlDataReader reader) => reader.ListAsync<SettleResult>(wantsRows ? ReadResultAndRow : ReadResult, cancellationToken);
        var results = transaction is null
            ? await completing.ReadAsync(Read, cancellationToken, command).ConfigureAwait(false)
            : await InAsync(transaction, sorted[0].Token, Read, command, cancellationToken).ConfigureAwait(false);
        var ordered = new SettleResult[settlements.Count];
        for (var i = 0; i < order.Length; i++)
            ordered[order[i]] = results[i];
        return ordered;
    }

    public async Task<SettleResult> RecordAsync(ClaimToken token, byte[] metadata, DbTransaction? transaction, CancellationToken cancellationToken)
    {
        var sql = (await database.StatementsAsync(cancellationToken).ConfigureAwait(false)).Claims;
        var command = Commands.Of(sql.Record)
            .With(NpgsqlDbType.Bigint, token.JobId)
            .With(NpgsqlDbType.Smallint, (short)token.Attempt)
            .With(NpgsqlDbType.TimestampTz, token.AttemptedAt.ToUniversalTime())
            .With(NpgsqlDbType.Jsonb, metadata);
        Task<List<SettleResult>> Read(NpgsqlDataReader reader) => reader.ListAsync(ReadResult, cancellationToken);
        var results = transaction is null
            ? await database.ReadAsync(transaction: null, Read, cancellationToken, command).ConfigureAwait(false)
            : await InAsync(transaction, token, Read, command, cancellationToken).ConfigureAwait(false);
        return results[0];
    }

    /// <summary>In the caller's transaction, whose snapshot may be older than the row.</summary>
    private async Task<List<SettleResult>> InAsync(
        DbTransaction transaction, ClaimToken token, Func<NpgsqlDataReader, Task<List<SettleResult>>> read, NpgsqlBatchCommand command, CancellationToken cancellationToken)
    {
        try
        {
            return await database.ReadAsync(transaction, read, cancellationToken, command).ConfigureAwait(false);
        }
        catch (PostgresException error) when (error.SqlState is PostgresErrorCodes.SerializationFailure)
        {
            throw new JobTransactionConflictException(token.JobId, error);
        }
    }

    public async Task<IReadOnlyList<ClaimedJob>> ExpiredAsync(TimeSpan olderThan, long afterId, int limit, CancellationToken cancellationToken)
    {
        var sql = (await database.StatementsAsync(cancellationToken).ConfigureAwait(false)).Claims;
        var command = Commands.Of(sql.Expired)
            .WithClock(database.Clock())
            .With(NpgsqlDbType.Bigint, InsertParameters.Microseconds(olderThan))
            .With(NpgsqlDbType.Bigint, afterId)
            .With(NpgsqlDbType.Integer, limit);
        return await database.ReadSteadilyAsync(reader => reader.ListAsync(JobRowReader.ReadClaimed, cancellationToken), cancellationToken, command).ConfigureAwait(false);
    }

    private static SettleResult ReadResult(NpgsqlDataReader reader) => ReadResult(reader, first: 0);

    private static SettleResult ReadResultAndRow(NpgsqlDataReader reader)
    {
        var result = ReadResult(reader, JobRowReader.Columns);
        return result is { State: not null, IsLocked: false } ? result with { Row = JobRowReader.ReadClaimed(reader).Row } : result;
    }

    private static SettleResult ReadResult(NpgsqlDataReader reader, int first) => reader.IsDBNull(first + 1)
        ? new SettleResult(Accepted: false, State: null)
        : reader.GetString(first + 1) is ClaimSql.Locked
            ? new SettleResult(Accepted: false, JobState.Running, IsLocked: true)
            : new SettleResult(reader.GetBoolean(first), JobRowReader.StateOf(reader.GetString(first + 1)));

    /// <summary>An update returns its rows in no order.</summary>
    private sealed class ServingOrder : IComparer<ClaimedJob>
    {
        private readonly Dictionary<string, int> _places = new(StringComparer.Ordinal);

        public ServingOrder(QueueDemand[] asked)
        {
            foreach (var queue in asked)
                _places.TryAdd(queue.Queue, _places.Count);
        }

        public int Compare(ClaimedJob x, ClaimedJob y)
        {
            var (left, right) = (x.Row, y.Row);
            var order = _places[left.Queue].CompareTo(_places[right.Queue]);
            if (order == 0)
                order = left.Priority.CompareTo(right.Priority);
            if (order == 0)
                order = left.ScheduledAt.CompareTo(right.ScheduledAt);
            return order == 0 ? left.Id.CompareTo(right.Id) : order;
        }
    }
}
