using System.Diagnostics;

namespace River.Benchmarks.GeneratorCost;

/// <summary>What the compiler itself reports of a compile on one thread, in milliseconds on the clock.</summary>
/// <param name="Runs">How often it was run; the figures are medians.</param>
/// <param name="OneThread">The whole compile.</param>
/// <param name="Generator">What it reports of the generator.</param>
/// <param name="Analyzers">What it reports of the analyzers.</param>
internal sealed record ReportTimes(int Runs, double OneThread, double Generator, double Analyzers)
{
    /// <summary>The part of the compile that is the generator's and the analyzers', in percent.</summary>
    public double Share => (Generator + Analyzers) / OneThread * 100;

    /// <summary>Asks a build server that has compiled a small project often before, and this one never.</summary>
    public static ReportTimes Measure(CompilerProject small, CompilerProject project, Repeats repeats)
    {
        string[] server = [$"/shared:river-generator-report-{Environment.ProcessId}-{Stopwatch.GetTimestamp()}", "/keepalive:20"];
        repeats.WarmUp.Of(() => small.Run(small.With, server));
        string[] oneThread = [.. server, "/parallel-", "/reportanalyzer"];
        var runs = repeats.Of(() => project.Run(project.With, oneThread));
        return new ReportTimes(
            runs.Length,
            Median.Of(runs.Select(run => run.Wall)),
            Median.Of(runs.Select(run => AnalyzerTime.TotalOf("River.Generators", run.Output))),
            Median.Of(runs.Select(run => AnalyzerTime.TotalOf("River.Analyzers", run.Output))));
    }
}
