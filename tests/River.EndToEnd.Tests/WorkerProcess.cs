using System.Diagnostics;
using System.Globalization;

namespace River.EndToEnd;

/// <summary>A worker in a process of its own, which can be stopped or killed.</summary>
internal sealed class WorkerProcess : IAsyncDisposable
{
    private readonly Process _process;

    private readonly Task<string> _said;

    private WorkerProcess(Process process)
    {
        _process = process;
        // Read to the end, so that its pipe doesn't fill up.
        _said = process.StandardOutput.ReadToEndAsync();
    }

    public static async Task<WorkerProcess> StartAsync(string connectionString, int rescueAfterSeconds, CancellationToken cancellationToken, int schedules = 0)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            // Diagnostics would leave a socket behind for each process that is killed.
            Environment = { ["DOTNET_EnableDiagnostics"] = "0" },
        };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "River.EndToEnd.Worker.dll"));
        start.ArgumentList.Add(connectionString);
        start.ArgumentList.Add(rescueAfterSeconds.ToString(CultureInfo.InvariantCulture));
        if (schedules > 0)
            start.ArgumentList.Add(schedules.ToString(CultureInfo.InvariantCulture));
        var process = Process.Start(start)!;
        var said = new List<string>();
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(TimeSpan.FromMinutes(5));
        try
        {
            while (await process.StandardOutput.ReadLineAsync(patience.Token) is { } line)
            {
                if (line == "ready")
                    return new WorkerProcess(process);
                said.Add(line);
            }
        }
        catch
        {
            process.Kill();
            throw;
        }

        throw new InvalidOperationException($"The worker process ended before it was ready:{Environment.NewLine}{string.Join(Environment.NewLine, said)}");
    }

    /// <summary>Ends the process as a crash does: nothing of it runs any more afterwards.</summary>
    public async Task KillAsync(CancellationToken cancellationToken)
    {
        _process.Kill();
        await _process.WaitForExitAsync(cancellationToken);
    }

    /// <summary>Asks the process to stop, waits until it has, and checks that it stopped as it should.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync(cancellationToken);
        var said = await _said;
        Assert.True(_process.ExitCode == 0, $"It ended with {_process.ExitCode.ToString(CultureInfo.InvariantCulture)}:{Environment.NewLine}{said}");
        // Not always its last words: what is logged is written by a thread of its own.
        Assert.Contains("stopped", said.Split('\n'));
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }
}
