using System.Net.Sockets;

namespace River.TestSupport.Faults;

/// <summary>One connection through a <see cref="PostgresProxy"/>: knows the statements that pass, and can fail in the ways networks do.</summary>
public sealed class ProxyLink
{
    private const int CancelRequest = 80877102;
    private const int TlsRequest = 80877103;
    private const int EncryptionRequest = 80877104;

    private readonly PostgresProxy _proxy;
    private readonly TcpClient _client;
    private readonly TcpClient _server = new();
    private readonly CancellationTokenSource _cut = new();
    private readonly Dictionary<string, string> _prepared = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private readonly List<string> _statements = [];
    private volatile bool _silent;
    private volatile bool _hasStarted;
    private StatementTrap? _trap;

    /// <summary>How many rounds the client has closed, each of which the server ends with one message; the start of the connection is the first.</summary>
    private int _asked = 1;
    private int _answered;
    private int _isCut;

    internal ProxyLink(PostgresProxy proxy, TcpClient client) => (_proxy, _client) = (proxy, client);

    /// <summary>The texts of all statements that were executed here so far.</summary>
    public IReadOnlyList<string> Statements
    {
        get
        {
            lock (_gate)
                return [.. _statements];
        }
    }

    /// <summary>Whether the connection is neither closed nor cut. A silent one is open: that is what makes it hard to notice.</summary>
    public bool IsOpen => !_cut.IsCancellationRequested;

    /// <summary>Whether the client has asked for a session.</summary>
    public bool HasStarted => _hasStarted;

    /// <summary>Whether everything that was asked here has been answered.</summary>
    public bool IsIdle => Volatile.Read(ref _answered) == Volatile.Read(ref _asked);

    /// <summary>Whether a statement with this text in it was executed here.</summary>
    public bool HasExecuted(string text) => Statements.Any(statement => statement.Contains(text, StringComparison.Ordinal));

    /// <summary>Loses all that is sent from now on, in both directions, without closing anything: a connection half open.</summary>
    public void Silence() => _silent = true;

    /// <summary>Resets both ends.</summary>
    public void Cut()
    {
        if (Interlocked.Exchange(ref _isCut, 1) != 0)
            return;
        _cut.Cancel();
        Reset(_client);
        Reset(_server);
    }

    private static void Reset(TcpClient connection)
    {
        try
        {
            // Without a lingering close the other side gets a reset, as from a machine that knows the connection no more.
            connection.LingerState = new LingerOption(enable: true, seconds: 0);
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // One whose connecting was cancelled is closed already.
        }

        connection.Dispose();
    }

    internal async Task RunAsync(string host, int port)
    {
        try
        {
            await _server.ConnectAsync(host, port, _cut.Token).ConfigureAwait(false);
            _client.NoDelay = _server.NoDelay = true;
            var (fromClient, fromServer) = (_client.GetStream(), _server.GetStream());
            if (!await StartAsync(fromClient, fromServer).ConfigureAwait(false))
                return;
            await Task.WhenAny(RequestsAsync(fromClient, fromServer), RepliesAsync(fromServer, fromClient)).Unwrap().ConfigureAwait(false);
        }
        catch (Exception error) when (error is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // However a connection ends, it ends on both sides.
        }
        finally
        {
            // What is silent stays so: its end is never told.
            if (!_silent)
                Cut();
        }
    }

    /// <summary>Answers what asks for encryption, and passes the start on. Returns whether a session follows.</summary>
    private async Task<bool> StartAsync(NetworkStream client, NetworkStream server)
    {
        var reader = new PostgresMessageReader(client);
        while (await reader.ReadAsync(typed: false, _cut.Token).ConfigureAwait(false) is { } message)
        {
            if (message.StartCode is TlsRequest or EncryptionRequest)
            {
                await client.WriteAsync("N"u8.ToArray(), _cut.Token).ConfigureAwait(false);
                continue;
            }

            _hasStarted = message.StartCode != CancelRequest;
            await PassAsync(server, message).ConfigureAwait(false);
            if (_hasStarted)
                return true;
            // The server closes when it has cancelled; the client waits for that.
            await new PostgresMessageReader(server).ReadAsync(typed: true, _cut.Token).ConfigureAwait(false);
            return false;
        }

        return false;
    }

