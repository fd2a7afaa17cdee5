using System.Runtime.CompilerServices;

namespace River.Hosting;

/// <summary>Stands where nothing is worked: everything says so.</summary>
internal sealed class InsertOnlyHost : IRiverHost
{
    public string ClientId => throw Nothing();

    public bool IsLeader => throw Nothing();

    public IReadOnlyList<WorkedQueue> Queues => throw Nothing();

    public Task AddQueueAsync(string queue, QueueSettings? settings = null, CancellationToken cancellationToken = default) => throw Nothing();

    public Task RemoveQueueAsync(string queue, QueueRemoval how = QueueRemoval.Drain, CancellationToken cancellationToken = default) => throw Nothing();

    public Task ResizeQueueAsync(string queue, int maxWorkers, CancellationToken cancellationToken = default) => throw Nothing();

    public Task AddPeriodicAsync(PeriodicJob job, CancellationToken cancellationToken = default) => throw Nothing();

    public Task<bool> RemovePeriodicAsync(string id, CancellationToken cancellationToken = default) => throw Nothing();

    public EventSubscription Subscribe(SubscribeOptions? options = null) => throw Nothing();

    public Task StopAsync(CancellationToken cancellationToken = default) => throw Nothing();

    private static InvalidOperationException Nothing([CallerMemberName] string call = "") => new(
        $"IRiverHost.{call} acts on the jobs that this process works, and it works none: its client was added with AddRiverClient, which only enqueues. "
        + "Add it with AddRiver, or make the call in the process that works the jobs; what concerns the whole cluster is on IJobClient.");
}
