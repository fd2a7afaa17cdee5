using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Npgsql;

namespace River.TestSupport.Postgres;

/// <summary>A throw-away cluster in a temporary folder, on a free port of the loopback address.</summary>
internal sealed class PrivateCluster : IServerOrigin
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(3);

    private readonly PostgresBinaries _binaries;
    private readonly PostgresServerOptions _options;
    private readonly ServerUser _user;
    private readonly string _root;
    private readonly string _password = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
    private int _port = FreePort();
    private SupervisedServer? _server;

    private PrivateCluster(PostgresBinaries binaries, PostgresServerOptions options, ServerUser user, string root) =>
        (_binaries, _options, _user, _root) = (binaries, options, user, root);

    public string ConnectionString => new NpgsqlConnectionStringBuilder
    {
        Host = IPAddress.Loopback.ToString(),
        Port = _port,
        Username = "postgres",
        Password = _password,
        Database = "postgres",
        IncludeErrorDetail = true,
    }.ConnectionString;

    public static async Task<PrivateCluster> StartAsync(PostgresBinaries binaries, PostgresServerOptions options, CancellationToken cancellationToken)
    {
        var user = ServerUser.ForThisProcess();
        var root = await user.CreateFolderAsync(cancellationToken).ConfigureAwait(false);
        var cluster = new PrivateCluster(binaries, options, user, root);
        try
        {
            await cluster.InitializeAsync(cancellationToken).ConfigureAwait(false);
            await cluster.StartOnAFreePortAsync(cancellationToken).ConfigureAwait(false);
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Starts the stopped server on the same port. That port was free for anybody meanwhile: who took it for a connection soon gives it back.</summary>
    public async Task StartAgainAsync(CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await StartServerAsync(cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (PostgresUnavailableException e) when (attempt < 60 && IsPortTaken(e))
            {
                await Task.Delay(TimeSpan.FromSeconds(1), cancellationToken).ConfigureAwait(false);
            }
        }
    }

    public async Task StopImmediateAsync(CancellationToken cancellationToken)
    {
        var server = Interlocked.Exchange(ref _server, null) ?? throw new InvalidOperationException("The server is stopped already.");
        await server.StopAsync(deleteFolder: false).WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _server, null) is { } server)
            await server.StopAsync(deleteFolder: true).ConfigureAwait(false);
        if (Directory.Exists(_root))
            Directory.Delete(_root, recursive: true);
    }

    private string Data => Path.Combine(_root, "data");

    private async Task InitializeAsync(CancellationToken cancellationToken)
    {
        // By a file, so that no list of processes shows the password.
        var passwordFile = Path.Combine(_root, "password");
        await _user.WriteFileAsync(passwordFile, _password, cancellationToken).ConfigureAwait(false);
        await _user.RunAsync(
            _binaries.Initdb,
            ["--pgdata", Data, "--username=postgres", "--auth=scram-sha-256", $"--pwfile={passwordFile}", "--encoding=UTF8", "--locale=C", "--no-sync"],
            input: null,
            cancellationToken).ConfigureAwait(false);
    }

    private async Task StartServerAsync(CancellationToken cancellationToken)
    {
        if (_server is not null)
            throw new InvalidOperationException("The server is running; stop it first.");

        var server = SupervisedServer.Start(_user, _binaries.Postgres, _root, Arguments());
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(StartLimit);
        try
        {
            await server.Ready.WaitAsync(limit.Token).ConfigureAwait(false);
        }
        catch
        {
            await server.StopAsync(deleteFolder: false).ConfigureAwait(false);
            throw;
        }
        _server = server;
    }

    private async Task StartOnAFreePortAsync(CancellationToken cancellationToken)
    {
        // Another process may take the port between our look and the server's bind.
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await StartServerAsync(cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (PostgresUnavailableException e) when (attempt < 5 && IsPortTaken(e))
            {
                _port = FreePort();
            }
        }
    }

    private static bool IsPortTaken(PostgresUnavailableException error) => error.Message.Contains("Address already in use", StringComparison.Ordinal);

    private IEnumerable<string> Arguments()
    {
        var settings = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["listen_addresses"] = IPAddress.Loopback.ToString(),
            ["unix_socket_directories"] = _root,
            ["max_connections"] = _options.MaxConnections.ToString(CultureInfo.InvariantCulture),
            ["shared_buffers"] = "256MB",
            ["max_wal_size"] = "4GB",
            ["wal_level"] = "minimal",
            ["max_wal_senders"] = "0",
            ["fsync"] = _options.Fsync ? "on" : "off",
            ["full_page_writes"] = _options.Fsync ? "on" : "off",
            ["lc_messages"] = "C",
            ["timezone"] = "UTC",
        };
        foreach (var (name, value) in _options.Settings)
            settings[name] = value;
        return ["-D", Data, "-p", _port.ToString(CultureInfo.InvariantCulture), .. settings.SelectMany(setting => new[] { "-c", $"{setting.Key}={setting.Value}" })];
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
