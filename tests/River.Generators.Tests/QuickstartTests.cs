using Microsoft.CodeAnalysis.CSharp;
using River.Generators.Tests.Projects;

namespace River.Generators.Tests;

public sealed class QuickstartTests
{
    private const string Quickstart = """
        using Microsoft.Extensions.DependencyInjection;
        using Microsoft.Extensions.Hosting;
        using Microsoft.Extensions.Logging;
        using River;

        [assembly: Queue("default", MaxWorkers = 100)]
        [assembly: Queue("cancel_queue", MaxWorkers = 10)]

        var builder = Host.CreateApplicationBuilder(args);
        builder.Services.AddSingleton<IFluxApi, FluxApi>();
        builder.Services.AddRiver(river => river
            .UseSqlite("Data Source=river.db")
            .MigrateOnStart()
            .AddJobs());
        using var host = builder.Build();
        await host.StartAsync();

        var jobs = host.Services.GetRequiredService<IJobClient>();
        await jobs.EnqueueAsync(new AllocateFlux(42));
        await jobs.EnqueueCleanupAsync(fluxId: 7, inKubernetes: true,
            options: new() { Delay = TimeSpan.FromSeconds(10), Tags = ["flux"] });
        await host.WaitForShutdownAsync();

        [Job(MaxAttempts = 5)]
        public sealed partial record AllocateFlux(long FluxId);

        [Job(Queue = "cancel_queue")]
        public sealed partial record Cleanup(long FluxId, bool InKubernetes);

        [Job(Timeout = "infinite"), Periodic("*/5 * * * *", RunOnStart = true)]
        [Unique(States = JobStates.Incomplete)]
        public sealed partial record Reconcile;

        public interface IFluxApi { Task AllocateAsync(long fluxId, CancellationToken cancellationToken); }

        internal sealed class FluxApi : IFluxApi { public Task AllocateAsync(long fluxId, CancellationToken cancellationToken) => Task.CompletedTask; }

        public sealed class AllocateFluxWorker(IFluxApi flux) : IWorker<AllocateFlux>
        {
            public async Task WorkAsync(Job<AllocateFlux> job, CancellationToken cancellationToken)
            {
                await flux.AllocateAsync(job.Args.FluxId, cancellationToken);
                job.Then(new Cleanup(job.Args.FluxId, InKubernetes: true), new() { Delay = TimeSpan.FromSeconds(10) });
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
        """;

    [Fact]
    public void The_quickstart_compiles_as_written() =>
        TestProject.Program(Quickstart).In(LanguageVersion.CSharp13).Generate().AssertCompiles();

    [Fact]
    public void The_quickstart_may_name_its_queue_by_the_generated_constant() =>
        TestProject.Program(Quickstart.Replace("Queue = \"cancel_queue\"", "Queue = Queues.CancelQueue", StringComparison.Ordinal)).Generate().AssertCompiles();
}
