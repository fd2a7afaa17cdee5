using System.Data.Common;
using System.Text.Json;
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
            reader => reader.ListAsync(row => new QueueRow(row.GetString(0), row.GetBoolean(1)), cancellationToken),
            cancellationToken,
            command).ConfigureAwait(false);
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
