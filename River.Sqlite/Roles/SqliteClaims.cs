using System.Data.Common;
using River.Sqlite.Connections;
using River.Sqlite.Rows;
using River.Sqlite.Statements;
using River.Sqlite.Writing;
using River.Storage;

namespace River.Sqlite.Roles;

internal sealed class SqliteClaims(Changes changes) : IClaims
{
    public Task<IReadOnlyList<ClaimedJob>> ClaimAsync(ClaimDemand demand, CancellationToken cancellationToken) =>
        changes.WriteAsync<IReadOnlyList<ClaimedJob>>(scope =>
        {
            var claim = scope.Session[ClaimSql.Claim]
                .Bind("@now", scope.Now)
                .Bind("@client", demand.ClientId)
                .Bind("@started_at", demand.StartedAt is { } startedAt ? Micros.Of(startedAt) : null)
                .Bind("@kinds", JsonColumns.Strings(demand.Kinds));
            var claimed = new List<ClaimedJob>();
            foreach (var (queue, freeSlots, after) in demand.Queues)
            {
                if (freeSlots > 0)
                    claimed.AddRange(JobColumns.Many(SqliteQueues.BindLook(claim, new QueueLook(queue, after)).Bind("@limit", freeSlots), JobColumns.ReadClaimed).Order(ByUrgency.Instance));
            }

            return claimed;
        }, cancellationToken);

    public Task<IReadOnlyList<SettleResult>> SettleAsync(IReadOnlyList<Settlement> settlements, DbTransaction? transaction, CancellationToken cancellationToken) =>
        changes.WriteAsync<IReadOnlyList<SettleResult>>(scope => [.. settlements.Select(settlement => Settle(scope, settlement))], transaction, cancellationToken);

    public Task<SettleResult> RecordAsync(ClaimToken token, byte[] metadata, DbTransaction? transaction, CancellationToken cancellationToken) =>
        changes.WriteAsync(scope => Record(scope.Session, token, metadata), transaction, cancellationToken);

    public Task<IReadOnlyList<ClaimedJob>> ExpiredAsync(TimeSpan olderThan, long afterId, int limit, CancellationToken cancellationToken) =>
        changes.ReadAsync<IReadOnlyList<ClaimedJob>>(
            (session, now) => JobColumns.Many(
                session[ClaimSql.Expired].Bind("@now", now).Bind("@after", afterId).Bind("@horizon", now - Micros.Of(olderThan)).Bind("@limit", limit),
                JobColumns.ReadClaimed),
            cancellationToken);

    private static SettleResult Record(Session session, ClaimToken token, byte[] changes)
    {
        byte[] metadata;
        using (var row = session[ClaimSql.Held].Bind("@id", token.JobId).Bind("@attempt", token.Attempt).Bind("@attempted_at", Micros.Of(token.AttemptedAt)).Read())
        {
            if (!row.Read())
                return new SettleResult(Accepted: false, StateOf(session, token.JobId));
            metadata = row.GetFieldValue<byte[]>(0);
        }

        session[ClaimSql.SetMetadata].Bind("@id", token.JobId).Bind("@metadata", JsonColumns.Merge(metadata, changes)).Run();
        return new SettleResult(Accepted: true, JobState.Running);
    }

    private static JobState? StateOf(Session session, long id) =>
        session[ClaimSql.State].Bind("@id", id).Value() is string now ? StateText.Parse(now) : null;

    private static SettleResult Settle(WriteScope scope, Settlement settlement)
    {
        var (id, attempt, attemptedAt) = settlement.Token;
        var state = Write(scope, settlement, id, attempt, attemptedAt);
        if (state is null)
            return new SettleResult(Accepted: false, StateOf(scope.Session, id), Row: RowAfter(scope, settlement));
        foreach (var followUp in settlement.FollowUps)
            JobRows.Insert(scope, followUp);
        return new SettleResult(Accepted: true, state, Row: RowAfter(scope, settlement));
    }

    private static JobRow? RowAfter(WriteScope scope, Settlement settlement)
    {
        if (!settlement.WantsRow)
            return null;
        foreach (var job in JobColumns.Many(scope.Session[ClaimSql.Row].Bind("@id", settlement.Token.JobId), JobColumns.ReadClaimed))
            return job.Row;
        return null;
    }

    private static JobState? Write(WriteScope scope, Settlement settlement, long id, int attempt, DateTimeOffset attemptedAt)
    {
        var settle = scope.Session[ClaimSql.Settle]
            .Bind("@id", id)
            .Bind("@attempt", attempt)
            .Bind("@attempted_at", Micros.Of(attemptedAt))
            .Bind("@state", StateText.Of(settlement.State))
            .Bind("@waits", settlement.State is JobState.Available or JobState.Retryable or JobState.Scheduled)
            .Bind("@restore", settlement.RestoreAttempt)
            .Bind("@now", scope.Now)
            .Bind("@scheduled_at", Micros.After(scope.Now, settlement.Delay))
            .Bind("@error", settlement.Error is null ? null : JsonColumns.Error(settlement.Error));
        JobState state;
        byte[] metadata;
        using (var row = settle.Read())
        {
            if (!row.Read())
                return null;
            state = StateText.Parse(row.GetString(0));
            metadata = row.GetFieldValue<byte[]>(1);
        }

        if (settlement.Metadata is { } changes)
            scope.Session[ClaimSql.SetMetadata].Bind("@id", id).Bind("@metadata", JsonColumns.Merge(metadata, changes)).Run();
        return state;
    }

    /// <summary>RETURNING gives rows in any order.</summary>
    private sealed class ByUrgency : IComparer<ClaimedJob>
    {
        public static readonly ByUrgency Instance = new();

        public int Compare(ClaimedJob x, ClaimedJob y) =>
            (x.Row.Priority, x.Row.ScheduledAt, x.Row.Id).CompareTo((y.Row.Priority, y.Row.ScheduledAt, y.Row.Id));
    }
}
