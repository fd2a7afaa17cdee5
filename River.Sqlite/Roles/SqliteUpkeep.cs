using River.Sqlite.Connections;
using River.Sqlite.Rows;
using River.Sqlite.Statements;
using River.Sqlite.Writing;
using River.Storage;

namespace River.Sqlite.Roles;

internal sealed class SqliteUpkeep(Changes changes) : IUpkeep
{
    public IReadOnlyList<string> Indexes => ["river_job"];

    public Task<Pruned> PruneJobsAsync(LeaderTerm term, PruneDemand demand, CancellationToken cancellationToken) =>
        InTermAsync(term, new Pruned(0, Next: null, IsDone: true), scope => Prune(scope, demand), cancellationToken);

    public Task<int> ExpireQueuesAsync(LeaderTerm term, TimeSpan unstampedFor, int limit, CancellationToken cancellationToken) =>
        InTermAsync(term, 0, scope => Delete(scope, UpkeepSql.ExpireQueues, unstampedFor, limit), cancellationToken);

    public Task<int> PruneNotificationsAsync(LeaderTerm term, TimeSpan olderThan, int limit, CancellationToken cancellationToken) =>
        InTermAsync(term, 0, scope => Delete(scope, UpkeepSql.PruneNotifications, olderThan, limit), cancellationToken);

    /// <summary>SQLite's trees don't swell as PostgreSQL's do; only its statistics grow old.</summary>
    public Task<Reindexed> ReindexAsync(LeaderTerm term, string index, TimeSpan limit, CancellationToken cancellationToken) =>
        InTermAsync(term, Reindexed.NotLeading, scope =>
        {
            scope.Session[UpkeepSql.Optimize].Run();
            return Reindexed.Done;
        }, cancellationToken);

    public Task<IReadOnlyList<string>> DropLeftoversAsync(LeaderTerm term, TimeSpan limit, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<string>>([]);

    private static Pruned Prune(WriteScope scope, PruneDemand demand)
    {
        var state = StateText.Of(demand.State);
        var from = demand.From is { } begin ? Micros.Of(begin) : long.MinValue;
        var horizon = scope.Now - Micros.Of(demand.KeptFor);
        var until = scope.Session[UpkeepSql.StretchEnd]
            .Bind("@state", state).Bind("@from", from).Bind("@horizon", horizon).Bind("@looks", demand.Looks).Value() as long? ?? horizon;
        var deleted = JobColumns.Many(
            scope.Session[UpkeepSql.PruneJobs]
                .Bind("@state", state).Bind("@from", from).Bind("@until", until).Bind("@limit", demand.Limit)
                .Bind("@kinds", JsonColumns.Strings(demand.Scope.Kinds))
                .Bind("@own_kinds", JsonColumns.Strings(demand.Scope.OwnKinds))
                .Bind("@queues", JsonColumns.Strings(demand.Scope.Queues))
                .Bind("@own_queues", JsonColumns.Strings(demand.Scope.OwnQueues))
                .Bind("@rest", demand.Scope.Rest ? 1 : 0),
            row => row.GetInt64(0));
        return deleted.Count >= demand.Limit
            ? new Pruned(deleted.Count, Micros.Time(deleted.Max()), IsDone: false)
            : new Pruned(deleted.Count, Micros.Time(until + 1), IsDone: until >= horizon);
    }

    private static int Delete(WriteScope scope, string sql, TimeSpan age, int limit) =>
        scope.Session[sql].Bind("@horizon", scope.Now - Micros.Of(age)).Bind("@limit", limit).Run();

    private Task<T> InTermAsync<T>(LeaderTerm term, T otherwise, Func<WriteScope, T> work, CancellationToken cancellationToken) =>
        changes.WriteAsync(scope => SqliteLease.IsInForce(scope, term) ? work(scope) : otherwise, cancellationToken);
}
