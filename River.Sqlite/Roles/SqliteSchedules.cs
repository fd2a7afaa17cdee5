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

    public Task<bool> TakeSlotAsync(string id, DateTimeOffset? lastSlot, DateTimeOffset slot, JobInsert job, CancellationToken cancellationToken) =>
        changes.WriteAsync(scope =>
        {
            var taken = scope.Session[ScheduleSql.TakeSlot]
                .Bind("@id", id).Bind("@slot", Micros.Of(slot)).Bind("@last_slot", lastSlot is { } last ? Micros.Of(last) : null).Bind("@now", scope.Now)
                .Run() > 0;
            if (taken)
                JobRows.Insert(scope, job);
            return taken;
        }, cancellationToken);

    private static ScheduleRow Declare(WriteScope scope, string id)
    {
        scope.Session[ScheduleSql.Declare].Bind("@id", id).Bind("@now", scope.Now).Run();
        return JobColumns.Many(scope.Session[ScheduleSql.Get].Bind("@id", id), row => new ScheduleRow(
            row.GetString(0),
            row.IsDBNull(1) ? null : Micros.Time(row.GetInt64(1)),
            Micros.Time(row.GetInt64(2)),
            Micros.Time(scope.Now)))[0];
    }
}
