using River.Periodic;

namespace River.Hosting;

/// <summary>This process's own side of a client that works jobs.</summary>
internal sealed class WorkingHost(ClientIdentity identity, IEngine engine, AddedSchedules schedules) : IRiverHost
{
    public string ClientId => identity.Id;

    public IReadOnlyList<WorkedQueue> Queues => throw new NotSupportedException();

    public Task AddQueueAsync(string queue, QueueSettings? settings = null, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task RemoveQueueAsync(string queue, QueueRemoval how = QueueRemoval.Drain, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task ResizeQueueAsync(string queue, int maxWorkers, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task AddPeriodicAsync(PeriodicJob job, CancellationToken cancellationToken = default) => schedules.AddAsync(job, cancellationToken);

    public Task<bool> RemovePeriodicAsync(string id, CancellationToken cancellationToken = default) => schedules.RemoveAsync(id, cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken = default) => engine.StopAsync(cancellationToken);
}
