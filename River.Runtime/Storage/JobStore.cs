namespace River.Storage;

/// <summary>
/// The one seam to a database. A store holds rows and guards them; retry policy, cron, JSON, batching and timers are
/// above it. Every comparison of times uses the database's clock.
/// </summary>
internal abstract class JobStore : IAsyncDisposable, IDisposable
{
    /// <summary>What people call the database.</summary>
    public abstract string Name { get; }

    public abstract IJobs Jobs { get; }

    public abstract IClaims Claims { get; }

    public abstract IDue Due { get; }

    public abstract ISchedules Schedules { get; }

    public abstract IQueues Queues { get; }

    public abstract ILease Lease { get; }

    public abstract IUpkeep Upkeep { get; }

    public abstract IPresence Presence { get; }

    public abstract IWakeups Wakeups { get; }

    public abstract ISchema Schema { get; }

    /// <summary>Stands in for the database's clock in tests; null in earnest.</summary>
    public Func<DateTimeOffset>? Clock { get; set; }

    /// <summary>Reaches the database and looks whether it has what River needs.</summary>
    /// <exception cref="StoreUnavailableException">It can't be reached within the statement timeout.</exception>
    /// <exception cref="StoreAuthenticationException">It refuses the user or the password.</exception>
    public abstract Task OpenAsync(CancellationToken cancellationToken);

    /// <summary>Whether an error passes by itself (a lost connection, a deadlock, a failover), so that the statement may be tried again.</summary>
    public abstract bool IsTransient(Exception error);

    /// <summary>Whether an error proves that nothing of what was asked was written; false where that isn't known.</summary>
    public virtual bool WroteNothing(Exception error) => false;

    /// <summary>Refuses a caller's transaction that statements can't join, when the client is bound and not only when it is used.</summary>
    /// <exception cref="ArgumentException">It is of another provider, on another database, or over.</exception>
    public abstract void CheckTransaction(System.Data.Common.DbTransaction transaction);

    /// <summary>Whether what others commit meanwhile fails the caller's transaction when it writes to the same row.</summary>
    public virtual bool KeepsSnapshot(System.Data.Common.DbTransaction transaction) => false;

    /// <summary>How long a write may wait that can as well be made later; null for as long as any other.</summary>
    public virtual TimeSpan? LongestSpareWrite => null;

    public abstract ValueTask DisposeAsync();

    /// <summary>For providers of services that are disposed synchronously, as by a plain <c>using</c>.</summary>
    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();
}
