using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace River.Benchmarks.GeneratorCost;

/// <summary>What the SDK's compiler takes for the whole project, called as <c>dotnet build</c> calls it, in milliseconds.</summary>
/// <param name="Runs">How often each was run; the figures are medians.</param>
/// <param name="With">Processor time with the generator and the analyzers.</param>
/// <param name="Without">Processor time without both, with the SDK's own ones; what was generated is compiled as files.</param>
/// <param name="WallWith">Time on the clock with both.</param>
/// <param name="WallWithout">Time on the clock without both.</param>
/// <param name="Generator">What the compiler's own report says of the generator, in one more run.</param>
/// <param name="Analyzers">What that says of the analyzers, summed over its threads.</param>
/// <param name="Slowest">The analyzers that take the most, by that report.</param>
internal sealed partial record CompileTimes(int Runs, double With, double Without, double WallWith, double WallWithout, double Generator, double Analyzers, IReadOnlyList<AnalyzerTime> Slowest)
{
    /// <summary>The same in the build server that <c>dotnet build</c> uses.</summary>
    public required ServerTimes Server { get; init; }

    /// <summary>The same without the analyzers and generators that the SDK gives every project.</summary>
    public required ServerTimes BareServer { get; init; }

    /// <summary>The part of the compile that is the generator's and the analyzers', in percent.</summary>
    public double Share => (With - Without) / With * 100;

    /// <summary>The same by the compiler's own report.</summary>
    public double ReportedShare => (Generator + Analyzers) / With * 100;

    public static CompileTimes Measure(string compiler, int jobs, Repeats repeats, string directory)
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
        var with = Arguments("with", [.. sdk, .. tools]);
        var without = Arguments("without", [.. sdk, .. files]);

        // By turns, so that another program's load falls on both.
        var runs = repeats.Of(() => (With: Run(compiler, with), Without: Run(compiler, without)));
        var report = Run(compiler, Arguments("report", [.. sdk, .. tools, "/reportanalyzer"])).Output;
        return new CompileTimes(
            runs.Length,
            Median.Of(runs.Select(run => run.With.Processor)),
            Median.Of(runs.Select(run => run.Without.Processor)),
            Median.Of(runs.Select(run => run.With.Wall)),
            Median.Of(runs.Select(run => run.Without.Wall)),
            AnalyzerTime.TotalOf("River.Generators", report),
            AnalyzerTime.TotalOf("River.Analyzers", report),
            AnalyzerTime.In(report).Where(time => !time.Name.EndsWith("Generator", StringComparison.Ordinal)).OrderByDescending(time => time.Milliseconds).Take(8).ToArray())
        {
            Server = OfServer(compiler, with, without, repeats),
            BareServer = OfServer(compiler, Arguments("bare-with", tools), Arguments("bare-without", files), repeats),
        };

        string Arguments(string name, IEnumerable<string> more) =>
            Write(Path.Combine(directory, name + ".rsp"), string.Join('\n', [.. shared, .. more, $"/out:\"{directory}/{name}.dll\""]));
    }

    private static ServerTimes OfServer(string compiler, string with, string without, Repeats repeats)
    {
        // One of our own, which ends by itself when nobody has asked for a while.
        string[] server = [$"/shared:river-generator-cost-{Environment.ProcessId}", "/keepalive:20"];
        repeats.WarmUp.Of(() => (Run(compiler, with, server), Run(compiler, without, server)));
        var runs = repeats.Of(() => (With: Run(compiler, with, server), Without: Run(compiler, without, server)));
        return new ServerTimes(runs.Length, Median.Of(runs.Select(run => run.With.Wall)), Median.Of(runs.Select(run => run.Without.Wall)));
    }

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

    private sealed record CompilerRun(double Processor, double Wall, string Output);
}

/// <summary>What the build server takes when it has compiled the project before, on the clock, in milliseconds.</summary>
/// <param name="Runs">How often each was run; the figures are medians.</param>
/// <param name="With">With the generator and the analyzers.</param>
/// <param name="Without">Without both; what was generated is compiled as files.</param>
internal sealed record ServerTimes(int Runs, double With, double Without)
{
    /// <summary>The part of the compile that is the generator's and the analyzers', in percent.</summary>
    public double Share => (With - Without) / With * 100;
}

/// <summary>One line of the compiler's report.</summary>
internal sealed partial record AnalyzerTime(string Name, double Milliseconds)
{
    /// <summary>The sum that the report gives for one assembly.</summary>
    public static double TotalOf(string assembly, string report) =>
        Regex.Match(report, $@"^\s+<?([\d.]+)\s+<?\d+\s+{Regex.Escape(assembly)}, Version", RegexOptions.Multiline) is { Success: true } match
            ? double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) * 1000
            : throw new InvalidOperationException($"The compiler's report has no time of {assembly}:\n{report}");

    public static IEnumerable<AnalyzerTime> In(string report) => Line().Matches(report)
        .Select(match => new AnalyzerTime(match.Groups[2].Value, double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) * 1000));

    [GeneratedRegex(@"^\s+<?([\d.]+)\s+<?\d+\s+River\.[\w.]*?(\w+)(?: \(.*\))?\s*$", RegexOptions.Multiline)]
    private static partial Regex Line();
}
