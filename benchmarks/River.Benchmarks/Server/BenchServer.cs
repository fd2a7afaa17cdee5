using System.Globalization;
using Npgsql;
using River.TestSupport.Postgres;

namespace River.Benchmarks.Server;

/// <summary>A private PostgreSQL with the settings of ../shared/speed.md, and an empty database with River's tables to copy from.</summary>
internal sealed class BenchServer : IAsyncDisposable
{
    private const string Template = "river_bench_template";

    // A kernel tick as /proc counts it; 100 a second on every Linux that .NET runs on.
    private const double TicksPerSecond = 100;

    private readonly PostgresServer _server;
    private readonly int? _postmaster;
    private int _databases;

    private BenchServer(PostgresServer server, string version, int? postmaster) => (_server, Version, _postmaster) = (server, version, postmaster);

    public static IReadOnlyDictionary<string, string> Settings { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["shared_buffers"] = "512MB",
        ["max_wal_size"] = "4GB",
        ["synchronous_commit"] = "on",
    };

    public string Version { get; }

    public string AdminConnectionString => _server.AdminConnectionString;

    public static async Task<BenchServer> StartAsync(CancellationToken stop)
    {
        var server = await PostgresServer.StartAsync(new PostgresServerOptions { Fsync = true, Settings = Settings }, stop);
        try
        {
            await using (var migrator = new RiverMigrator(await server.CreateDatabaseAsync(Template, cancellationToken: stop)))
                await migrator.MigrateUpAsync(cancellationToken: stop);
            NpgsqlConnection.ClearAllPools();
            await using var connection = new NpgsqlConnection(server.AdminConnectionString);
            await connection.OpenAsync(stop);
            var postmaster = server.IsPrivate ? ParentOf(connection.ProcessID) : null;
            return new BenchServer(server, connection.PostgreSqlVersion.ToString(), postmaster);
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>A database with River's tables and nothing in them.</summary>
    public async Task<BenchDatabase> CreateDatabaseAsync(CancellationToken stop)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"river_bench_{++_databases}");
        return new BenchDatabase(this, name, await _server.CreateDatabaseAsync(name, Template, stop));
    }

    /// <summary>A database without tables, for those who make their own.</summary>
    public async Task<BenchDatabase> CreateEmptyDatabaseAsync(CancellationToken stop)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"river_bench_{++_databases}");
        return new BenchDatabase(this, name, await _server.CreateDatabaseAsync(name, cancellationToken: stop));
    }

    public Task DropAsync(BenchDatabase database) => _server.DropDatabaseAsync(database.Name);

    /// <summary>The processor time of all processes of the server so far; null where that can't be told.</summary>
    public TimeSpan? ProcessorTime()
    {
        if (_postmaster is not { } postmaster)
            return null;
        var ticks = 0L;
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var pid) || StatOf(pid) is not { } stat)
                continue;
            if (pid == postmaster)
                ticks += Number(stat, 11) + Number(stat, 12) + Number(stat, 13) + Number(stat, 14); // and that of its children that ended
            else if (Number(stat, 1) == postmaster)
                ticks += Number(stat, 11) + Number(stat, 12);
        }

        return TimeSpan.FromSeconds(ticks / TicksPerSecond);
    }

    public async ValueTask DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        await _server.DisposeAsync();
    }

    private static int? ParentOf(int pid) => StatOf(pid) is { } stat ? (int)Number(stat, 1) : null;

    /// <summary>The fields of /proc/pid/stat from the state on.</summary>
    private static string[]? StatOf(int pid)
    {
        try
        {
            var text = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/stat"));
            return text[(text.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static long Number(string[] stat, int field) => long.Parse(stat[field], CultureInfo.InvariantCulture);
}
