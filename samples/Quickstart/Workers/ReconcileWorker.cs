using Quickstart.Jobs;
using River;

namespace Quickstart.Workers;

public sealed class ReconcileWorker(Story story) : IWorker<Reconcile>
{
    public Task WorkAsync(Job<Reconcile> job, CancellationToken cancellationToken)
    {
        story.Worked(job.Row, "all is as it should be; nobody enqueued this, a schedule did");
        return Task.CompletedTask;
    }
}
