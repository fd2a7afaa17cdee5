using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using River;
using River.Chaos;

// Works the jobs of one database until it gets SIGTERM or somebody kills it. Options: --name, --database (River's way to the
// server), --effects (the jobs' own way), --River:… (River's options), --shutdownTimeoutSeconds.
var builder = Host.CreateApplicationBuilder(args);
builder.Logging.ClearProviders()
    .AddSimpleConsole(console => (console.SingleLine, console.TimestampFormat) = (true, "HH:mm:ss.fff "))
    .AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace)
    .AddFilter("Microsoft", LogLevel.Warning);
await using var effects = NpgsqlDataSource.Create(builder.Configuration["effects"]!);
builder.Services.AddSingleton(new Effects(effects, builder.Configuration["name"]!));
builder.Services.AddRiver(river => river.UsePostgres(builder.Configuration["database"]!).AddJobs());
using var host = builder.Build();
await host.StartAsync();
Console.WriteLine("ready");

// Whoever started this process holds the other end; when that one is gone, nobody would end this one.
_ = Task.Run(() =>
{
    while (Console.In.ReadLine() is not null)
    {
    }

    Environment.Exit(3);
});
await host.WaitForShutdownAsync();
Console.WriteLine("stopped");
