using River.Tests.Harness;
using Xunit;

namespace River.Tests.Presence;

/// <summary>A job that runs until its token is cancelled, and tells when.</summary>
internal sealed class HeldJob
{
    private readonly TaskCompletionSource<CancellationToken> _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _cancelled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _runs;

    /// <summary>Further attempts end at once.</summary>
    public Task WorkAsync(Job<Endless> job, CancellationToken token)
    {
        if (Interlocked.Increment(ref _runs) > 1)
            return Task.CompletedTask;
        _started.SetResult(token);
        token.Register(_cancelled.SetResult);
        return Task.Delay(Timeout.Infinite, token);
    }

    public Task<CancellationToken> StartedAsync() => _started.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);

    public Task CancelledAsync() => _cancelled.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
}
