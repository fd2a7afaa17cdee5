using System.Data.Common;
using Microsoft.Data.Sqlite;
using River.Sqlite.Connections;
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
                ReadRow)[0])], cancellationToken);

    public Task<IReadOnlyList<string>> NonEmptyAsync(CancellationToken cancellationToken) =>
        changes.ReadAsync<IReadOnlyList<string>>(
            (session, now) => JobColumns.Many(session[QueueSql.NonEmpty].Bind("@now", now), row => row.GetString(0)), cancellationToken);

    public Task<bool> PauseAsync(string queue, DbTransaction? transaction, CancellationToken cancellationToken) =>
        ChangeAsync(QueueSql.Pause, "pause", queue, transaction, cancellationToken);

    public Task<bool> ResumeAsync(string queue, DbTransaction? transaction, CancellationToken cancellationToken) =>
        ChangeAsync(QueueSql.Resume, "resume", queue, transaction, cancellationToken);

    public Task<IReadOnlyList<QueueRow>> AlteredAsync(CancellationToken cancellationToken) =>
        changes.ReadAsync<IReadOnlyList<QueueRow>>((session, _) => JobColumns.Many(session[QueueSql.Altered], ReadRow), cancellationToken);

    public Task<IReadOnlyList<QueueBacklog>> BacklogAsync(IReadOnlyList<QueueLook> queues, string[] kinds, CancellationToken cancellationToken) =>
        changes.ReadAsync<IReadOnlyList<QueueBacklog>>((session, now) =>
        {
            var backlogs = new List<QueueBacklog>();
            foreach (var look in queues)
            {
                var oldest = BindLook(session[QueueSql.Backlog], look).Bind("@kinds", JsonColumns.Strings(kinds)).Bind("@now", now).Value();
                if (oldest is long scheduledAt)
                    backlogs.Add(new QueueBacklog(look.Queue, TimeSpan.FromMicroseconds(now - scheduledAt)));
            }

            return backlogs;
        }, cancellationToken);

    public Task<IReadOnlyList<UnknownHead>> UnknownHeadsAsync(IReadOnlyList<QueueLook> queues, string[] kinds, int limit, CancellationToken cancellationToken) =>
        changes.ReadAsync<IReadOnlyList<UnknownHead>>((session, now) => [.. queues.Select(look => Head(session, now, look, kinds, limit)).OfType<UnknownHead>()], cancellationToken);

    public Task<QueueInfo?> GetAsync(string queue, DbTransaction? transaction, CancellationToken cancellationToken) =>
        changes.ReadAsync(session => JobColumns.Many(session[QueueSql.Get].Bind("@name", queue), ReadInfo).SingleOrDefault(), transaction, cancellationToken);

    public Task<IReadOnlyList<QueueInfo>> ListAsync(string? after, int limit, DbTransaction? transaction, CancellationToken cancellationToken) =>
        changes.ReadAsync<IReadOnlyList<QueueInfo>>(
            session => JobColumns.Many(session[QueueSql.List].Bind("@after", after).Bind("@limit", limit), ReadInfo), transaction, cancellationToken);

    public Task<bool> UpdateAsync(string queue, byte[] changesOfMetadata, DbTransaction? transaction, CancellationToken cancellationToken) =>
        changes.WriteAsync(scope =>
        {
            if (scope.Session[QueueSql.Metadata].Bind("@name", queue).Value() is not string before)
                return false;
            var metadata = JsonColumns.MergeWithoutNulls(System.Text.Encoding.UTF8.GetBytes(before), changesOfMetadata);
            scope.Session[QueueSql.Update].Bind("@name", queue).Bind("@metadata", metadata).Bind("@now", scope.Now).Run();
            if (!changesOfMetadata.AsSpan().SequenceEqual("{}"u8))
                scope.Notify(Notification.MetadataChanged(queue, metadata));
            return true;
        }, transaction, cancellationToken);

    /// <summary>A queue, and where to start in it.</summary>
    public static Statement BindLook(Statement statement, QueueLook look) => statement
        .Bind("@queue", look.Queue)
        .Bind("@after_priority", look.After?.Priority ?? 0)
        .Bind("@after_scheduled_at", look.After is { } after ? Micros.Of(after.ScheduledAt) : long.MinValue)
        .Bind("@after_id", look.After?.Id ?? 0L);

    private static UnknownHead? Head(Session session, long now, QueueLook look, string[] kinds, int limit)
    {
        var (seen, unknown) = (0, 0);
        QueueCursor? last = null;
        using var row = BindLook(session[QueueSql.Head], look).Bind("@kinds", JsonColumns.Strings(kinds)).Bind("@now", now).Bind("@limit", limit).Read();
        while (row.Read())
        {
            seen++;
            if (row.GetBoolean(3))
                break;
            unknown++;
            last = new QueueCursor(row.GetInt32(0), Micros.Time(row.GetInt64(1)), row.GetInt64(2));
        }

        return last is null ? null : new UnknownHead(look.Queue, unknown, last, IsCut: unknown == seen && seen == limit);
    }

    private static QueueInfo ReadInfo(SqliteDataReader row) => new()
    {
        Name = row.GetString(0),
        CreatedAt = Micros.Time(row.GetInt64(1)),
        UpdatedAt = Micros.Time(row.GetInt64(2)),
        PausedAt = row.IsDBNull(3) ? null : Micros.Time(row.GetInt64(3)),
        EncodedMetadata = row.GetFieldValue<byte[]>(4),
    };

    private static QueueRow ReadRow(SqliteDataReader row) => new(row.GetString(0), IsPaused: !row.IsDBNull(1), row.IsDBNull(2) ? null : row.GetString(2));

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
