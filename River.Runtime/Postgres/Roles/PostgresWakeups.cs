using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Npgsql;
using River.Postgres.Connections;
using River.Storage;

namespace River.Postgres.Roles;

/// <summary>LISTEN, on a connection of its own.</summary>
internal sealed class PostgresWakeups(PostgresDatabase database) : IWakeups
{
    // As River's clients: a silent connection is asked for a sign of life.
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(5);

    public async IAsyncEnumerable<Wakeup> ListenAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var schema = (await database.StatementsAsync(cancellationToken).ConfigureAwait(false)).Schema;
        var connection = await database.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = connection.ConfigureAwait(false);
        // Filled by the driver while it reads; unbounded because the reading loop below empties it each time.
        var arrived = Channel.CreateUnbounded<Wakeup>(new UnboundedChannelOptions { SingleReader = true });
        connection.Notification += (_, notification) =>
        {
            if (WakeupReader.Read(schema, notification.Channel, notification.Payload) is { } wakeup)
                arrived.Writer.TryWrite(wakeup);
        };
        await ExecuteAsync(connection, string.Concat(Topic.All.Select(topic => $"LISTEN {SchemaName.Quote(schema.Channel(topic))};")), cancellationToken).ConfigureAwait(false);
        yield return new Wakeup(WakeupKind.Listening);

        while (true)
        {
            while (arrived.Reader.TryRead(out var wakeup))
                yield return wakeup;
            if (!await connection.WaitAsync(Silence, cancellationToken).ConfigureAwait(false))
                await ExecuteAsync(connection, "SELECT 1", cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task ExecuteAsync(NpgsqlConnection connection, string text, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand(text, connection) { CommandTimeout = Math.Max(1, (int)Math.Ceiling(database.StatementTimeout.TotalSeconds)) };
        await using var _ = command.ConfigureAwait(false);
        await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }
}
