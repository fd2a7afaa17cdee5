using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace River.Chaos.Cluster;

/// <summary>One worker in a process of its own. Its connections bear its name, so the database knows what it wrote.</summary>
internal sealed class WorkerProcess : IAsyncDisposable
{
    private const int LinesKept = 200;

    private readonly Process _process;
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ConcurrentQueue<(DateTime At, string Line)> _log = new();
    private readonly string _readyLine;

    private WorkerProcess(string name, Process process, string readyLine) => (Name, _process, _readyLine) = (name, process, readyLine);

    public string Name { get; }

    /// <summary>Whether the process ended by itself, with nothing left undone.</summary>
    public bool StoppedWell => _process is { HasExited: true, ExitCode: 0 };

    public bool HasExited => _process.HasExited;

    /// <summary>When the process was killed; null while it wasn't.</summary>
    public DateTime? ExitedAt { get; private set; }

    /// <summary>The end of what the process said, and when.</summary>
    public IReadOnlyList<(DateTime At, string Line)> Lines => [.. _log];

    public string Log => string.Join(Environment.NewLine, _log.Select(said => said.Line));

    public static WorkerProcess Start(string name, string program, IEnumerable<string> arguments, string readyLine = "ready")
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, program), .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            // Diagnostics would leave a socket behind for each process that is killed.
            Environment = { ["DOTNET_gcServer"] = "0", ["DOTNET_TieredPGO"] = "0", ["DOTNET_EnableDiagnostics"] = "0" },
        };
        var process = new Process { StartInfo = start };
        var worker = new WorkerProcess(name, process, readyLine);
        process.OutputDataReceived += (_, line) => worker.Read(line.Data);
        process.ErrorDataReceived += (_, line) => worker.Read(line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        _ = worker.WatchAsync();
        return worker;
    }

    /// <summary>Completes when the process works jobs.</summary>
    public Task ReadyAsync(CancellationToken cancellationToken) => _ready.Task.WaitAsync(TimeSpan.FromMinutes(3), cancellationToken);

    /// <summary>kill -9: nothing of it runs any more afterwards.</summary>
    public async Task KillAsync(CancellationToken cancellationToken)
    {
        _process.Kill();
        await _process.WaitForExitAsync(cancellationToken);
        ExitedAt = DateTime.UtcNow;
    }

    /// <summary>SIGSTOP: the whole process stands still, as a virtual machine that was suspended.</summary>
    public Task FreezeAsync(CancellationToken cancellationToken) => SignalAsync("STOP", cancellationToken);

    /// <summary>SIGCONT: goes on as if no time had passed.</summary>
    public Task ThawAsync(CancellationToken cancellationToken) => SignalAsync("CONT", cancellationToken);

    /// <summary>SIGTERM: asks to stop.</summary>
    public Task TerminateAsync(CancellationToken cancellationToken) => SignalAsync("TERM", cancellationToken);

    /// <summary>Waits for the end, and returns how long that took.</summary>
    public async Task<TimeSpan> ExitAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        try
        {
            await _process.WaitForExitAsync(cancellationToken).WaitAsync(limit, cancellationToken);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"Worker {Name} didn't end within {limit}:{Environment.NewLine}{Log}");
        }

        return Stopwatch.GetElapsedTime(started);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            // Works on a process that stands still, too.
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    private async Task SignalAsync(string signal, CancellationToken cancellationToken)
    {
        using var kill = Process.Start("kill", [$"-{signal}", _process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync(cancellationToken);
        Assert.Equal(0, kill.ExitCode);
    }

    private void Read(string? line)
    {
        if (line is null)
            return;
        if (line.StartsWith(_readyLine, StringComparison.Ordinal))
            _ready.TrySetResult();
        _log.Enqueue((DateTime.UtcNow, line));
        if (_log.Count > LinesKept)
            _log.TryDequeue(out _);
    }

    private async Task WatchAsync()
    {
        await _process.WaitForExitAsync();
        _ready.TrySetException(new InvalidOperationException($"Worker {Name} ended before it was ready:{Environment.NewLine}{Log}"));
    }
}
