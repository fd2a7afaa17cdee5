using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.CodeAnalysis;

namespace River.Benchmarks.GeneratorCost;

/// <param name="Jobs">How many jobs the project has.</param>
/// <param name="Lines">How many lines, generated ones not counted.</param>
internal sealed record Row(int Jobs, int Lines)
{
    public GeneratorTimes? Generator { get; init; }

    public WarmTimes? Warm { get; init; }

    public CompileTimes? Compile { get; init; }

    /// <summary>At every size.</summary>
    public ReportTimes? Reported { get; init; }

    /// <summary>As <c>dotnet build</c> calls it.</summary>
    public ServerTimes? Server { get; init; }

    /// <summary>Without the analyzers and generators that the SDK gives every project.</summary>
    public ServerTimes? BareServer { get; init; }
}

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
internal sealed record Report(Machine Machine, IReadOnlyList<Row> Rows)
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
        text.AppendLine(CultureInfo.InvariantCulture, $"Driver: Roslyn {Machine.DriverRoslyn}. Compile: the SDK's compiler, {Machine.Compiler}. {DateTime.UtcNow:yyyy-MM-dd}, medians of the number of runs given.");
        text.AppendLine();
        text.AppendLine("| jobs | lines | runs | cold run | per job | allocated, per job | the compiler's declarations, per job | no edit | unrelated edit | one job edited |");
        text.AppendLine("| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
        foreach (var row in Rows.Where(row => row.Generator is not null))
        {
            var time = row.Generator!;
            text.AppendLine(CultureInfo.InvariantCulture, $"| {row.Jobs:N0} | {row.Lines:N0} | {time.Runs} | {time.Cold:N0} ms | {time.Cold / row.Jobs:N3} ms | {time.Allocated * 1000 / row.Jobs:N0} kB | {time.Declarations / row.Jobs:N3} ms | {time.NoEdit:N1} ms | {time.UnrelatedEdit:N1} ms | {time.JobEdit:N1} ms |");
        }

        if (Rows.Any(row => row.Warm is not null))
        {
            text.AppendLine();
            text.AppendLine("| jobs | runs | compile, warm | per job | generator adds | analyzers add | share | both, per job | generator by itself | share with that |");
            text.AppendLine("| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
        }

        foreach (var row in Rows.Where(row => row.Warm is not null))
        {
            var time = row.Warm!;
            text.AppendLine(CultureInfo.InvariantCulture, $"| {row.Jobs:N0} | {time.Runs} | {time.Compile:N0} ms | {time.Compile / row.Jobs:N1} ms | {time.Added:N0} ms | {time.Analyzers:N0} ms | {time.Share:N1} % | {(time.Added + time.Analyzers) / row.Jobs:N2} ms | {time.Generator:N0} ms | {time.ShareAlone:N1} % |");
        }

        if (Rows.Any(row => row.Compile is not null))
        {
            text.AppendLine();
            text.AppendLine("| jobs | runs | compile without | compile with | share | reported: generator | reported: analyzers | reported share | per job |");
            text.AppendLine("| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
        }

        foreach (var row in Rows.Where(row => row.Compile is not null))
        {
            var time = row.Compile!;
            text.AppendLine(CultureInfo.InvariantCulture, $"| {row.Jobs:N0} | {time.Runs} | {time.Without:N0} ms | {time.With:N0} ms | {time.Share:N1} % | {time.Generator:N0} ms | {time.Analyzers:N0} ms | {time.ReportedShare:N1} % | {(time.With - time.Without) / row.Jobs:N2} ms |");
        }

        if (Rows.Any(row => row.Server is not null || row.BareServer is not null))
        {
            text.AppendLine();
            text.AppendLine("| jobs | build server | runs | without | with | share | processor time without | with | share | one thread | reported | share |");
            text.AppendLine("| ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
        }

        foreach (var row in Rows)
        {
            foreach (var (name, time) in new[] { ("as `dotnet build` calls it", row.Server), ("bare", row.BareServer) })
            {
                if (time is not null)
                    text.AppendLine(CultureInfo.InvariantCulture, $"| {row.Jobs:N0} | {name} | {time.Runs} | {time.Without:N0} ms | {time.With:N0} ms | {time.Share:N1} % | {time.ProcessorWithout:N0} ms | {time.ProcessorWith:N0} ms | {time.ProcessorShare:N1} % | {time.OneThread:N0} ms | {time.Reported:N0} ms | {time.ReportedShare:N1} % |");
            }
        }

        if (Rows.Any(row => row.Reported is not null))
        {
            text.AppendLine();
            text.AppendLine("| jobs | runs | one thread | reported: generator | reported: analyzers | share | both, per job |");
            text.AppendLine("| ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
        }

        foreach (var row in Rows.Where(row => row.Reported is not null))
        {
            var time = row.Reported!;
            text.AppendLine(CultureInfo.InvariantCulture, $"| {row.Jobs:N0} | {time.Runs} | {time.OneThread:N0} ms | {time.Generator:N0} ms | {time.Analyzers:N0} ms | {time.Share:N1} % | {(time.Generator + time.Analyzers) / row.Jobs:N2} ms |");
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
