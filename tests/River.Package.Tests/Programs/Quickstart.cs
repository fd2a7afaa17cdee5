using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using River;

[assembly: Queue("default", MaxWorkers = 100)]
[assembly: Queue("cancel_queue", MaxWorkers = 10)]

var builder = Host.CreateApplicationBuilder(args);
builder.Services.AddSingleton<IFluxApi, FluxApi>();   // the application's own
builder.Services.AddRiver(river => river
    .UseSqlite("Data Source=river.db")          // or .UsePostgres(connectionString) / .UsePostgres(npgsqlDataSource)
    .MigrateOnStart()
    .AddJobs());                                 // generated: this assembly's and its references' jobs, workers, queues, schedules
using var host = builder.Build();
await host.StartAsync();

var jobs = host.Services.GetRequiredService<IJobClient>();
await jobs.EnqueueAsync(new AllocateFlux(42));               // only [Job] types compile
await jobs.EnqueueCleanupAsync(fluxId: 7, inKubernetes: true, // generated sugar, typed by the record's constructor
    options: new() { Delay = TimeSpan.FromSeconds(10), Tags = ["flux"] });
await host.WaitForShutdownAsync();

[Job(MaxAttempts = 5)]
public sealed partial record AllocateFlux(long FluxId);

[Job(Queue = "cancel_queue")]                  // or Queues.CancelQueue, generated
public sealed partial record Cleanup(long FluxId, bool InKubernetes);

[Job(Timeout = "infinite"), Periodic("*/5 * * * *", RunOnStart = true)]
[Unique(States = JobStates.Incomplete)]
public sealed partial record Reconcile;

public interface IFluxApi { Task AllocateAsync(long fluxId, CancellationToken cancellationToken); }

public sealed class AllocateFluxWorker(IFluxApi flux) : IWorker<AllocateFlux>
{
    public async Task WorkAsync(Job<AllocateFlux> job, CancellationToken cancellationToken)
    {
        await flux.AllocateAsync(job.Args.FluxId, cancellationToken);
        job.Then(new Cleanup(job.Args.FluxId, InKubernetes: true), new() { Delay = TimeSpan.FromSeconds(10) });
        // or at once, also when this attempt then fails: await job.Client.EnqueueAsync(…)
    }
}

public sealed class CleanupWorker(ILogger<CleanupWorker> log) : IWorker<Cleanup>
{
    public Task WorkAsync(Job<Cleanup> job, CancellationToken cancellationToken) { log.LogInformation("cleaning up {FluxId}", job.Args.FluxId); return Task.CompletedTask; }
}

public sealed class ReconcileWorker : IWorker<Reconcile>
{
    public Task WorkAsync(Job<Reconcile> job, CancellationToken cancellationToken) => Task.CompletedTask;
}
