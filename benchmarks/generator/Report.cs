using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.CodeAnalysis;

namespace River.Benchmarks.GeneratorCost;

internal sealed record Row(int Jobs, int Lines, GeneratorTimes? Generator, WarmTimes? Warm, CompileTimes? Compile, CompileTimes? CompileWithContract);

/// <summary>Where the figures are from.</summary>
internal sealed record Machine(string Processor, int Cores, string System, string Runtime, string Sdk, string Compiler, string DriverRoslyn, string Load)
{
    public static Machine Read(string sdk, string compiler) => new(
        File.Exists("/proc/cpuinfo")
            ? File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim() ?? "unknown"
            : RuntimeInformation.ProcessArchitecture.ToString(),
        Environment.ProcessorCount,
        RuntimeInformation.OSDescription,
        RuntimeInformation.FrameworkDescription,
        sdk,
        FileVersionInfo.GetVersionInfo(compiler).ProductVersion ?? "unknown",
        FileVersionInfo.GetVersionInfo(typeof(Compilation).Assembly.Location).ProductVersion ?? "unknown",
        File.Exists("/proc/loadavg") ? File.ReadAllText("/proc/loadavg").Split(' ')[0] : "unknown");
}

/// <summary>The figures, for people in the README and for programs beside it.</summary>
internal sealed record Report(Machine Machine, int Runs, int WarmRuns, int CompileRuns, IReadOnlyList<Row> Rows)
{
    private const string From = "<!-- figures: written by --save -->";
    private const string To = "<!-- end of figures -->";

    private static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    public string ToMarkdown()
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"{Machine.Processor}, {Machine.Cores} cores, load {Machine.Load} at the end; {Machine.System}; {Machine.Runtime}; SDK {Machine.Sdk}.");
        text.AppendLine(CultureInfo.InvariantCulture, $"Driver: Roslyn {Machine.DriverRoslyn}. Compile: the SDK's compiler, {Machine.Compiler}. Medians of {Runs}, {WarmRuns} and {CompileRuns} runs.");
        text.AppendLine();
        text.AppendLine("| jobs | lines | cold run | per job | no edit | unrelated edit | one job edited |");
        text.AppendLine("| ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
        foreach (var row in Rows.Where(row => row.Generator is not null))
        {
            var time = row.Generator!;
            text.AppendLine(CultureInfo.InvariantCulture, $"| {row.Jobs:N0} | {row.Lines:N0} | {time.Cold:N0} ms | {time.Cold / row.Jobs:N3} ms | {time.NoEdit:N1} ms | {time.UnrelatedEdit:N1} ms | {time.JobEdit:N1} ms |");
        }

        if (WarmRuns == 0 && CompileRuns == 0)
            return text.ToString();
        text.AppendLine();
        text.AppendLine("| jobs | compile, warm | generator | analyzers | share | both, per job |");
        text.AppendLine("| ---: | ---: | ---: | ---: | ---: | ---: |");
        foreach (var row in Rows.Where(row => row.Warm is not null))
        {
            var time = row.Warm!;
            text.AppendLine(CultureInfo.InvariantCulture, $"| {row.Jobs:N0} | {time.Compile:N0} ms | {time.Generator:N0} ms | {time.Analyzers:N0} ms | {time.Share:N1} % | {(time.Generator + time.Analyzers) / row.Jobs:N2} ms |");
        }

        text.AppendLine();
        text.AppendLine("| jobs | contract | compile without | compile with | share | reported: generator | reported: analyzers | reported share | per job |");
        text.AppendLine("| ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
        foreach (var row in Rows)
        {
            foreach (var (time, contract) in new[] { (row.Compile, "no"), (row.CompileWithContract, "yes") })
            {
                if (time is not null)
                    text.AppendLine(CultureInfo.InvariantCulture, $"| {row.Jobs:N0} | {contract} | {time.Without:N0} ms | {time.With:N0} ms | {time.Share:N1} % | {time.Generator:N0} ms | {time.Analyzers:N0} ms | {time.ReportedShare:N1} % | {(time.With - time.Without) / row.Jobs:N2} ms |");
            }
        }

        return text.ToString();
    }

    public void SaveTo(string directory)
    {
        File.WriteAllText(Path.Combine(directory, "results.json"), JsonSerializer.Serialize(this, Json) + "\n");
        var readme = Path.Combine(directory, "README.md");
        var text = File.ReadAllText(readme);
        var from = text.IndexOf(From, StringComparison.Ordinal) + From.Length;
        var to = text.IndexOf(To, StringComparison.Ordinal);
        File.WriteAllText(readme, text[..from] + "\n" + ToMarkdown().ReplaceLineEndings("\n") + text[to..]);
    }
}
