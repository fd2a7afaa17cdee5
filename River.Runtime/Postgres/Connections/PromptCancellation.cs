namespace River.Postgres.Connections;

/// <summary>
/// Lets go of a statement soon after it was cancelled. The driver first asks the server to cancel it, over another
/// connection and on the thread that cancels: where the network is silent, that takes as long as connecting may.
/// </summary>
internal static class PromptCancellation
{
    /// <summary>How long a cancelled statement may take to come back with what became of it.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);

    /// <summary>Runs a call that owns all that it uses, since it may go on alone.</summary>
    /// <param name="call">The call.</param>
    /// <param name="cancellationToken">Cancels the call, and a moment later the wait for it.</param>
    /// <param name="leftAlone">Called when the call goes on alone.</param>
    /// <exception cref="OperationCanceledException">The wait ended before the call; it may be carried out all the same.</exception>
    public static async Task<T> RunAsync<T>(Func<CancellationToken, Task<T>> call, CancellationToken cancellationToken, Action<Task>? leftAlone = null)
    {
        if (!cancellationToken.CanBeCanceled)
            return await call(cancellationToken).ConfigureAwait(false);

        // Not disposed when the wait ends: the call may still use it.
        var cancel = new CancellationTokenSource();
        using var patience = new CancellationTokenSource();
        using var registration = cancellationToken.UnsafeRegister(
            static state =>
            {
                var (cancel, patience) = ((CancellationTokenSource, CancellationTokenSource))state!;
                _ = cancel.CancelAsync();
                patience.CancelAfter(Grace);
            },
            (cancel, patience));
        var running = call(cancel.Token);
        try
        {
            return await running.WaitAsync(patience.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!running.IsCompleted)
        {
            leftAlone?.Invoke(running);
            throw;
        }
    }
}
