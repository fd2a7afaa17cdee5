using System.Data.Common;
using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using River.Postgres.Connections;
using River.Storage;

namespace River.Postgres.Roles;

internal sealed class PostgresSchedules(PostgresDatabase database, PostgresJobs jobs) : ISchedules
{
    public async Task<IReadOnlyList<ScheduleRow>> DeclareAsync(IReadOnlyList<string> ids, CancellationToken cancellationToken)
    {
        if (ids.Count == 0)
            return [];
        var sql = (await database.StatementsAsync(cancellationToken).ConfigureAwait(false)).Schedules;
        var declare = Commands.Of(sql.Declare).WithClock(database.Clock()).With(NpgsqlDbType.Array | NpgsqlDbType.Text, ids.ToArray());
        // A statement of its own, so that it sees rows that another process made meanwhile.
        var read = Commands.Of(sql.Read).WithClock(database.Clock()).With(NpgsqlDbType.Array | NpgsqlDbType.Text, ids.ToArray());
        return await database.ReadAsync(transaction: null, RowsAsync(cancellationToken), cancellationToken, declare, read).ConfigureAwait(false);
    }

    public async Task<bool> TakeSlotAsync(string id, DateTimeOffset? lastSlot, DateTimeOffset slot, JobInsert? job, CancellationToken cancellationToken)
    {
        var sql = (await database.StatementsAsync(cancellationToken).ConfigureAwait(false)).Schedules;
        var take = Commands.Of(sql.Take)
            .WithClock(database.Clock())
            .With(NpgsqlDbType.Text, id)
            .With(NpgsqlDbType.TimestampTz, lastSlot?.ToUniversalTime())
            .With(NpgsqlDbType.TimestampTz, slot.ToUniversalTime());
        return await TakeAsync(take, job, cancellationToken).ConfigureAwait(false);
    }

    public async Task<bool> TakeTriggerAsync(string id, DateTimeOffset triggeredAt, JobInsert? job, CancellationToken cancellationToken)
    {
        var sql = (await database.StatementsAsync(cancellationToken).ConfigureAwait(false)).Schedules;
        var take = Commands.Of(sql.TakeTrigger).With(NpgsqlDbType.Text, id).With(NpgsqlDbType.TimestampTz, triggeredAt.ToUniversalTime());
        return await TakeAsync(take, job, cancellationToken).ConfigureAwait(false);
    }

    public async Task<IReadOnlyList<ScheduleRow>> ListAsync(DbTransaction? transaction, CancellationToken cancellationToken)
    {
        var sql = (await database.StatementsAsync(cancellationToken).ConfigureAwait(false)).Schedules;
        return await database.ReadAsync(transaction, RowsAsync(cancellationToken), cancellationToken, Commands.Of(sql.List).WithClock(database.Clock())).ConfigureAwait(false);
    }

    public async Task<bool> PauseAsync(string id, DbTransaction? transaction, CancellationToken cancellationToken)
    {
        var sql = (await database.StatementsAsync(cancellationToken).ConfigureAwait(false)).Schedules;
        return await ChangeAsync(sql.Pause, id, transaction, cancellationToken).ConfigureAwait(false);
    }

    public async Task<bool> ResumeAsync(string id, DbTransaction? transaction, CancellationToken cancellationToken)
    {
        var sql = (await database.StatementsAsync(cancellationToken).ConfigureAwait(false)).Schedules;
        return await ChangeAsync(sql.Resume, id, transaction, cancellationToken).ConfigureAwait(false);
    }

    public async Task<bool> TriggerAsync(string id, DbTransaction? transaction, CancellationToken cancellationToken)
    {
        var sql = (await database.StatementsAsync(cancellationToken).ConfigureAwait(false)).Schedules;
        return await ChangeAsync(sql.Trigger, id, transaction, cancellationToken).ConfigureAwait(false);
    }

    private static Func<NpgsqlDataReader, Task<IReadOnlyList<ScheduleRow>>> RowsAsync(CancellationToken cancellationToken) => async reader =>
        await reader.ListAsync(
            row => new ScheduleRow(
                row.GetString(0),
                Time(row, 1),
                row.GetFieldValue<DateTimeOffset>(2),
                row.GetFieldValue<DateTimeOffset>(3),
                Time(row, 4),
                Time(row, 5)),
            cancellationToken).ConfigureAwait(false);

    private static DateTimeOffset? Time(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetFieldValue<DateTimeOffset>(column);

    private Task<bool> TakeAsync(NpgsqlBatchCommand take, JobInsert? job, CancellationToken cancellationToken) =>
        PromptCancellation.RunAsync(token => TakeInTransactionAsync(take, job, token), cancellationToken);

    private async Task<bool> TakeInTransactionAsync(NpgsqlBatchCommand take, JobInsert? job, CancellationToken cancellationToken)
    {
        var connection = await database.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = connection.ConfigureAwait(false);
        var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        await using var __ = transaction.ConfigureAwait(false);
        // A process that falls silent here holds the schedule's row: the server lets go of it, whatever became of the process.
        var limit = SessionSettings.IdleLimit(database.StatementTimeout);
        if (!await database.ReadAsync(transaction, PostgresDatabase.SkipSettings(reader => reader.ReadAsync(cancellationToken)), cancellationToken, limit, take).ConfigureAwait(false))
            return false;

        if (job is not null)
            await jobs.InsertAsync([job], transaction, cancellationToken).ConfigureAwait(false);
        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
        return true;
    }

    private Task<bool> ChangeAsync(string text, string id, DbTransaction? transaction, CancellationToken cancellationToken) =>
        database.ReadAsync(
            transaction,
            reader => reader.ReadAsync(cancellationToken),
            cancellationToken,
            Commands.Of(text)
                .WithClock(database.Clock())
                .With(NpgsqlDbType.Text, id)
                .With(NpgsqlDbType.Text, $$"""{"action":"{{PeriodicChange.Action}}","periodic_id":"{{JsonEncodedText.Encode(id)}}"}"""));
}
