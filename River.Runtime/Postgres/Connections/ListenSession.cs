using System.Globalization;
using System.Threading.Channels;
using Npgsql;
using NpgsqlTypes;
using River.Postgres.Roles;
using River.Storage;

namespace River.Postgres.Connections;

/// <summary>
/// LISTEN, on a connection of its own. A connection may die without a word, and a pooler may let one listen that never
/// hears: so a silent one must hear its own echo.
/// </summary>
internal sealed class ListenSession(PostgresDatabase database, SchemaName schema, Func<int, bool> isOwn) : IAsyncDisposable
{
    /// <summary>How long nothing may come before an echo is sent. Each costs two transactions: the server delivers in one of its own.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(6);

    /// <summary>How long an echo may take. With the silence before it, less than ten seconds.</summary>
    private static readonly TimeSpan EchoLimit = TimeSpan.FromSeconds(3);

    /// <summary>How long the end may take: the time of a stop is counted.</summary>
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(1);

    // Filled by the driver while it reads; unbounded because the reader empties it after each wait.
    private readonly Channel<Wakeup> _arrived = Channel.CreateUnbounded<Wakeup>(new UnboundedChannelOptions { SingleReader = true });
    private NpgsqlConnection? _connection;
    private string _echoChannel = "";
    private bool _heard;

    public ChannelReader<Wakeup> Arrived => _arrived.Reader;

    /// <summary>Returns when notifications are known to arrive.</summary>
    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        _connection = await database.OpenAsync(cancellationToken).ConfigureAwait(false);
        _connection.Notification += (_, notification) => Take(notification);
        // Nobody else listens there, so an echo wakes nobody else.
        _echoChannel = $"river_dotnet_echo_{_connection.ProcessID.ToString(CultureInfo.InvariantCulture)}";
        var channels = Topic.All.Select(schema.Channel).Append(_echoChannel);
        await ExecuteAsync(string.Concat(channels.Select(channel => $"LISTEN {SchemaName.Quote(channel)};")), null, cancellationToken).ConfigureAwait(false);
        await EchoAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Waits until something came, or the connection has shown that something would.</summary>
    public async Task HearAsync(CancellationToken cancellationToken)
    {
        if (!await _connection!.WaitAsync(Silence, cancellationToken).ConfigureAwait(false))
            await EchoAsync(cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        if (_connection is not { } connection)
            return;
        try
        {
            // The next user of the pooled connection would hear what this one listened to.
            using var limit = new CancellationTokenSource(EndLimit);
            if (connection.FullState == System.Data.ConnectionState.Open)
                await ExecuteAsync("UNLISTEN *", null, limit.Token).ConfigureAwait(false);
        }
        catch (Exception error) when (error is NpgsqlException or TimeoutException or OperationCanceledException)
        {
            database.Discard();
        }
        finally
        {
            // Unless the statement under way has taken it along.
            if (_connection is not null)
                await connection.DisposeAsync().ConfigureAwait(false);
        }
    }

    private void Take(NpgsqlNotificationEventArgs notification)
    {
        _heard = true;
        if (WakeupReader.Read(schema, notification.Channel, notification.Payload) is { } wakeup)
            _arrived.Writer.TryWrite(wakeup with { IsOwn = wakeup.Kind == WakeupKind.JobsAvailable && isOwn(notification.PID) });
    }

    private async Task EchoAsync(CancellationToken cancellationToken)
    {
        _heard = false;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(EchoLimit);
        try
        {
            await ExecuteAsync("SELECT pg_notify($1, '')", _echoChannel, limit.Token).ConfigureAwait(false);
            while (!_heard)
                await _connection!.WaitAsync(limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new StoreUnavailableException(
                $"The connection that listens for notifications doesn't hear its own within {EchoLimit.TotalSeconds:0} s; River polls until one does. Behind a connection pooler in transaction mode set RiverOptions.PollOnly.");
        }
    }

    private Task<int> ExecuteAsync(string text, string? parameter, CancellationToken cancellationToken)
    {
        var connection = _connection!;
        return PromptCancellation.RunAsync(
            async token =>
            {
                var command = new NpgsqlCommand(text, connection) { CommandTimeout = Math.Max(1, (int)Math.Ceiling(database.StatementTimeout.TotalSeconds)) };
                await using var _ = command.ConfigureAwait(false);
                if (parameter is not null)
                    command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Text, Value = parameter });
                return await command.ExecuteNonQueryAsync(token).ConfigureAwait(false);
            },
            cancellationToken,
            running =>
            {
                _connection = null;
                _ = DisposeAfterAsync(connection, running);
            });
    }

    private async Task DisposeAfterAsync(NpgsqlConnection connection, Task running)
    {
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        database.Discard();
        await connection.DisposeAsync().ConfigureAwait(false);
    }
}
