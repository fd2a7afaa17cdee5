using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace River.Benchmarks.GeneratorCost;

/// <summary>The project on disk, and the SDK's compiler that is asked to compile it.</summary>
internal sealed partial class CompilerProject
{
    private readonly string _compiler;

    private CompilerProject(string compiler, string with, string without, string bareWith, string bareWithout) =>
        (_compiler, With, Without, BareWith, BareWithout) = (compiler, with, without, bareWith, bareWithout);

    /// <summary>The file of arguments with the generator and the analyzers, as <c>dotnet build</c> has them: beside the SDK's own ones.</summary>
    public string With { get; }

    /// <summary>The same without both; what was generated is compiled as files.</summary>
    public string Without { get; }

    /// <summary>With ours, and without those that the SDK gives every project.</summary>
    public string BareWith { get; }

    /// <summary>Without any.</summary>
    public string BareWithout { get; }

    public static CompilerProject Write(string compiler, int jobs, string directory)
    {
        var sources = new List<string>();
        foreach (var (path, text) in Shop.Sources(jobs))
            sources.Add(Write(Path.Combine(directory, path), text));
        var shared = new List<string>
        {
            "/nostdlib+", "/target:exe", "/nullable:enable", "/langversion:latest", "/deterministic+", "/optimize-", "/debug:portable", "/warn:10", "/nologo",
        };
        shared.AddRange(Project.References.Select(reference => $"/reference:\"{reference}\""));
        shared.AddRange(sources.Select(source => $"\"{source}\""));

        string[] tools = [.. new[] { typeof(Generators.RiverGenerator), typeof(Analyzers.DeclarationAnalyzer) }.Select(type => $"/analyzer:\"{type.Assembly.Location}\""), $"/additionalfile:\"{ContractFile.WriteFor(jobs, directory)}\""];
        var sdk = SdkTools.Arguments(compiler);
        var generated = Path.Combine(directory, "generated");
        Directory.CreateDirectory(generated);
        Run(compiler, Arguments("writing", [.. tools, $"/generatedfilesout:\"{generated}\""]));
        string[] files = [.. Directory.GetFiles(generated, "*.cs", SearchOption.AllDirectories).Select(file => $"\"{file}\"")];
        return new CompilerProject(
            compiler,
            Arguments("with", [.. sdk, .. tools]),
            Arguments("without", [.. sdk, .. files]),
            Arguments("bare-with", tools),
            Arguments("bare-without", files));

        string Arguments(string name, IEnumerable<string> more) =>
            Write(Path.Combine(directory, name + ".rsp"), string.Join('\n', [.. shared, .. more, $"/out:\"{directory}/{name}.dll\""]));
    }

    /// <summary>Compiles once.</summary>
    /// <exception cref="InvalidOperationException">The compiler found something to say.</exception>
    public CompilerRun Run(string arguments, params string[] options) => Run(_compiler, arguments, options);

    private static string Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }

    private static CompilerRun Run(string compiler, string arguments, params string[] options)
    {
        // A process that has ended tells nobody its processor time here; the shell that waited for it does.
        var start = new ProcessStartInfo("/bin/sh")
        {
            ArgumentList = { "-c", "\"$@\"; code=$?; times >&2; exit $code", "sh", "dotnet", "exec", compiler },
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in (string[])[.. options, "/noconfig", "@" + arguments])
            start.ArgumentList.Add(argument);
        var started = Stopwatch.GetTimestamp();
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd();
        var times = process.StandardError.ReadToEnd();
        process.WaitForExit();
        var wall = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        return process.ExitCode == 0 && !output.Contains("warning ", StringComparison.Ordinal)
            ? new CompilerRun(ProcessorTime().Matches(times.TrimEnd().Split('\n')[^1]).Sum(Milliseconds), wall, output)
            : throw new InvalidOperationException("The project doesn't compile without a warning:\n" + output[..Math.Min(output.Length, 4000)]);
    }

    private static double Milliseconds(Match time) =>
        (double.Parse(time.Groups[1].Value, CultureInfo.InvariantCulture) * 60_000) + (double.Parse(time.Groups[2].Value, CultureInfo.InvariantCulture) * 1000);

    [GeneratedRegex(@"(\d+)m([\d.]+)s")]
    private static partial Regex ProcessorTime();
}

/// <summary>One compile: processor time of the process, time on the clock, in milliseconds, and what the compiler wrote.</summary>
internal sealed record CompilerRun(double Processor, double Wall, string Output);
