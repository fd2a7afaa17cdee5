using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace River;

/// <summary>What a worker does with its job and a <see cref="DbContext"/>.</summary>
public static class DbContextJobExtensions
{
    /// <summary>Completes the job in the context's open transaction; see <see cref="Job{TArgs}.CompleteAsync"/>.</summary>
    /// <typeparam name="TArgs">The job's type.</typeparam>
    /// <param name="job">The job.</param>
    /// <param name="context">A context on the database that holds River's tables, in a transaction.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>A task that ends when the completion is part of the transaction.</returns>
    /// <exception cref="InvalidOperationException">The context has no open transaction.</exception>
    /// <exception cref="ArgumentException">The transaction belongs to another provider or database.</exception>
    /// <exception cref="JobClaimLostException">The job isn't this attempt's any more; roll the transaction back.</exception>
    public static Task CompleteAsync<TArgs>(this Job<TArgs> job, DbContext context, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(job);
        ArgumentNullException.ThrowIfNull(context);
        return context.Database.CurrentTransaction is { } transaction
            ? job.CompleteAsync(transaction.GetDbTransaction(), cancellationToken)
            : throw new InvalidOperationException("job.CompleteAsync(context) needs an open transaction of the context: begin one with context.Database.BeginTransactionAsync(), save, complete the job, commit.");
    }
}
