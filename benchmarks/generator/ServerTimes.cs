using System.Diagnostics;
using System.Globalization;

namespace River.Benchmarks.GeneratorCost;

/// <summary>What the build server takes when it has compiled the project often before, in milliseconds.</summary>
/// <param name="Runs">How often each was run; the figures are medians.</param>
/// <param name="With">Time on the clock with the generator and the analyzers.</param>
/// <param name="Without">The same without both; what was generated is compiled as files.</param>
/// <param name="ProcessorWith">Processor time of the server with both.</param>
/// <param name="ProcessorWithout">The same without both.</param>
/// <param name="OneThread">Time on the clock of one more run on one thread, which makes the compiler's report add up.</param>
/// <param name="Reported">What the compiler's own report says of the generator and the analyzers in that.</param>
internal sealed record ServerTimes(int Runs, double With, double Without, double ProcessorWith, double ProcessorWithout, double OneThread, double Reported)
{
    /// <summary>The part of the compile that is the generator's and the analyzers', in percent, on the clock.</summary>
    public double Share => (With - Without) / With * 100;

    /// <summary>The same of the processor time.</summary>
    public double ProcessorShare => (ProcessorWith - ProcessorWithout) / ProcessorWith * 100;

    /// <summary>The same by the compiler's own report.</summary>
    public double ReportedShare => Reported / OneThread * 100;

    /// <summary>Asks one server for both by turns; each pair begins with the other one, so that what one leaves behind falls on both.</summary>
    public static ServerTimes Measure(CompilerProject project, string with, string without, Repeats repeats)
    {
        // One of our own, which ends by itself when nobody has asked for a while.
        var name = $"river-generator-cost-{Environment.ProcessId}-{Stopwatch.GetTimestamp()}";
        string[] server = [$"/shared:{name}", "/keepalive:20"];
        repeats.WarmUp.Of(() => (project.Run(with, server), project.Run(without, server)));
        using var process = ProcessNamed(name);
        var isOdd = false;
        var runs = repeats.Of(() =>
        {
            isOdd = !isOdd;
            var first = Run(isOdd ? with : without);
            var second = Run(isOdd ? without : with);
            return isOdd ? (With: first, Without: second) : (With: second, Without: first);
        });

        string[] oneThread = [.. server, "/parallel-", "/reportanalyzer"];
        var report = project.Run(with, oneThread);
        return new ServerTimes(
            runs.Length,
            Median.Of(runs.Select(run => run.With.Wall)),
            Median.Of(runs.Select(run => run.Without.Wall)),
            Median.Of(runs.Select(run => run.With.Processor)),
            Median.Of(runs.Select(run => run.Without.Processor)),
            report.Wall,
            AnalyzerTime.TotalOf("River.Generators", report.Output) + AnalyzerTime.TotalOf("River.Analyzers", report.Output));

        CompilerRun Run(string arguments)
        {
            process.Refresh();
            var before = process.TotalProcessorTime;
            var run = project.Run(arguments, server);
            process.Refresh();
            return run with { Processor = (process.TotalProcessorTime - before).TotalMilliseconds };
        }
    }

    /// <summary>The server that was started under a name, found by its command line.</summary>
    private static Process ProcessNamed(string name)
    {
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var id))
                continue;
            try
            {
                var command = File.ReadAllText(Path.Combine(folder, "cmdline"));
                if (command.Contains("VBCSCompiler", StringComparison.Ordinal) && command.Contains(name, StringComparison.Ordinal))
                    return Process.GetProcessById(id);
            }
            catch (Exception gone) when (gone is IOException or UnauthorizedAccessException or ArgumentException)
            {
                // It has ended since.
            }
        }

        throw new InvalidOperationException($"The compiler has started no server '{name}'.");
    }
}
