using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Quickstart;
using Quickstart.Jobs;
using River;

if (QuickstartOptions.Parse(args) is not { } options)
{
    Console.Error.WriteLine(QuickstartOptions.Usage);
    return 2;
}

var folder = Directory.CreateTempSubdirectory("river-quickstart-");
try
{
    var file = Path.Combine(folder.FullName, "jobs.db");
    var builder = Host.CreateApplicationBuilder();
    builder.Logging.SetMinimumLevel(LogLevel.Warning); // the story is told by its own lines
    builder.Services.AddSingleton<Story>();
    builder.Services.AddSingleton<IFluxApi, FluxApi>();
    builder.Services.AddRiver(river => (options.PostgresUrl is { } url ? river.UsePostgres(url) : river.UseSqlite($"Data Source={file}"))
        .MigrateOnStart()
        .AddJobs());
    using var host = builder.Build();
    var story = host.Services.GetRequiredService<Story>();
    story.Opens(options.PostgresUrl is null ? file : "PostgreSQL, in River's own tables");
    await host.StartAsync();

    var jobs = host.Services.GetRequiredService<IJobClient>();
    story.Enqueued(await jobs.EnqueueAsync(new AllocateFlux(42)));
    story.Enqueued(await jobs.EnqueueCleanupAsync(fluxId: 7, inKubernetes: false, options: new() { Delay = TimeSpan.FromSeconds(3), Tags = ["flux"] }));

    using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(18));
    var ending = await story.EndsAsync(jobs, limit.Token);
    if (!options.Stay)
        await host.StopAsync();
    Story.Closes(ending);
    if (options.Stay)
        await host.WaitForShutdownAsync();
    return ending.Lost == 0 ? 0 : 1;
}
catch (RiverException e)
{
    Console.Error.WriteLine(e.Message);
    return 1;
}
finally
{
    folder.Delete(recursive: true);
}
