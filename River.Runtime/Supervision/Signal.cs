namespace River.Supervision;

/// <summary>Wakes one waiting loop. A signal given while the loop is busy is kept; several are one.</summary>
internal sealed class Signal(TimeProvider time)
{
    /// <summary>The longest wait that a timer can be armed for.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromDays(49);

    private TaskCompletionSource _next = New();

    public void Set() => Volatile.Read(ref _next).TrySetResult();

    /// <summary>Returns when the signal was set, or the time is up.</summary>
    public async Task WaitAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        if (limit > TimeSpan.Zero)
        {
            // Timers count whole milliseconds: one that fires early finds nothing due.
            var wait = limit < LongestWait ? TimeSpan.FromMilliseconds(Math.Ceiling(limit.TotalMilliseconds)) : LongestWait;
            await Volatile.Read(ref _next).Task.WaitAsync(wait, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
        }

        // A full fence: whoever sets the next signal must either see the new source, or have its change seen by the loop.
        if (_next.Task.IsCompleted)
            Interlocked.Exchange(ref _next, New());
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
