using Microsoft.Extensions.Options;
using River.Hosting;
using River.Storage;

namespace River.Client;

/// <summary>
/// Opens the store and sees to its schema, once, when the host starts or, without a host, when it is first needed.
/// A failure isn't kept: the next caller tries again.
/// </summary>
internal sealed class StoreGate(JobStore store, IOptions<RiverOptions> options, TimeProvider time, StartChecks? checks = null) : IDisposable
{
    // The store keeps to the statement timeout itself; this is for a driver that doesn't come back.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _turn = new(1, 1);
    private volatile bool _isReady;

    /// <summary>The migrations that were missing.</summary>
    public IReadOnlyList<AppliedMigration> Applied { get; private set; } = [];

    /// <returns>The store, ready for every operation.</returns>
    /// <exception cref="RiverConfigurationException">The client is set up wrongly, and no host has said so before.</exception>
    /// <exception cref="StoreException">The database can't serve River; the message says what to do.</exception>
    public ValueTask<JobStore> ReadyAsync(CancellationToken cancellationToken) =>
        _isReady ? ValueTask.FromResult(store) : new ValueTask<JobStore>(PrepareAsync(cancellationToken));

    public void Dispose() => _turn.Dispose();

    private async Task<JobStore> PrepareAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_isReady)
                return store;

            checks?.ThrowOnFaults();
            await BoundedAsync(store.OpenAsync, cancellationToken).ConfigureAwait(false);
            if (options.Value.MigrateOnStart)
                Applied = await store.Schema.MigrateAsync(cancellationToken).ConfigureAwait(false);
            await BoundedAsync(store.Schema.ValidateAsync, cancellationToken).ConfigureAwait(false);
            _isReady = true;
            return store;
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task BoundedAsync(Func<CancellationToken, Task> step, CancellationToken cancellationToken)
    {
        var limit = options.Value.StatementTimeout + Grace;
        using var abandon = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            await step(abandon.Token).WaitAsync(limit, time, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException error)
        {
            await abandon.CancelAsync().ConfigureAwait(false);
            throw new StoreUnavailableException($"{store.Name} didn't answer within {limit}. Check the address, and that a firewall doesn't swallow the connection.", error);
        }
    }
}
