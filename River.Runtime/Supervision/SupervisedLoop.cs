using Microsoft.Extensions.Logging;
using River.Hosting;
using River.Telemetry;

namespace River.Supervision;

/// <summary>
/// Takes one turn after another until stopped. A turn that throws is logged and followed by a growing, jittered,
/// capped wait; nothing but the stop ends the loop.
/// </summary>
/// <param name="name">What people call it.</param>
/// <param name="turn">One turn, its wait for the next included.</param>
/// <param name="time">Paces the waits.</param>
/// <param name="randomness">Spreads them.</param>
/// <param name="logger">Told of failures.</param>
/// <param name="longestWait">After failures, at most. Default: 5 seconds.</param>
/// <param name="quiet">How long a healthy turn takes at most; null when it may wait for ever.</param>
internal sealed class SupervisedLoop(string name, Func<CancellationToken, Task> turn, TimeProvider time, Randomness randomness, ILogger logger, TimeSpan? longestWait = null, TimeSpan? quiet = null)
{
    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(5);

    /// <summary>How long a loop may fail before that counts as more than a hiccup.</summary>
    private static readonly TimeSpan Hiccup = TimeSpan.FromSeconds(15);

    private long _lastSuccess = time.GetTimestamp();
    private volatile Failing? _failing;

    public string Name => name;

    /// <summary>How long ago the loop last showed that it works.</summary>
    public TimeSpan SinceLastSuccess => time.GetElapsedTime(Volatile.Read(ref _lastSuccess));

    /// <summary>What is wrong with the loop, as the end of a sentence about it; null while it works.</summary>
    public string? Trouble
    {
        get
        {
            if (_failing is { } failing && time.GetElapsedTime(failing.Since) is var lasting && lasting > Hiccup)
                return $"has been failing for {lasting.TotalSeconds:0} s, {failing.Times} times in a row: {failing.Last.Message}";
            return SinceLastSuccess is var silence && silence > quiet ? $"has shown no sign of life for {silence.TotalSeconds:0} s" : null;
        }
    }

    /// <summary>The end of a started loop; never faulted.</summary>
    public Task Completion { get; private set; } = Task.CompletedTask;

    public void Start(CancellationToken stop) => Completion = RunAsync(stop);

    /// <summary>Called at the end of every turn, and within one that goes on for long.</summary>
    public void Succeeded()
    {
        Volatile.Write(ref _lastSuccess, time.GetTimestamp());
        _failing = null;
    }

    public async Task RunAsync(CancellationToken stop)
    {
        // The caller's thread and context are not for the loop.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await turn(stop).ConfigureAwait(false);
                Succeeded();
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error)
            {
                var failing = new Failing(_failing?.Since ?? time.GetTimestamp(), (_failing?.Times ?? 0) + 1, error);
                _failing = failing;
                var wait = randomness.BackOff(failing.Times, FirstWait, longestWait ?? LongestWait);
                logger.LoopFailed(error, name, failing.Times, wait.TotalSeconds);
                await Task.Delay(wait, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private sealed record Failing(long Since, int Times, Exception Last);
}
