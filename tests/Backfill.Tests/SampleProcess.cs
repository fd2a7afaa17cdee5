using System.Diagnostics;

namespace Backfill.Tests;

/// <summary>One of the sample's programs, run as a user runs it.</summary>
internal sealed class SampleProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly List<string> _said = [];

    public SampleProcess(string program, params string[] arguments)
    {
        _process = Process.Start(new ProcessStartInfo("dotnet", [program, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        _process.ErrorDataReceived += (_, line) => Hear(line.Data);
        _process.BeginErrorReadLine();
    }

    /// <summary>What it said so far.</summary>
    public string Said
    {
        get
        {
            lock (_said)
                return string.Join(Environment.NewLine, _said);
        }
    }

    /// <summary>Reads on until a line has the text.</summary>
    public async Task<string> SaysAsync(string text, CancellationToken cancellationToken)
    {
        while (await _process.StandardOutput.ReadLineAsync(cancellationToken) is { } line)
        {
            Hear(line);
            if (line.Contains(text, StringComparison.Ordinal))
                return line;
        }

        throw new InvalidOperationException($"It ended without saying '{text}':{Environment.NewLine}{Said}");
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private void Hear(string? line)
    {
        lock (_said)
            _said.Add(line ?? "");
    }
}