    private async Task RequestsAsync(NetworkStream client, NetworkStream server)
    {
        var reader = new PostgresMessageReader(client);
        var held = new List<PostgresMessage>();
        while (await reader.ReadAsync(typed: true, _cut.Token).ConfigureAwait(false) is { } message)
        {
            Observe(message);
            held.Add(message);
            // What belongs to one round goes in one piece, as it does in a packet: a statement is lost whole or not at all.
            if ((char)message.Type is 'P' or 'B' or 'D' or 'E' or 'C')
                continue;
            if (_trap is { Fault: StatementFault.Cut or StatementFault.Silence } trap)
            {
                if (trap.Fault == StatementFault.Cut)
                    Cut();
                else
                    Silence();
                trap.Sprung.TrySetResult(this);
            }

            foreach (var whole in held)
                await PassAsync(server, whole).ConfigureAwait(false);
            held.Clear();
        }
    }

    private async Task RepliesAsync(NetworkStream server, NetworkStream client)
    {
        var reader = new PostgresMessageReader(server);
        var round = 1;
        while (await reader.ReadAsync(typed: true, _cut.Token).ConfigureAwait(false) is { } message)
        {
            var isLast = message.Type == 'Z';
            var trap = Volatile.Read(ref _trap);
            if (trap is not { Fault: StatementFault.CutReply } || round < trap.Round)
            {
                await PassAsync(client, message).ConfigureAwait(false);
            }
            else if (isLast)
            {
                // The server has said all that it has to say, so whatever was asked is committed or rolled back.
                Cut();
                trap.Sprung.TrySetResult(this);
                return;
            }

            if (isLast)
                Volatile.Write(ref _answered, round++);
        }
    }

    private async Task PassAsync(NetworkStream to, PostgresMessage message)
    {
        await _proxy.PassageAsync(_cut.Token).ConfigureAwait(false);
        if (!_silent)
            await to.WriteAsync(message.Bytes, _cut.Token).ConfigureAwait(false);
    }

    private void Observe(PostgresMessage message)
    {
        switch ((char)message.Type)
        {
            case 'P':
                var (name, text) = message.Texts(both: true);
                _prepared[name] = text;
                break;
            case 'B':
                Executes(_prepared.GetValueOrDefault(message.Texts(both: true).Second, ""));
                break;
            case 'Q':
                Executes(message.Texts(both: false).First);
                _asked++;
                break;
            case 'S':
                _asked++;
                break;
            default:
                break;
        }
    }

    private void Executes(string statement)
    {
        lock (_gate)
            _statements.Add(statement);
        // The round that this statement is in is closed by a message that is yet to come.
        if (_trap is null && _proxy.TakeTrap(statement) is { } trap)
        {
            trap.Round = _asked + 1;
            Volatile.Write(ref _trap, trap);
        }
    }
}

/// <summary>What happens at a statement.</summary>
internal enum StatementFault
{
    /// <summary>The server carries it out; its reply is swallowed and the connection cut.</summary>
    CutReply,

    /// <summary>The connection is cut before the server gets it.</summary>
    Cut,

    /// <summary>The connection is silent from here on, and stays open.</summary>
    Silence,
}

/// <summary>Waits for a statement with a text in it.</summary>
internal sealed class StatementTrap(string text, StatementFault fault)
{
    public StatementFault Fault => fault;

    public bool IsFor(string statement) => statement.Contains(text, StringComparison.Ordinal);

    public int Round { get; set; }

    public TaskCompletionSource<ProxyLink> Sprung { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}
