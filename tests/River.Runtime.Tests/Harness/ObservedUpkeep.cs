using River.Storage;

namespace River.Tests.Harness;

/// <summary>The real upkeep, whose statements a test can count, hold up and break.</summary>
internal sealed class ObservedUpkeep(IUpkeep inner) : IUpkeep
{
    /// <summary>Called before a statement, with its name; may throw or wait.</summary>
    public Func<string, Task> Before { get; set; } = static _ => Task.CompletedTask;

    public IReadOnlyList<string> Indexes => inner.Indexes;

    public async Task<Pruned> PruneJobsAsync(LeaderTerm term, PruneDemand demand, CancellationToken cancellationToken)
    {
        await Before(nameof(PruneJobsAsync));
        return await inner.PruneJobsAsync(term, demand, cancellationToken);
    }

    public async Task<int> ExpireQueuesAsync(LeaderTerm term, TimeSpan unstampedFor, int limit, CancellationToken cancellationToken)
    {
        await Before(nameof(ExpireQueuesAsync));
        return await inner.ExpireQueuesAsync(term, unstampedFor, limit, cancellationToken);
    }

    public async Task<int> PruneNotificationsAsync(LeaderTerm term, TimeSpan olderThan, int limit, CancellationToken cancellationToken)
    {
        await Before(nameof(PruneNotificationsAsync));
        return await inner.PruneNotificationsAsync(term, olderThan, limit, cancellationToken);
    }

    public async Task<Reindexed> ReindexAsync(LeaderTerm term, string index, TimeSpan limit, CancellationToken cancellationToken)
    {
        await Before($"{nameof(ReindexAsync)} {index}");
        return await inner.ReindexAsync(term, index, limit, cancellationToken);
    }

    public async Task<IReadOnlyList<string>> DropLeftoversAsync(LeaderTerm term, TimeSpan limit, CancellationToken cancellationToken)
    {
        await Before(nameof(DropLeftoversAsync));
        return await inner.DropLeftoversAsync(term, limit, cancellationToken);
    }
}
