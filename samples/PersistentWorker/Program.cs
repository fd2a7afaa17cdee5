using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using River;

// One loop that runs exactly once in a cluster. Start it two or three times, see who leads, kill that one.
string? postgres = null;
string? sqlite = null;
switch (args)
{
    case []:
        sqlite = $"Data Source={Path.Combine(Path.GetTempPath(), "river-persistent-worker.db")}";
        break;
    case ["--sqlite", var path]:
        sqlite = $"Data Source={path}";
        break;
    case ["--postgres", var url]:
        postgres = url;
        break;
    default:
        Console.Error.WriteLine("Usage: PersistentWorker [--sqlite <file> | --postgres <url or connection string>]");
        return 2;
}

var builder = Host.CreateApplicationBuilder();
builder.Logging.SetMinimumLevel(LogLevel.Warning); // the worker tells its story by its own lines
builder.Services.AddRiver(river => (postgres is null ? river.UseSqlite(sqlite!) : river.UsePostgres(postgres))
    .MigrateOnStart()
    // The loop never ends by itself: a stop need not wait for it, and hands it to another process.
    .Configure(options => options.SoftStopTimeout = TimeSpan.FromSeconds(1))
    .AddJobs());
using var host = builder.Build();
try
{
    await host.StartAsync();
}
catch (RiverException error)
{
    Console.Error.WriteLine(error.Message);
    return 1;
}

Console.WriteLine($"waiting as {Environment.ProcessId}; stop with Ctrl+C");
await host.WaitForShutdownAsync();
Console.WriteLine($"stopped as {Environment.ProcessId}");
return 0;
