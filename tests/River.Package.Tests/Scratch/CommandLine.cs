using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;
using Xunit;

namespace River.Package.Tests.Scratch;

/// <summary>Runs the SDK or a program as a user does, leaving no build server behind.</summary>
internal static class CommandLine
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);

    public static async Task<Outcome> RunAsync(string program, string folder, string packages, params string[] arguments)
    {
        using var process = new Process { StartInfo = StartInfo(program, folder, packages, arguments) };
        var output = new StringBuilder();
        process.OutputDataReceived += (_, line) => Append(line.Data);
        process.ErrorDataReceived += (_, line) => Append(line.Data);
        process.Start();
        process.StandardInput.Close();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        try
        {
            await process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(Limit);
        }
        catch
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
        return new Outcome($"{program} {string.Join(' ', arguments)}", process.ExitCode, output.ToString());

        void Append(string? line)
        {
            lock (output)
                output.Append(line).Append('\n');
        }
    }

    private static ProcessStartInfo StartInfo(string program, string folder, string packages, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // What `dotnet test` tells its own MSBuild must not reach another one.
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToArray())
            start.Environment.Remove(name);
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["UseSharedCompilation"] = "false";
        start.Environment["DOTNET_CLI_USE_MSBUILD_SERVER"] = "0";
        start.Environment["DOTNET_CLI_UI_LANGUAGE"] = "en";
        start.Environment["DOTNET_NOLOGO"] = "1";
        start.Environment["NUGET_PACKAGES"] = packages;
        return start;
    }
}

internal sealed record Outcome(string Command, int ExitCode, string Output)
{
    public Outcome Succeeded()
    {
        Assert.True(ExitCode == 0, $"{Command} ended with {ExitCode}:\n{Output}");
        return this;
    }

    public Outcome Failed()
    {
        Assert.True(ExitCode != 0, $"{Command} succeeded:\n{Output}");
        return this;
    }

    /// <summary>A diagnostic of the compiler's, with its place.</summary>
    public void Reports(string severity, string id, string words) => Assert.True(
        Regex.IsMatch(Output, $@"(?m)\.cs\(\d+,\d+\): {severity} {id}: .*{words}"),
        $"No {severity} {id} about '{words}' in:\n{Output}");
}
