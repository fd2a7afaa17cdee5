using Quickstart.Jobs;
using River;

namespace Quickstart.Workers;

public sealed class AllocateFluxWorker(IFluxApi flux, Story story) : IWorker<AllocateFlux>
{
    private static readonly TimeSpan CleanupDelay = TimeSpan.FromSeconds(3);

    public async Task WorkAsync(Job<AllocateFlux> job, CancellationToken cancellationToken)
    {
        await flux.AllocateAsync(job.Args.FluxId, cancellationToken);
        // Stored in the statement that completes this job: a failed attempt leaves no clean-up behind, and a retry no second one.
        job.Then(new Cleanup(job.Args.FluxId, InKubernetes: true), new() { Delay = CleanupDelay });
        story.Worked(job.Row, $"flux {job.Args.FluxId} is allocated; its clean-up follows in {CleanupDelay.TotalSeconds} s");
    }
}
