using River.Sqlite.Rows;
using River.Sqlite.Statements;
using River.Sqlite.Writing;
using River.Storage;

namespace River.Sqlite.Roles;

internal sealed class SqliteDue(Changes changes) : IDue
{
    private static readonly Promotion Nothing = new(0, [], NextDueIn: null);

    public Task<Promotion> PromoteAsync(LeaderTerm term, int limit, CancellationToken cancellationToken) =>
        changes.WriteAsync(scope => SqliteLease.IsInForce(scope, term) ? Promote(scope, limit) : Nothing, cancellationToken);

    private static Promotion Promote(WriteScope scope, int limit)
    {
        var due = JobColumns.Many(scope.Session[DueSql.Due].Bind("@now", scope.Now).Bind("@limit", limit), row => row.GetInt64(0));
        var queues = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var id in due)
        {
            using var row = scope.Session[DueSql.Promote].Bind("@id", id).Bind("@now", scope.Now).Read();
            if (row.Read() && StateText.Parse(row.GetString(0)) == JobState.Available)
                queues.Add(row.GetString(1));
        }

        foreach (var queue in queues)
            scope.NotifyAvailable(queue);
        var next = scope.Session[DueSql.NextDue].Value() is long time ? TimeSpan.FromMicroseconds(Math.Max(time - scope.Now, 0)) : (TimeSpan?)null;
        return new Promotion(due.Count, [.. queues], next);
    }
}
