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
        return await database.ReadAsync(
            transaction: null,
            reader => reader.ListAsync(
                row => new ScheduleRow(
                    row.GetString(0),
                    row.IsDBNull(1) ? null : row.GetFieldValue<DateTimeOffset>(1),
                    row.GetFieldValue<DateTimeOffset>(2),
                    row.GetFieldValue<DateTimeOffset>(3)),
                cancellationToken),
            cancellationToken,
            declare,
            read).ConfigureAwait(false);
    }

    public async Task<bool> TakeSlotAsync(string id, DateTimeOffset? lastSlot, DateTimeOffset slot, JobInsert job, CancellationToken cancellationToken)
    {
        var sql = (await database.StatementsAsync(cancellationToken).ConfigureAwait(false)).Schedules;
        var connection = await database.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = connection.ConfigureAwait(false);
        var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        await using var __ = transaction.ConfigureAwait(false);
        var take = Commands.Of(sql.Take)
            .WithClock(database.Clock())
            .With(NpgsqlDbType.Text, id)
            .With(NpgsqlDbType.TimestampTz, lastSlot?.ToUniversalTime())
            .With(NpgsqlDbType.TimestampTz, slot.ToUniversalTime());
        if (!await database.ReadAsync(transaction, reader => reader.ReadAsync(cancellationToken), cancellationToken, take).ConfigureAwait(false))
            return false;

        await jobs.InsertAsync([job], transaction, cancellationToken).ConfigureAwait(false);
        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
        return true;
    }
}
