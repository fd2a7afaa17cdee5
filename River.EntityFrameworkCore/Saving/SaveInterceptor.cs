using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Storage;

namespace River.EntityFrameworkCore.Saving;

/// <summary>
/// Inserts a context's pending jobs in the transaction of its save: in EF Core's own one just before the commit, in the
/// application's one after the changes. Opens no transaction itself, so that execution strategies keep working.
/// </summary>
internal sealed class SaveInterceptor(PendingJobs pending) : SaveChangesInterceptor, IDbTransactionInterceptor
{
    private AutoTransactionBehavior? _restored;
    private bool _isSaving;
    private bool _isInserted;

    public override InterceptionResult<int> SavingChanges(DbContextEventData eventData, InterceptionResult<int> result)
    {
        Begin(eventData.Context!);
        return result;
    }

    public override ValueTask<InterceptionResult<int>> SavingChangesAsync(DbContextEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default)
    {
        Begin(eventData.Context!);
        return ValueTask.FromResult(result);
    }

    public override int SavedChanges(SaveChangesCompletedEventData eventData, int result)
    {
        Wait(EndAsync(eventData.Context!, CancellationToken.None));
        return result;
    }

    public override async ValueTask<int> SavedChangesAsync(SaveChangesCompletedEventData eventData, int result, CancellationToken cancellationToken = default)
    {
        await EndAsync(eventData.Context!, cancellationToken).ConfigureAwait(false);
        return result;
    }

    public override void SaveChangesFailed(DbContextErrorEventData eventData) => Restore(eventData.Context);

    public override Task SaveChangesFailedAsync(DbContextErrorEventData eventData, CancellationToken cancellationToken = default)
    {
        Restore(eventData.Context);
        return Task.CompletedTask;
    }

    public override void SaveChangesCanceled(DbContextEventData eventData) => Restore(eventData.Context);

    public override Task SaveChangesCanceledAsync(DbContextEventData eventData, CancellationToken cancellationToken = default)
    {
        Restore(eventData.Context);
        return Task.CompletedTask;
    }

    public InterceptionResult TransactionCommitting(DbTransaction transaction, TransactionEventData eventData, InterceptionResult result)
    {
        Wait(CommitAsync(transaction, eventData.Context, CancellationToken.None));
        return result;
    }

    public async ValueTask<InterceptionResult> TransactionCommittingAsync(DbTransaction transaction, TransactionEventData eventData, InterceptionResult result, CancellationToken cancellationToken = default)
    {
        await CommitAsync(transaction, eventData.Context, cancellationToken).ConfigureAwait(false);
        return result;
    }

    /// <summary>For the synchronous <c>SaveChanges</c>: the client has asynchronous operations only, and none of them needs the caller's thread.</summary>
    private static void Wait(Task task) => task.GetAwaiter().GetResult();

    private void Begin(DbContext context)
    {
        _isSaving = true;
        _isInserted = false;
        if (pending.Count == 0 || context.Database.CurrentTransaction is not null || context.Database.AutoTransactionBehavior == AutoTransactionBehavior.Always)
            return;

        // EF Core saves a single row without a transaction.
        _restored = context.Database.AutoTransactionBehavior;
        context.Database.AutoTransactionBehavior = AutoTransactionBehavior.Always;
    }

    private async Task CommitAsync(DbTransaction transaction, DbContext? context, CancellationToken cancellationToken)
    {
        if (pending.Count == 0 || context is null)
            return;
        if (!_isSaving)
        {
            throw new InvalidOperationException(
                $"{pending.Count} job(s) enqueued through In(context) wait for SaveChanges, but the transaction is committed without it. Call SaveChanges before the commit.");
        }

        await pending.InsertAsync(context, transaction, cancellationToken).ConfigureAwait(false);
        _isInserted = true;
    }

    private async Task EndAsync(DbContext context, CancellationToken cancellationToken)
    {
        try
        {
            // Not inserted yet: the transaction is the application's, or there was nothing to save.
            if (!_isInserted && pending.Count > 0)
                await pending.InsertAsync(context, context.Database.CurrentTransaction?.GetDbTransaction(), cancellationToken).ConfigureAwait(false);
            pending.Saved();
        }
        finally
        {
            Restore(context);
        }
    }

    private void Restore(DbContext? context)
    {
        _isSaving = false;
        if (_restored is not { } behaviour || context is null)
            return;
        _restored = null;
        context.Database.AutoTransactionBehavior = behaviour;
    }
}
