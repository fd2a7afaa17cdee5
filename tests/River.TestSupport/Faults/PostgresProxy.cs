using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace River.TestSupport.Faults;

/// <summary>
/// Stands between clients and a PostgreSQL server and fails as networks do: connections cut or silent, the whole way
/// interrupted for a while, or a reply lost after the server did what it was asked.
/// </summary>
public sealed class PostgresProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly NpgsqlConnectionStringBuilder _target;
    private readonly Lock _gate = new();
    private readonly List<ProxyLink> _links = [];
    private readonly List<StatementTrap> _traps = [];
    private readonly Task _accepting;
    private TaskCompletionSource _passage = Open();

    private PostgresProxy(string connectionString)
    {
        _target = new NpgsqlConnectionStringBuilder(connectionString);
        _listener.Start();
        var own = new NpgsqlConnectionStringBuilder(connectionString)
        {
            Host = IPAddress.Loopback.ToString(),
            Port = ((IPEndPoint)_listener.LocalEndpoint).Port,
        };
        ConnectionString = own.ConnectionString;
        _accepting = AcceptAsync();
    }

    /// <summary>Leads to the same database through this proxy.</summary>
    public string ConnectionString { get; }

    /// <summary>The connections that are open.</summary>
    public IReadOnlyList<ProxyLink> Links
    {
        get
        {
            lock (_gate)
            {
                _links.RemoveAll(link => !link.IsOpen);
                return [.. _links];
            }
        }
    }

    public static PostgresProxy Start(string connectionString) => new(connectionString);

    /// <summary>Lets nothing through any more; connections stay open and new ones get no answer.</summary>
    public void Interrupt()
    {
        lock (_gate)
        {
            if (_passage.Task.IsCompleted)
                _passage = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    /// <summary>Ends an interruption: what was held up goes on its way.</summary>
    public void Heal()
    {
        lock (_gate)
            _passage.TrySetResult();
    }

    /// <summary>
    /// Waits for the next execution of a statement with the text in it. The server gets it and carries it out, its reply is
    /// swallowed, and then the connection is cut: the client can't know.
    /// </summary>
    /// <returns>Completes when that has happened.</returns>
    public Task<ProxyLink> CutReplyAsync(string text) => TrapAsync(text, StatementFault.CutReply);

    /// <summary>Waits for the next execution of a statement with the text in it, and cuts the connection before the server gets it.</summary>
    /// <returns>Completes when that has happened.</returns>
    public Task<ProxyLink> CutRequestAsync(string text) => TrapAsync(text, StatementFault.Cut);

    /// <summary>Waits for the next execution of a statement with the text in it, and silences the connection before the server gets it.</summary>
    /// <returns>Completes when that has happened.</returns>
    public Task<ProxyLink> SilenceAtAsync(string text) => TrapAsync(text, StatementFault.Silence);

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        Heal();
        // Only then is there no further connection to cut.
        await _accepting.ConfigureAwait(false);
        ProxyLink[] links;
        lock (_gate)
            links = [.. _links];
        foreach (var link in links)
            link.Cut();
    }

    internal Task PassageAsync(CancellationToken cancellationToken)
    {
        Task passage;
        lock (_gate)
            passage = _passage.Task;
        return passage.WaitAsync(cancellationToken);
    }

    internal StatementTrap? TakeTrap(string statement)
    {
        lock (_gate)
        {
            var trap = _traps.Find(trap => trap.IsFor(statement));
            if (trap is not null)
                _traps.Remove(trap);
            return trap;
        }
    }

    private Task<ProxyLink> TrapAsync(string text, StatementFault fault)
    {
        var trap = new StatementTrap(text, fault);
        lock (_gate)
            _traps.Add(trap);
        return trap.Sprung.Task;
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var link = new ProxyLink(this, await _listener.AcceptTcpClientAsync().ConfigureAwait(false));
                lock (_gate)
                    _links.Add(link);
                _ = link.RunAsync(_target.Host!, _target.Port);
            }
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // The listener was stopped.
        }
    }

    private static TaskCompletionSource Open()
    {
        var passage = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        passage.SetResult();
        return passage;
    }
}
