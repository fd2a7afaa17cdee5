using System.Diagnostics;
using System.Globalization;

namespace River.EndToEnd;

/// <summary>A worker in a process of its own, which can be stopped or killed.</summary>
internal sealed class WorkerProcess : IAsyncDisposable
{
    private readonly Process _process;

    private WorkerProcess(Process process) => _process = process;

    public int Id => _process.Id;

    public static async Task<WorkerProcess> StartAsync(string connectionString, int rescueAfterSeconds, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "River.EndToEnd.Worker.dll"));
        start.ArgumentList.Add(connectionString);
        start.ArgumentList.Add(rescueAfterSeconds.ToString(CultureInfo.InvariantCulture));
        var process = Process.Start(start)!;
        var said = new List<string>();
        while (await process.StandardOutput.ReadLineAsync(cancellationToken) is { } line)
        {
            if (line == "ready")
            {
                // What it says from here on is nobody's business, but its pipe must not fill up.
                process.OutputDataReceived += (_, _) => { };
                process.BeginOutputReadLine();
                return new WorkerProcess(process);
            }

            said.Add(line);
        }

        throw new InvalidOperationException($"The worker process ended before it was ready:{Environment.NewLine}{string.Join(Environment.NewLine, said)}");
    }

    /// <summary>Ends the process as a crash does: nothing of it runs any more afterwards.</summary>
    public async Task KillAsync(CancellationToken cancellationToken)
    {
        _process.Kill();
        await _process.WaitForExitAsync(cancellationToken);
    }

    /// <summary>Asks the process to stop and waits for it.</summary>
    public async Task<int> StopAsync(CancellationToken cancellationToken)
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync(cancellationToken);
        return _process.ExitCode;
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
