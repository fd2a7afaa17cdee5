using System.Diagnostics;
using Xunit;

namespace River.Tests.Stores.Sqlite;

/// <summary>A store in another process; see its Program.cs for what it can do. Killed when disposed.</summary>
internal sealed class StoreProcess : IDisposable
{
    private readonly Process _process;

    private StoreProcess(Process process) => _process = process;

    public static StoreProcess Start(string verb, string file)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "River.Runtime.Tests.StoreProcess.dll");
        var start = new ProcessStartInfo(Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet", [program, verb, file])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        return new StoreProcess(Process.Start(start) ?? throw new InvalidOperationException($"{program} didn't start."));
    }

    public async Task<string> ReadLineAsync() =>
        await _process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(60))
        ?? throw new InvalidOperationException("The process has ended.");

    /// <summary>Lets it go on.</summary>
    public void Go()
    {
        _process.StandardInput.WriteLine();
        _process.StandardInput.Flush();
    }

    /// <summary>Ends it as kill -9 does, and returns what it had said and nobody had read.</summary>
    public async Task<string[]> KillAsync()
    {
        _process.Kill();
        return (await _process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken))
            .Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.Dispose();
    }
}
