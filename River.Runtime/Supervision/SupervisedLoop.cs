using Microsoft.Extensions.Logging;
using River.Hosting;
using River.Telemetry;

namespace River.Supervision;

/// <summary>
/// Takes one turn after another until stopped. A turn that throws is logged and followed by a growing, jittered,
/// capped wait; nothing but the stop ends the loop.
/// </summary>
internal sealed class SupervisedLoop(string name, Func<CancellationToken, Task> turn, TimeProvider time, Randomness randomness, ILogger logger, TimeSpan? longestWait = null)
{
    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(5);

    private long _lastSuccess = time.GetTimestamp();
    private int _failures;

    public string Name => name;

    /// <summary>How long ago the loop last showed that it works.</summary>
    public TimeSpan SinceLastSuccess => time.GetElapsedTime(Volatile.Read(ref _lastSuccess));

    /// <summary>The end of a started loop; never faulted.</summary>
    public Task Completion { get; private set; } = Task.CompletedTask;

    public void Start(CancellationToken stop) => Completion = RunAsync(stop);

    /// <summary>Called at the end of every turn, and within one that goes on for long.</summary>
    public void Succeeded()
    {
        Volatile.Write(ref _lastSuccess, time.GetTimestamp());
        _failures = 0;
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
                var wait = randomness.BackOff(++_failures, FirstWait, longestWait ?? LongestWait);
                logger.LoopFailed(error, name, _failures, wait.TotalSeconds);
                await Task.Delay(wait, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }
}
