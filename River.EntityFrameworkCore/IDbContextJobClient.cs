namespace River;

/// <summary>A client that is bound to an EF Core context. Not for implementing by applications.</summary>
public interface IDbContextJobClient : IJobClient
{
    /// <summary>
    /// Enqueues a job whose arguments are read once the database has made the keys of what is saved with it: by the next
    /// <c>SaveChanges</c>, or at once in an open transaction when the context has no unsaved changes.
    /// </summary>
    /// <typeparam name="TArgs">The job's type.</typeparam>
    /// <param name="args">Makes the job's arguments; may read generated keys. Called again when the save is tried again.</param>
    /// <param name="options">What this enqueue says differently from the declaration.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>A result that can be read after the save; see <see cref="EnqueueResult.IsPending"/>.</returns>
    /// <exception cref="UnknownQueueException">The queue isn't declared; thrown by <c>SaveChanges</c>, which then saves nothing.</exception>
    /// <exception cref="InvalidJobException">An argument or option can't be stored; thrown by <c>SaveChanges</c>, which then saves nothing.</exception>
    Task<EnqueueResult> EnqueueAsync<TArgs>(Func<TArgs> args, EnqueueOptions? options = null, CancellationToken cancellationToken = default)
        where TArgs : IJobArgs<TArgs>;
}
