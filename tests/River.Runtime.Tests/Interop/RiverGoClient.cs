using System.Diagnostics;
using System.Globalization;
using System.Threading.Channels;
using Npgsql;
using River.TestSupport.Time;
using Xunit;

namespace River.Tests.Interop;

/// <summary>A client of River for Go in a process of its own, told by lines what to do: the program in <c>river-go</c>.</summary>
internal sealed class RiverGoClient : IAsyncDisposable
{
    private readonly Process _process;
    private readonly Channel<string> _said = Channel.CreateUnbounded<string>();
    private readonly Task _reading;
    private readonly Task<string> _errors;

    private RiverGoClient(Process process)
    {
        _process = process;
        _reading = ReadAsync();
        _errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
    }

    /// <summary>Starts it on a migrated database, or skips the test where the program isn't.</summary>
    public static async Task<RiverGoClient> StartAsync(string connectionString)
    {
        var program = Environment.GetEnvironmentVariable("RIVER_GO_CLIENT");
        Assert.SkipWhen(string.IsNullOrEmpty(program), "RIVER_GO_CLIENT isn't set: build tests/River.Runtime.Tests/Interop/river-go with Go 1.25 or later and put its path there.");
        var parts = new NpgsqlConnectionStringBuilder(connectionString);
        var url = string.Create(CultureInfo.InvariantCulture, $"postgres://{Uri.EscapeDataString(parts.Username!)}:{Uri.EscapeDataString(parts.Password ?? "")}@{parts.Host}:{parts.Port}/{parts.Database}");
        var client = new RiverGoClient(Process.Start(new ProcessStartInfo(program!, [url])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!);
        try
        {
            Assert.Equal("schema true", await client.NextAsync());
            Assert.Equal("started", await client.NextAsync());
            return client;
        }
        catch
        {
            await client.DisposeAsync();
            throw;
        }
    }

    /// <summary>Sends a command and returns what it says next.</summary>
    public async Task<string> DoAsync(string command)
    {
        await _process.StandardInput.WriteLineAsync(command);
        await _process.StandardInput.FlushAsync(TestContext.Current.CancellationToken);
        return await NextAsync();
    }

    /// <summary>The next line that it says.</summary>
    public async Task<string> NextAsync()
    {
        try
        {
            return await _said.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().SoonAsync(TestContext.Current.CancellationToken, "a line of River for Go");
        }
        catch (ChannelClosedException)
        {
            throw new InvalidOperationException($"River for Go ended: {await _errors}");
        }
    }

    /// <summary>Stops it as a deployment would, and waits for its end.</summary>
    public async Task StopAsync()
    {
        _process.StandardInput.Close();
        while (!string.Equals(await NextAsync(), "stopped", StringComparison.Ordinal))
        {
        }

        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        await _reading;
        await _errors;
        _process.Dispose();
    }

    private async Task ReadAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync(CancellationToken.None) is { } line)
            _said.Writer.TryWrite(line);
        _said.Writer.Complete();
    }
}
