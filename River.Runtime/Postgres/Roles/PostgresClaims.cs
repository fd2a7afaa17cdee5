using System.Data.Common;
using Npgsql;
using NpgsqlTypes;
using River.Postgres.Connections;
using River.Postgres.Sql;
using River.Storage;

namespace River.Postgres.Roles;

internal sealed class PostgresClaims(PostgresDatabase database, RentedConnection claiming, RentedConnection completing) : IClaims
{
    /// <summary>How long held rows are passed over after one was waited for in vain: who holds one may hold others next.</summary>
    private static readonly TimeSpan PassesOver = TimeSpan.FromSeconds(1);

    private int _lastClaim;

    /// <summary>From when on completions may wait for a row again; a timestamp.</summary>
    private long _waitsFrom = long.MinValue;

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
        var facts = new ClaimFacts(Array.AsReadOnly([demand.ClientId]), asked is [var only] ? only.Queue : null);
        // Room for as many as last time: where there is work, claims come back alike.
        var claimed = await claiming.ReadAsync(reader => reader.ListAsync(reader => JobRowReader.ReadClaimed(reader, facts), cancellationToken, _lastClaim), cancellationToken, command).ConfigureAwait(false);
        _lastClaim = claimed.Count;
        new ServingOrder(asked).Sort(claimed);
        return claimed;
    }

    public async Task<IReadOnlyList<SettleResult>> SettleAsync(IReadOnlyList<Settlement> settlements, DbTransaction? transaction, CancellationToken cancellationToken)
    {
        if (settlements.Count == 0)
            return [];
        var sql = (await database.StatementsAsync(cancellationToken).ConfigureAwait(false)).Claims;
        var results = new SettleResult[settlements.Count];

        // Rows are locked in the order of their numbers, so that two batches can't wait for each other.
        var order = OrderOf(settlements);
        // In a caller's transaction no lock timeout is ours, and an error would end it.
        var mayBePlain = transaction is null && database.Time.GetTimestamp() >= Volatile.Read(ref _waitsFrom);
        var plain = !mayBePlain ? [] : Array.TrueForAll(order, i => settlements[i].IsPlain) ? order : Array.FindAll(order, i => settlements[i].IsPlain);
        var others = plain.Length == 0 ? order : plain.Length == order.Length ? [] : Array.FindAll(order, i => !settlements[i].IsPlain);
        try
        {
            await SettleAsync(sql, settlements, plain, others, results, transaction, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (plain.Length > 0 && HasNoTimeLeft(error))
        {
            // Perhaps it waited for many rows, for each one shortly. There is no time for another way: the next try takes it.
            PassOver();
            throw;
        }
        catch (PostgresException error) when (transaction is null && PostgresErrors.IsLockTimeout(error))
        {
            // Another transaction holds a row, or the table. Nothing was written: now in the way that passes over such rows.
            if (plain.Length > 0)
                PassOver();
            await SettleAsync(sql, settlements, [], order, results, transaction, cancellationToken, isPatient: true).ConfigureAwait(false);
            return results;
        }

        var refused = Array.FindAll(plain, i => !results[i].Accepted);
        if (refused.Length > 0)
            await AskAsync(sql, settlements, refused, results, transaction, cancellationToken).ConfigureAwait(false);
        return results;
    }

    private void PassOver() =>
        Volatile.Write(ref _waitsFrom, database.Time.GetTimestamp() + (long)(PassesOver.TotalSeconds * database.Time.TimestampFrequency));

    /// <summary>Whether the statements took as long as they may, by the server's clock or the caller's.</summary>
    private static bool HasNoTimeLeft(Exception error) =>
        error is OperationCanceledException || (error is PostgresException postgres && PostgresErrors.IsTimeout(postgres));

    /// <summary>Settles those that are only completed, and the others, in one transaction; patiently: waiting for locks as long as it may take.</summary>
    private async Task SettleAsync(
        ClaimSql sql, IReadOnlyList<Settlement> settlements, int[] plain, int[] others, SettleResult[] results, DbTransaction? transaction, CancellationToken cancellationToken, bool isPatient = false)
    {
        var wantsRows = Array.Exists(others, i => settlements[i].WantsRow);
        List<NpgsqlBatchCommand> commands = [];
        if (isPatient)
            commands.Add(SessionSettings.NoLockTimeout());
        if (plain.Length > 0)
            commands.Add(Commands.Of(sql.Complete).WithClock(database.Clock()).WithTokens(plain, settlements));
        if (others.Length > 0)
            commands.Add(Settle(sql, settlements, others, wantsRows));

        async Task<bool> Read(NpgsqlDataReader reader)
        {
            if (isPatient)
                await reader.NextResultAsync(cancellationToken).ConfigureAwait(false);
            if (plain.Length > 0)
            {
                // By place and not by number: two attempts of one job may end together, of which one has lost its lease.
                while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                    results[plain[reader.GetInt64(0) - 1]] = new SettleResult(Accepted: true, JobState.Completed);
                await reader.NextResultAsync(cancellationToken).ConfigureAwait(false);
            }

            for (var i = 0; i < others.Length && await reader.ReadAsync(cancellationToken).ConfigureAwait(false); i++)
                results[others[i]] = wantsRows ? ReadResultAndRow(reader) : ReadResult(reader);
            return true;
        }

        await (transaction is null
            ? isPatient ? completing.ReadUnpreparedAsync(Read, cancellationToken, [.. commands]) : completing.ReadAsync(Read, cancellationToken, [.. commands])
            : InAsync(transaction, settlements[(plain.Length > 0 ? plain : others)[0]].Token, Read, [.. commands], cancellationToken)).ConfigureAwait(false);
    }

    /// <summary>
    /// Finds out what kept completions from being accepted. What was decided is committed by now, and must not be told as
    /// failed, whatever this ends with; where nothing was, the error itself is told.
    /// </summary>
    private async Task AskAsync(
        ClaimSql sql, IReadOnlyList<Settlement> settlements, int[] refused, SettleResult[] results, DbTransaction? transaction, CancellationToken cancellationToken)
    {
        try
        {
            await SettleAsync(sql, settlements, [], refused, results, transaction, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (transaction is null && refused.Length < results.Length)
        {
            foreach (var i in refused)
                results[i] = new SettleResult(Accepted: false, JobState.Running, IsLocked: true, Fault: error);
        }
    }

    private NpgsqlBatchCommand Settle(ClaimSql sql, IReadOnlyList<Settlement> settlements, int[] places, bool wantsRows)
    {
        var sorted = Array.ConvertAll(places, i => settlements[i]);
        var hasFollowUps = Array.Exists(sorted, settlement => settlement.FollowUps.Count > 0);
        var text = (hasFollowUps, wantsRows) switch
        {
            (false, false) => sql.Settle,
            (false, true) => sql.SettleAndRead,
            (true, false) => sql.SettleWithFollowUps,
            (true, true) => sql.SettleWithFollowUpsAndRead,
        };
        var command = Commands.Of(text).WithClock(database.Clock()).WithTokens(places, settlements).WithSettlements(sorted);
        if (hasFollowUps)
            command.WithFollowUps(sorted);
        return command;
    }

    private static int[] OrderOf(IReadOnlyList<Settlement> settlements)
    {
        var numbers = new long[settlements.Count];
        var order = new int[settlements.Count];
        for (var i = 0; i < order.Length; i++)
            (numbers[i], order[i]) = (settlements[i].Token.JobId, i);
        Array.Sort(numbers, order);
        return order;
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
            : await InAsync(transaction, token, Read, [command], cancellationToken).ConfigureAwait(false);
        return results[0];
    }

    /// <summary>In the caller's transaction, whose snapshot may be older than the row.</summary>
    private async Task<T> InAsync<T>(
        DbTransaction transaction, ClaimToken token, Func<NpgsqlDataReader, Task<T>> read, NpgsqlBatchCommand[] commands, CancellationToken cancellationToken)
    {
        try
        {
            return await database.ReadAsync(transaction, read, cancellationToken, commands).ConfigureAwait(false);
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
        private readonly Dictionary<string, int>? _places;

        public ServingOrder(QueueDemand[] asked)
        {
            if (asked.Length == 1)
                return;
            _places = new Dictionary<string, int>(asked.Length, StringComparer.Ordinal);
            foreach (var queue in asked)
                _places.TryAdd(queue.Queue, _places.Count);
        }

        public void Sort(List<ClaimedJob> jobs)
        {
            // Most often jobs of one priority come in the order in which they were enqueued.
            for (var i = 1; i < jobs.Count; i++)
            {
                if (Compare(jobs[i - 1], jobs[i]) > 0)
                {
                    jobs.Sort(this);
                    return;
                }
            }
        }

        public int Compare(ClaimedJob x, ClaimedJob y)
        {
            var (left, right) = (x.Row, y.Row);
            var order = _places is null ? 0 : _places[left.Queue].CompareTo(_places[right.Queue]);
            if (order == 0)
                order = left.Priority.CompareTo(right.Priority);
            if (order == 0)
                order = left.ScheduledAt.CompareTo(right.ScheduledAt);
            return order == 0 ? left.Id.CompareTo(right.Id) : order;
        }
    }
}
