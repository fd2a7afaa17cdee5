using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using ManyQueues;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using River;
using River.TestSupport.Postgres;

[assembly: Queue("q_*", MaxWorkers = 10, Dynamic = true)]

// Arguments: jobs (1,000,000), seconds of idling to measure (60). Run with -c Release.
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
const int Queues = 1_800;
var jobs = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 1_000_000;
var idle = TimeSpan.FromSeconds(args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 60);

await using var server = await PostgresServer.StartAsync(new PostgresServerOptions
{
    Fsync = true,
    Settings = new Dictionary<string, string>(StringComparer.Ordinal) { ["shared_buffers"] = "512MB", ["max_wal_size"] = "4GB" },
});
var report = new StringBuilder();
var connectionString = await server.CreateDatabaseAsync();
await using (var migrator = new RiverMigrator(connectionString))
    await migrator.MigrateUpAsync();
Tally.Runs = new int[jobs];

await FillAsync();
await WorkAsync();

// Or the server would do it by itself while we count, and count it.
await VacuumAsync();
foreach (var queues in new[] { 10, 180, Queues })
    await IdleAsync(queues);
await WriteReportAsync();

// A tenth of the jobs, at most 10,000, in one queue; the rest spread evenly.
int QueueOf(int number) => number < Math.Min(10_000, jobs / 10) ? 0 : number % Queues;

async Task FillAsync()
{
    using var host = await StartAsync(works: false, Queues);
    var client = host.Services.GetRequiredService<IJobClient>();
    var watch = Stopwatch.StartNew();
    for (var from = 0; from < jobs; from += 50_000)
    {
        var count = Math.Min(50_000, jobs - from);
        await client.EnqueueBulkAsync(Enumerable.Range(from, count).Select(number => JobRequest.For(new Touch(number), new EnqueueOptions { Queue = $"q_{QueueOf(number)}" })));
        Progress($"enqueued {from + count:N0} of {jobs:N0}");
    }

    Say($"- enqueued {jobs:N0} jobs in {watch.Elapsed.TotalSeconds:0.0} s (COPY), up to {Enumerable.Range(0, jobs).Count(number => QueueOf(number) == 0):N0} in one queue");
    await host.StopAsync();
}

async Task WorkAsync()
{
    var watch = Stopwatch.StartNew();
    using var host = await StartAsync(works: true, Queues);
    Say($"- start with {Queues:N0} queues: {watch.Elapsed.TotalSeconds:0.00} s");
    var mostConnections = 0L;
    while (Volatile.Read(ref Tally.Done) < jobs)
    {
        await Task.Delay(1_000);
        mostConnections = Math.Max(mostConnections, await CountAsync("SELECT count(*) FROM pg_stat_activity WHERE datname = $1"));
        Progress($"worked {Volatile.Read(ref Tally.Done):N0} of {jobs:N0}");
    }

    Say($"- all worked after {watch.Elapsed.TotalSeconds:0.0} s: {jobs / watch.Elapsed.TotalSeconds:N0} jobs a second; {mostConnections} connections at most; {Process.GetCurrentProcess().PeakWorkingSet64 / 1_000_000} MB at most");
    await host.StopAsync();
    await using var source = NpgsqlDataSource.Create(connectionString);
    await using var command = source.CreateCommand("SELECT count(*) FROM river_job WHERE state = 'completed' AND attempt = 1");
    Say($"- completed in their first attempt: {(long)(await command.ExecuteScalarAsync())!:N0}; run never: {Tally.Runs.Count(runs => runs == 0)}; run twice: {Tally.Runs.Count(runs => runs > 1)}");
}

async Task IdleAsync(int queues)
{
    using var host = await StartAsync(works: true, queues);
    // What the start cost is counted by then: an idle session reports after ten seconds.
    await Task.Delay(TimeSpan.FromSeconds(12));
    const string Transactions = "SELECT xact_commit + xact_rollback FROM pg_stat_database WHERE datname = $1";
    var (before, watch, processor) = (await CountAsync(Transactions), Stopwatch.StartNew(), Process.GetCurrentProcess().TotalProcessorTime);
    while (watch.Elapsed < idle)
    {
        await Task.Delay(TimeSpan.FromSeconds(1));
        Progress($"{queues:N0} queues idle for {watch.Elapsed.TotalSeconds:0} s");
    }

    var rate = (await CountAsync(Transactions) - before) / watch.Elapsed.TotalSeconds;
    var share = (Process.GetCurrentProcess().TotalProcessorTime - processor) / watch.Elapsed;
    Say($"- {queues:N0} queues idle: {rate:0.00} transactions a second, {await CountAsync("SELECT count(*) FROM pg_stat_activity WHERE datname = $1")} connections, {share:P1} of a core in this process");
    await host.StopAsync();
}

async Task VacuumAsync()
{
    await using var connection = new NpgsqlConnection(connectionString);
    await connection.OpenAsync();
    await using var command = new NpgsqlCommand("VACUUM (ANALYZE)", connection) { CommandTimeout = 600 };
    await command.ExecuteNonQueryAsync();
}

async Task<IHost> StartAsync(bool works, int queues)
{
    var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
    builder.Logging.AddConsole().SetMinimumLevel(LogLevel.Warning);
    void Configure(RiverBuilder river)
    {
        river.UsePostgres(connectionString).AddJobs();

        // Named, so that all are there from the start.
        for (var number = 0; works && number < queues; number++)
            river.Work($"q_{number}", maxWorkers: 10);
    }

    if (works)
        builder.Services.AddRiver(Configure);
    else
        builder.Services.AddRiverClient(Configure);
    var host = builder.Build();
    await host.StartAsync();
    return host;
}

async Task<long> CountAsync(string sql)
{
    // From another database, so that asking doesn't count.
    await using var connection = new NpgsqlConnection(server.AdminConnectionString);
    await connection.OpenAsync();
    await using var command = new NpgsqlCommand(sql, connection);
    command.Parameters.Add(new() { Value = new NpgsqlConnectionStringBuilder(connectionString).Database });
    return (long)(await command.ExecuteScalarAsync())!;
}

async Task WriteReportAsync()
{
    await using var connection = new NpgsqlConnection(server.AdminConnectionString);
    await connection.OpenAsync();
    var folder = new DirectoryInfo(AppContext.BaseDirectory);
    while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "River.sln")))
        folder = folder.Parent;
    var path = Path.Combine(folder!.FullName, "benchmarks", "many-queues", "README.md");
    await File.WriteAllTextAsync(path,
        $"""
        # 1,800 queues in one client

        `dotnet run -c Release --project benchmarks/many-queues [jobs] [idle seconds]` starts a private PostgreSQL, fills
        1,800 queues, works them with one client, checks that every job ran once, and measures what idle queues cost. It
        writes this page.

        {DateTimeOffset.UtcNow:yyyy-MM-dd}, {Environment.ProcessorCount} cores, {RuntimeInformation.OSDescription}, PostgreSQL {connection.PostgreSqlVersion} on the same machine
        (fsync on, shared_buffers 512 MB), {RuntimeInformation.FrameworkDescription}, Npgsql {typeof(NpgsqlConnection).Assembly.GetName().Version}, 10 workers a queue.

        {report.ToString().TrimEnd()}

        """);
    Console.WriteLine($"Written to {path}.");
}

void Say(string line)
{
    report.AppendLine(line);
    Console.WriteLine($"\r{line}          ");
}

static void Progress(string text) => Console.Write($"\r{text}          ");
