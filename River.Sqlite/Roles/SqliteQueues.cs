using System.Data.Common;
using River.Sqlite.Rows;
using River.Sqlite.Statements;
using River.Sqlite.Writing;
using River.Storage;

namespace River.Sqlite.Roles;

internal sealed class SqliteQueues(Changes changes) : IQueues
{
    private const string All = "*";

    public Task<IReadOnlyList<QueueRow>> UpsertAsync(IReadOnlyList<string> queues, CancellationToken cancellationToken) =>
        changes.WriteAsync<IReadOnlyList<QueueRow>>(scope => [.. queues.Distinct(StringComparer.Ordinal).Select(queue =>
            JobColumns.Many(
                scope.Session[QueueSql.Upsert].Bind("@name", queue).Bind("@now", scope.Now),
                row => new QueueRow(row.GetString(0), IsPaused: !row.IsDBNull(1)))[0])], cancellationToken);

    public Task<IReadOnlyList<string>> NonEmptyAsync(CancellationToken cancellationToken) =>
        changes.ReadAsync<IReadOnlyList<string>>(
            (session, now) => JobColumns.Many(session[QueueSql.NonEmpty].Bind("@now", now), row => row.GetString(0)), cancellationToken);

    public Task<bool> PauseAsync(string queue, DbTransaction? transaction, CancellationToken cancellationToken) =>
        ChangeAsync(QueueSql.Pause, "pause", queue, transaction, cancellationToken);

    public Task<bool> ResumeAsync(string queue, DbTransaction? transaction, CancellationToken cancellationToken) =>
        ChangeAsync(QueueSql.Resume, "resume", queue, transaction, cancellationToken);

    private Task<bool> ChangeAsync(string sql, string action, string queue, DbTransaction? transaction, CancellationToken cancellationToken) =>
        changes.WriteAsync(scope =>
        {
            if (!string.Equals(queue, All, StringComparison.Ordinal) && scope.Session[QueueSql.Exists].Bind("@name", queue).Value() is null)
                return false;
            scope.Session[sql].Bind("@name", queue).Bind("@now", scope.Now).Run();
            scope.Notify(Notification.Queue(action, queue));
            return true;
        }, transaction, cancellationToken);
}
