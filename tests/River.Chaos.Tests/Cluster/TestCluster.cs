using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using River.TestSupport.Faults;
using River.TestSupport.Postgres;
using River.TestSupport.Time;

namespace River.Chaos.Cluster;

/// <summary>A database with an oracle in it, a client that enqueues, and worker processes.</summary>
internal sealed class TestCluster : IAsyncDisposable
{
    private static readonly TimeSpan Recovery = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(10);

    private readonly IHost _client;
    private readonly NpgsqlDataSource _dataSource;
    private readonly List<WorkerProcess> _workers = [];
    private readonly ConcurrentBag<long> _confirmed = [];

    private TestCluster(string database, IHost client, NpgsqlDataSource dataSource)
    {
        (Database, _client, _dataSource) = (database, client, dataSource);
        Jobs = client.Services.GetRequiredService<IJobClient>();
        Oracle = new Oracle(dataSource);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>The straight way to the database.</summary>
    public string Database { get; }

    public IJobClient Jobs { get; }

    public Oracle Oracle { get; }

    public IReadOnlyCollection<long> Confirmed => _confirmed;

    public static async Task<TestCluster> StartAsync(PostgresFixture postgres) => await StartAsync(await postgres.ServerAsync());

    public static async Task<TestCluster> StartAsync(PostgresServer server)
    {
        var database = await server.CreateDatabaseAsync(cancellationToken: Token);
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddRiverClient(river => river.UsePostgres(Named(database, "client")).MigrateOnStart().AddJobs());
        var client = builder.Build();
        await client.StartAsync(Token);
        var cluster = new TestCluster(database, client, NpgsqlDataSource.Create(Named(database, "oracle")));
        await cluster.Oracle.InstallAsync(Token);
        return cluster;
    }

    /// <summary>Starts a worker process without waiting for it.</summary>
    /// <param name="name">What the database knows it by.</param>
    /// <param name="proxy">The way that it takes to the server; null for the straight one.</param>
    /// <param name="options">Further arguments, as <c>--River:PollInterval=00:00:01</c>.</param>
    public WorkerProcess Start(string name, PostgresProxy? proxy = null, params string[] options)
    {
        var worker = WorkerProcess.Start(name, "River.Chaos.Worker.dll",
        [
            "--name", name, "--database", Named(proxy?.ConnectionString ?? Database, name), "--effects", Named(Database, "effects"), .. options,
        ]);
        lock (_workers)
            _workers.Add(worker);
        return worker;
    }

    public async Task<WorkerProcess> StartReadyAsync(string name, PostgresProxy? proxy = null, params string[] options)
    {
        var worker = Start(name, proxy, options);
        await worker.ReadyAsync(Token);
        return worker;
    }

    /// <summary>Enqueues jobs and keeps in mind that they are confirmed.</summary>
    public async Task<IReadOnlyList<long>> EnqueueAsync(IEnumerable<JobRequest> requests, CancellationToken cancellationToken)
    {
        var results = await Jobs.EnqueueManyAsync(requests, cancellationToken);
        long[] ids = [.. results.Select(result => result.Job.Id)];
        foreach (var id in ids)
            _confirmed.Add(id);
        return ids;
    }

    /// <summary>Waits until every job is finished.</summary>
    public async Task FinishedAsync(TimeSpan limit)
    {
        try
        {
            await Eventually.Async(async () => await Oracle.UnfinishedAsync(Token) == 0, limit, Token);
        }
        catch (TimeoutException error)
        {
            var left = await Oracle.ReadAsync<string?>(
                "SELECT string_agg(concat_ws(' ', id, kind, state, attempt, attempted_by[cardinality(attempted_by)], attempted_at, scheduled_at), E'\n') FROM (SELECT * FROM river_job WHERE finalized_at IS NULL AND kind <> 'tick' ORDER BY id LIMIT 10) j",
                Token);
            throw new TimeoutException($"Not finished within {limit}, at {await Oracle.NowAsync(Token):O}:\n{left}\n{Logs()}", error);
        }
    }

    /// <summary>Checks, while the load goes on, that fifteen seconds after a fault as much is worked as is offered.</summary>
    public async Task IsBackToSpeedAsync(DateTime fault)
    {
        var from = fault + Recovery;
        await Eventually.Async(async () => await Oracle.NowAsync(Token) > from + Look + Oracle.Meanwhile, TimeSpan.FromMinutes(3), Token);
        var share = await Oracle.ShareWorkedAsync(from, from + Look, Token);
        Assert.True(share >= 0.95, $"15 s after the fault {share:P0} of what was offered was worked.\n{Logs()}");
    }

    /// <summary>Checks all invariants; see there.</summary>
    public async Task CheckAsync()
    {
        try
        {
            await new Invariants(Oracle).CheckAsync(_confirmed, Token);
        }
        catch (Exception)
        {
            TestContext.Current.TestOutputHelper?.WriteLine(Logs());
            throw;
        }
    }

    /// <summary>Checks that every second had its tick.</summary>
    public Task NoSlotLostAsync() => new Invariants(Oracle).NoSlotLostAsync(Token);

    public string Logs()
    {
        lock (_workers)
            return string.Join(Environment.NewLine, _workers.Select(worker => $"--- {worker.Name}{Environment.NewLine}{worker.Log}"));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var worker in _workers)
            await worker.DisposeAsync();
        await _client.StopAsync(CancellationToken.None);
        _client.Dispose();
        await _dataSource.DisposeAsync();
    }

    private static string Named(string connectionString, string name) =>
        new NpgsqlConnectionStringBuilder(connectionString) { ApplicationName = name }.ConnectionString;
}
