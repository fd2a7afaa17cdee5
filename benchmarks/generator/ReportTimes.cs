namespace River.Benchmarks.GeneratorCost;

/// <summary>What the compiler itself reports of a compile on one thread in a process of its own, in milliseconds on the clock.</summary>
/// <param name="Runs">How often it was run; the figures are medians.</param>
/// <param name="OneThread">The whole compile.</param>
/// <param name="Generator">What it reports of the generator.</param>
/// <param name="Analyzers">What it reports of the analyzers.</param>
internal sealed record ReportTimes(int Runs, double OneThread, double Generator, double Analyzers)
{
    /// <summary>The part of the compile that is the generator's and the analyzers', in percent.</summary>
    public double Share => (Generator + Analyzers) / OneThread * 100;

    public static ReportTimes Measure(CompilerProject project, Repeats repeats)
    {
        var runs = repeats.Of(() => project.Run(project.With, "/parallel-", "/reportanalyzer"));
        return new ReportTimes(
            runs.Length,
            Median.Of(runs.Select(run => run.Wall)),
            Median.Of(runs.Select(run => AnalyzerTime.TotalOf("River.Generators", run.Output))),
            Median.Of(runs.Select(run => AnalyzerTime.TotalOf("River.Analyzers", run.Output))));
    }
}
