using River.Storage;
using Xunit;

namespace River.Tests.Stores;

/// <summary>Listens to a store from the moment that it says it does.</summary>
internal sealed class Listener : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly CancellationTokenSource _stop = new();
    private readonly IAsyncEnumerator<Wakeup> _wakeups;

    private Listener(JobStore store) => _wakeups = store.Wakeups.ListenAsync(_stop.Token).GetAsyncEnumerator(_stop.Token);

    public static async Task<Listener> StartAsync(JobStore store)
    {
        var listener = new Listener(store);
        Assert.Equal(WakeupKind.Listening, (await listener.NextAsync()).Kind);
        return listener;
    }

    public async Task<Wakeup> NextAsync()
    {
        // An enumerator allows one call at a time, so giving up ends the listening.
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(Patience);
        using var registration = patience.Token.Register(_stop.Cancel);
        Assert.True(await _wakeups.MoveNextAsync(), "Listening ended.");
        // Whether it is told of its own is the store's to know or not.
        return _wakeups.Current with { IsOwn = false };
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _wakeups.DisposeAsync();
        _stop.Dispose();
    }
}
