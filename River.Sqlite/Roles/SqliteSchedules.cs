using System.Data.Common;
using Microsoft.Data.Sqlite;
using River.Sqlite.Connections;
using River.Sqlite.Rows;
using River.Sqlite.Statements;
using River.Sqlite.Writing;
using River.Storage;

namespace River.Sqlite.Roles;

internal sealed class SqliteSchedules(Changes changes) : ISchedules
{
    public Task<IReadOnlyList<ScheduleRow>> DeclareAsync(IReadOnlyList<string> ids, CancellationToken cancellationToken) =>
        changes.WriteAsync<IReadOnlyList<ScheduleRow>>(scope => [.. ids.Select(id => Declare(scope, id))], cancellationToken);

    public Task<bool> TakeSlotAsync(string id, DateTimeOffset? lastSlot, DateTimeOffset slot, JobInsert? job, CancellationToken cancellationToken) =>
        changes.WriteAsync(scope =>
        {
            var taken = scope.Session[ScheduleSql.TakeSlot]
                .Bind("@id", id).Bind("@slot", Micros.Of(slot)).Bind("@last_slot", lastSlot is { } last ? Micros.Of(last) : null).Bind("@now", scope.Now)
                .Run() > 0;
            if (taken && job is not null)
                JobRows.Insert(scope, job);
            return taken;
        }, cancellationToken);

    public Task<bool> TakeTriggerAsync(string id, DateTimeOffset triggeredAt, JobInsert? job, CancellationToken cancellationToken) =>
        changes.WriteAsync(scope =>
        {
            var taken = scope.Session[ScheduleSql.TakeTrigger].Bind("@id", id).Bind("@triggered_at", Micros.Of(triggeredAt)).Run() > 0;
            if (taken && job is not null)
                JobRows.Insert(scope, job);
            return taken;
        }, cancellationToken);

    public Task<IReadOnlyList<ScheduleRow>> ListAsync(DbTransaction? transaction, CancellationToken cancellationToken) =>
        changes.WriteAsync<IReadOnlyList<ScheduleRow>>(
            scope => JobColumns.Many(scope.Session[ScheduleSql.List], row => Read(row, scope.Now)), transaction, cancellationToken);

    public Task<bool> PauseAsync(string id, DbTransaction? transaction, CancellationToken cancellationToken) =>
        ChangeAsync(id, scope => scope.Session[ScheduleSql.Pause].Bind("@now", scope.Now), transaction, cancellationToken);

    public Task<bool> ResumeAsync(string id, DbTransaction? transaction, CancellationToken cancellationToken) =>
        ChangeAsync(id, scope => scope.Session[ScheduleSql.Resume], transaction, cancellationToken);

    public Task<bool> TriggerAsync(string id, DbTransaction? transaction, CancellationToken cancellationToken) =>
        ChangeAsync(id, scope => scope.Session[ScheduleSql.Trigger].Bind("@now", scope.Now), transaction, cancellationToken);

    private static ScheduleRow Declare(WriteScope scope, string id)
    {
        scope.Session[ScheduleSql.Declare].Bind("@id", id).Bind("@now", scope.Now).Run();
        return JobColumns.Many(scope.Session[ScheduleSql.Get].Bind("@id", id), row => Read(row, scope.Now))[0];
    }

    private static ScheduleRow Read(SqliteDataReader row, long now) => new(
        row.GetString(0), Time(row, 1), Micros.Time(row.GetInt64(2)), Micros.Time(now), Time(row, 3), Time(row, 4));

    private static DateTimeOffset? Time(SqliteDataReader row, int column) => row.IsDBNull(column) ? null : Micros.Time(row.GetInt64(column));

    private Task<bool> ChangeAsync(string id, Func<WriteScope, Statement> change, DbTransaction? transaction, CancellationToken cancellationToken) =>
        changes.WriteAsync(scope =>
        {
            if (change(scope).Bind("@id", id).Run() == 0)
                return false;
            scope.Notify(Notification.Periodic(id));
            return true;
        }, transaction, cancellationToken);
}
