using System.Globalization;
using System.Text.RegularExpressions;

namespace River.Benchmarks.GeneratorCost;

/// <summary>What the SDK's compiler takes in a new process, called as <c>dotnet build</c> calls it, in milliseconds.</summary>
/// <param name="Runs">How often each was run; the figures are medians.</param>
/// <param name="With">Processor time with the generator and the analyzers.</param>
/// <param name="Without">Processor time without both, with the SDK's own ones; what was generated is compiled as files.</param>
/// <param name="WallWith">Time on the clock with both.</param>
/// <param name="WallWithout">Time on the clock without both.</param>
/// <param name="Generator">What the compiler's own report says of the generator, in one more run.</param>
/// <param name="Analyzers">What that says of the analyzers, summed over its threads.</param>
/// <param name="Slowest">The analyzers that take the most, by that report.</param>
internal sealed record CompileTimes(int Runs, double With, double Without, double WallWith, double WallWithout, double Generator, double Analyzers, IReadOnlyList<AnalyzerTime> Slowest)
{
    /// <summary>The part of the compile that is the generator's and the analyzers', in percent.</summary>
    public double Share => (With - Without) / With * 100;

    /// <summary>The same by the compiler's own report.</summary>
    public double ReportedShare => (Generator + Analyzers) / With * 100;

    public static CompileTimes Measure(CompilerProject project, Repeats repeats)
    {
        // By turns, so that another program's load falls on both.
        var runs = repeats.Of(() => (With: project.Run(project.With), Without: project.Run(project.Without)));
        var report = project.Run(project.With, "/reportanalyzer").Output;
        return new CompileTimes(
            runs.Length,
            Median.Of(runs.Select(run => run.With.Processor)),
            Median.Of(runs.Select(run => run.Without.Processor)),
            Median.Of(runs.Select(run => run.With.Wall)),
            Median.Of(runs.Select(run => run.Without.Wall)),
            AnalyzerTime.TotalOf("River.Generators", report),
            AnalyzerTime.TotalOf("River.Analyzers", report),
            AnalyzerTime.In(report).Where(time => !time.Name.EndsWith("Generator", StringComparison.Ordinal)).OrderByDescending(time => time.Milliseconds).Take(8).ToArray());
    }
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
