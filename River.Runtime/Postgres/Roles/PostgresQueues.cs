using System.Data.Common;
using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using River.Postgres.Connections;
using River.Storage;

namespace River.Postgres.Roles;

internal sealed class PostgresQueues(PostgresDatabase database, RentedConnection claiming) : IQueues
{
    public async Task<IReadOnlyList<QueueRow>> UpsertAsync(IReadOnlyList<string> queues, CancellationToken cancellationToken)
    {
        if (queues.Count == 0)
            return [];
        var sql = (await database.StatementsAsync(cancellationToken).ConfigureAwait(false)).Queues;
        var command = Commands.Of(sql.Upsert).WithClock(database.Clock()).With(NpgsqlDbType.Array | NpgsqlDbType.Text, queues.ToArray());
        return await database.ReadAsync(
            transaction: null,
            reader => reader.ListAsync(ReadRow, cancellationToken),
            cancellationToken,
            command).ConfigureAwait(false);
    }

    public async Task<IReadOnlyList<QueueRow>> AlteredAsync(CancellationToken cancellationToken)
    {
        var sql = (await database.StatementsAsync(cancellationToken).ConfigureAwait(false)).Queues;
        return await database.ReadAsync(transaction: null, reader => reader.ListAsync(ReadRow, cancellationToken), cancellationToken, Commands.Of(sql.Altered)).ConfigureAwait(false);
    }

    public async Task<IReadOnlyList<QueueBacklog>> BacklogAsync(IReadOnlyList<QueueLook> queues, string[] kinds, CancellationToken cancellationToken)
    {
        if (queues.Count == 0)
            return [];
        var sql = (await database.StatementsAsync(cancellationToken).ConfigureAwait(false)).Queues;
        return await database.ReadSteadilyAsync(
            reader => reader.ListAsync(row => new QueueBacklog(row.GetString(0), TimeSpan.FromMicroseconds(Math.Max(0, row.GetInt64(1)))), cancellationToken),
            cancellationToken,
            Looks(sql.Backlog, queues, kinds)).ConfigureAwait(false);
    }

    public async Task<IReadOnlyList<UnknownHead>> UnknownHeadsAsync(IReadOnlyList<QueueLook> queues, string[] kinds, int limit, CancellationToken cancellationToken)
    {
        if (queues.Count == 0)
            return [];
        var sql = (await database.StatementsAsync(cancellationToken).ConfigureAwait(false)).Queues;
        return await database.ReadSteadilyAsync(
            reader => reader.ListAsync(
                row => new UnknownHead(row.GetString(0), (int)row.GetInt64(1), new QueueCursor(row.GetInt16(2), row.GetFieldValue<DateTimeOffset>(3), row.GetInt64(4)), row.GetBoolean(5)),
                cancellationToken),
            cancellationToken,
            Looks(sql.UnknownHeads, queues, kinds).With(NpgsqlDbType.Integer, limit)).ConfigureAwait(false);
    }

    public async Task<QueueInfo?> GetAsync(string queue, DbTransaction? transaction, CancellationToken cancellationToken)
    {
        var sql = (await database.StatementsAsync(cancellationToken).ConfigureAwait(false)).Queues;
        var found = await database.ReadAsync(
            transaction, reader => reader.ListAsync(ReadInfo, cancellationToken), cancellationToken, Commands.Of(sql.Get).With(NpgsqlDbType.Text, queue)).ConfigureAwait(false);
        return found.SingleOrDefault();
    }

    public async Task<IReadOnlyList<QueueInfo>> ListAsync(string? after, int limit, DbTransaction? transaction, CancellationToken cancellationToken)
    {
        var sql = (await database.StatementsAsync(cancellationToken).ConfigureAwait(false)).Queues;
        var command = Commands.Of(sql.List).With(NpgsqlDbType.Text, after).With(NpgsqlDbType.Integer, limit);
        return await database.ReadAsync(transaction, reader => reader.ListAsync(ReadInfo, cancellationToken), cancellationToken, command).ConfigureAwait(false);
    }

    public async Task<bool> UpdateAsync(string queue, byte[] changes, DbTransaction? transaction, CancellationToken cancellationToken)
    {
        var sql = (await database.StatementsAsync(cancellationToken).ConfigureAwait(false)).Queues;
        var command = Commands.Of(sql.Update).WithClock(database.Clock()).With(NpgsqlDbType.Text, queue).With(NpgsqlDbType.Jsonb, changes);
        return await database.ReadAsync(transaction, reader => reader.ReadAsync(cancellationToken), cancellationToken, command).ConfigureAwait(false);
    }

    public async Task<IReadOnlyList<string>> NonEmptyAsync(CancellationToken cancellationToken)
    {
        var sql = (await database.StatementsAsync(cancellationToken).ConfigureAwait(false)).Queues;
        return await claiming.ReadAsync(
            reader => reader.ListAsync(row => row.GetString(0), cancellationToken),
            cancellationToken,
            Commands.Of(sql.NonEmpty).WithClock(database.Clock())).ConfigureAwait(false);
    }

    public async Task<bool> PauseAsync(string queue, DbTransaction? transaction, CancellationToken cancellationToken)
    {
        var sql = (await database.StatementsAsync(cancellationToken).ConfigureAwait(false)).Queues;
        return await ChangeAsync(sql.Pause, "pause", queue, transaction, cancellationToken).ConfigureAwait(false);
    }

    public async Task<bool> ResumeAsync(string queue, DbTransaction? transaction, CancellationToken cancellationToken)
    {
        var sql = (await database.StatementsAsync(cancellationToken).ConfigureAwait(false)).Queues;
        return await ChangeAsync(sql.Resume, "resume", queue, transaction, cancellationToken).ConfigureAwait(false);
    }

    private static QueueRow ReadRow(NpgsqlDataReader row) => new(row.GetString(0), row.GetBoolean(1), row.IsDBNull(2) ? null : row.GetString(2));

    private static QueueInfo ReadInfo(NpgsqlDataReader row) => new()
    {
        Name = row.GetString(0),
        CreatedAt = row.GetFieldValue<DateTimeOffset>(1),
        UpdatedAt = row.GetFieldValue<DateTimeOffset>(2),
        PausedAt = row.IsDBNull(3) ? null : row.GetFieldValue<DateTimeOffset>(3),
        EncodedMetadata = row.GetFieldValue<byte[]>(4),
    };

    private NpgsqlBatchCommand Looks(string text, IReadOnlyList<QueueLook> queues, string[] kinds) => Commands.Of(text)
        .WithClock(database.Clock())
        .With(NpgsqlDbType.Array | NpgsqlDbType.Text, queues.Select(look => look.Queue).ToArray())
        .WithCursors(queues, look => look.After)
        .With(NpgsqlDbType.Array | NpgsqlDbType.Text, kinds);

    private Task<bool> ChangeAsync(string text, string action, string queue, DbTransaction? transaction, CancellationToken cancellationToken)
    {
        var command = Commands.Of(text)
            .WithClock(database.Clock())
            .With(NpgsqlDbType.Text, queue)
            .With(NpgsqlDbType.Text, $$"""{"action":"{{action}}","queue":"{{JsonEncodedText.Encode(queue)}}"}""");
        return database.ReadAsync(
            transaction,
            async reader => await reader.ReadAsync(cancellationToken).ConfigureAwait(false) && reader.GetBoolean(0),
            cancellationToken,
            command);
    }
}
