using Quickstart.Jobs;
using River;

namespace Quickstart.Workers;

public sealed class CleanupWorker(Story story) : IWorker<Cleanup>
{
    public Task WorkAsync(Job<Cleanup> job, CancellationToken cancellationToken)
    {
        story.Worked(job.Row, $"flux {job.Args.FluxId} is cleaned up{(job.Args.InKubernetes ? ", its pods too" : "")}");
        return Task.CompletedTask;
    }
}
