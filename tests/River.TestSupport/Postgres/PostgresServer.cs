using System.Security.Cryptography;
using Npgsql;

namespace River.TestSupport.Postgres;

/// <summary>
/// The PostgreSQL server that tests run against. <see cref="StartAsync"/> takes the first of: a URL from the environment,
/// server binaries on this machine (a private cluster that lives as long as this object), a container.
/// </summary>
public sealed class PostgresServer : IAsyncDisposable
{
    private readonly IServerOrigin _origin;
    private readonly NpgsqlDataSource _admin;
    private readonly List<string> _databases = [];

    private PostgresServer(IServerOrigin origin)
    {
        _origin = origin;
        var admin = new NpgsqlConnectionStringBuilder(origin.ConnectionString) { Pooling = false, Timeout = 120, CommandTimeout = 300 };
        _admin = NpgsqlDataSource.Create(admin);
    }

    /// <summary>Connects as superuser to the maintenance database. Tests take a database of their own instead.</summary>
    public string AdminConnectionString => _origin.ConnectionString;

    /// <summary>True when this server is private to the test run, so that it may be stopped and started again.</summary>
    public bool IsPrivate => _origin is PrivateCluster;

    /// <summary>Finds or starts a server.</summary>
    /// <exception cref="PostgresUnavailableException">No way to a server was found; the message lists the three.</exception>
    public static async Task<PostgresServer> StartAsync(PostgresServerOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new PostgresServerOptions();
        IServerOrigin? origin = null;
        if (PostgresUrl.FromEnvironment() is { } connectionString)
            origin = new GivenServer(connectionString);
        else if (PostgresBinaries.Find() is { } binaries)
            origin = await PrivateCluster.StartAsync(binaries, options, cancellationToken).ConfigureAwait(false);
#if TESTCONTAINERS
        origin ??= await ContainerServer.StartAsync(cancellationToken).ConfigureAwait(false);
#endif
        return new PostgresServer(origin ?? throw PostgresUnavailableException.NothingFound());
    }

    /// <summary>Creates an empty database and returns its connection string.</summary>
    /// <param name="name">Default: a name that nobody has.</param>
    /// <param name="template">A database to copy, without connections to it at this moment.</param>
    public async Task<string> CreateDatabaseAsync(string? name = null, string template = "template0", CancellationToken cancellationToken = default)
    {
        name ??= $"river_test_{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}";
        await ExecuteAsync($"CREATE DATABASE {Quoted(name)} TEMPLATE {Quoted(template)}", cancellationToken).ConfigureAwait(false);
        lock (_databases)
            _databases.Add(name);
        return ConnectionStringFor(name);
    }

    /// <summary>Drops a database, with whatever is connected to it.</summary>
    public async Task DropDatabaseAsync(string name, CancellationToken cancellationToken = default)
    {
        await ExecuteAsync($"DROP DATABASE IF EXISTS {Quoted(name)} WITH (FORCE)", cancellationToken).ConfigureAwait(false);
        lock (_databases)
            _databases.Remove(name);
    }

    public string ConnectionStringFor(string database) =>
        new NpgsqlConnectionStringBuilder(_origin.ConnectionString) { Database = database }.ConnectionString;

    /// <summary>Stops the server as a crash would: no shutdown checkpoint, every connection cut.</summary>
    /// <exception cref="NotSupportedException">The server isn't private to this run.</exception>
    public Task StopImmediateAsync(CancellationToken cancellationToken = default) => Private.StopImmediateAsync(cancellationToken);

    /// <summary>Starts the stopped server on the same port with the same data.</summary>
    public Task StartAgainAsync(CancellationToken cancellationToken = default) => Private.StartAgainAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (!IsPrivate)
        {
            string[] databases;
            lock (_databases)
                databases = [.. _databases];
            foreach (var database in databases)
                await DropDatabaseAsync(database).ConfigureAwait(false);
        }
        await _admin.DisposeAsync().ConfigureAwait(false);
        await _origin.DisposeAsync().ConfigureAwait(false);
    }

    private PrivateCluster Private => _origin as PrivateCluster
        ?? throw new NotSupportedException("Only a private cluster can be stopped; this server was given by its URL or runs in a container.");

    private async Task ExecuteAsync(string sql, CancellationToken cancellationToken)
    {
        await using var command = _admin.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    private static string Quoted(string identifier) => $"\"{identifier.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
