using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace River.TestSupport.Time;

/// <summary>Waits for what another process does, where no signal can reach the test. Inside one process, use a signal.</summary>
public static class Eventually
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);

    /// <exception cref="TimeoutException">The condition didn't hold in time; the message quotes it.</exception>
    public static async Task Async(
        Func<Task<bool>> condition,
        TimeSpan timeout,
        CancellationToken cancellationToken = default,
        [CallerArgumentExpression(nameof(condition))] string what = "")
    {
        var started = Stopwatch.GetTimestamp();
        while (!await condition().ConfigureAwait(false))
        {
            if (Stopwatch.GetElapsedTime(started) > timeout)
                throw new TimeoutException($"Not within {timeout}: {what}");
            await Task.Delay(Interval, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc cref="Async(Func{Task{bool}}, TimeSpan, CancellationToken, string)"/>
    public static Task Async(
        Func<bool> condition,
        TimeSpan timeout,
        CancellationToken cancellationToken = default,
        [CallerArgumentExpression(nameof(condition))] string what = "") =>
        Async(() => Task.FromResult(condition()), timeout, cancellationToken, what);
}
