using River.Client;
using River.Inserting;

namespace River.Periodic;

/// <summary>Adds schedules to this process while it runs, and removes them.</summary>
internal sealed class AddedSchedules(StoreGate gate, ScheduleTable table, Inserter inserter)
{
    public async Task AddAsync(PeriodicJob job, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(job);
        inserter.Check(job.Job, job.Options.Enqueue);
        var store = await gate.ReadyAsync(cancellationToken).ConfigureAwait(false);
        if (table.Contains(job.Id))
            throw new PeriodicExistsException(job.Id);

        // Its slots count from here, and it can be paused and triggered as soon as the caller knows of it.
        await store.Schedules.DeclareAsync([job.Id], cancellationToken).ConfigureAwait(false);
        if (!table.Add(LiveSchedule.Of(job)))
            throw new PeriodicExistsException(job.Id);
    }

    public Task<bool> RemoveAsync(string id, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(id);
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult(table.Remove(id));
    }
}
