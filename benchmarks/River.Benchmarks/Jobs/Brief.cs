using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace River.Benchmarks.Jobs;

/// <summary>Takes one millisecond.</summary>
[Job]
public sealed partial record Brief(int Number);

public sealed class BriefWorker(Tally tally, Millisecond millisecond) : IWorker<Brief>
{
    public async Task WorkAsync(Job<Brief> job, CancellationToken cancellationToken)
    {
        await millisecond.PassAsync();
        tally.Count();
    }
}

/// <summary>
/// Waits of one millisecond without blocking a thread of the pool. <c>Task.Delay(1)</c> takes up to two, so a thread of its
/// own sleeps for all who wait: as all wait equally long, who came first is done first.
/// </summary>
public sealed partial class Millisecond : IDisposable
{
    private readonly BlockingCollection<(long Due, TaskCompletionSource Done)> _waiting = [];
    private readonly Thread _thread;
    private long _waits;
    private long _ticks;

    public Millisecond()
    {
        _thread = new Thread(Run) { IsBackground = true, Name = "milliseconds" };
        _thread.Start();
    }

    /// <summary>How long the waits really took on average.</summary>
    public TimeSpan Mean => Stopwatch.GetElapsedTime(0, _waits == 0 ? 0 : _ticks / _waits);

    public async Task PassAsync()
    {
        var began = Stopwatch.GetTimestamp();
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiting.Add((began + (Stopwatch.Frequency / 1_000), done));
        await done.Task;
        Interlocked.Increment(ref _waits);
        Interlocked.Add(ref _ticks, Stopwatch.GetTimestamp() - began);
    }

    public void Dispose()
    {
        _waiting.CompleteAdding();
        _thread.Join();
        _waiting.Dispose();
    }

    private void Run()
    {
        foreach (var (due, done) in _waiting.GetConsumingEnumerable())
        {
            var left = due - Stopwatch.GetTimestamp();
            if (left > 0)
                Sleep(Stopwatch.GetElapsedTime(0, left));
            done.SetResult();
        }
    }

    private static void Sleep(TimeSpan time)
    {
        if (OperatingSystem.IsLinux())
            _ = usleep((uint)time.TotalMicroseconds);
        else
            Thread.Sleep(1);
    }

    [LibraryImport("libc")]
    private static partial int usleep(uint microseconds);
}
