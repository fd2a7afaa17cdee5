using System.Globalization;
using System.Text;
using System.Text.Json;
using River.Benchmarks.Measuring;

namespace River.Benchmarks.Report;

/// <summary>A run as JSON and as the page <c>docs/benchmarks.md</c>, in which each row has its hand-written part.</summary>
internal sealed class BenchmarkReport(Machine machine, RunOptions options, IReadOnlyList<RowResult> results)
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static string NotesFolder => Path.Combine(Repository.Folder, "benchmarks", "River.Benchmarks", "Notes");

    public string Json() => JsonSerializer.Serialize(
        new
        {
            machine,
            options = new { options.Repeats, options.Jobs, options.Seconds, options.Finished, options.Analyze, options.Quick },
            rows = results.Select(result => new
            {
                result.Row.Id,
                result.Row.Title,
                result.Row.Target,
                contenders = result.Contenders.Where(contender => contender.Samples.Count > 0).Select(contender => new
                {
                    contender.Name,
                    role = contender.Role.ToString(),
                    ours_to_this = Ours(result) is { } ours && ours != contender ? RowResult.Ratio(ours, contender) : null,
                    figures = contender.Spreads().Select(spread => new { spread.Name, spread.Unit, spread.Median, spread.Least, spread.Most, n = spread.Repeats }),
                    course = contender.Samples[^1].Course,
                }),
                result.Notes,
                result.Failures,
            }),
        },
        Indented) + "\n";

    public async Task SaveAsync(CancellationToken stop)
    {
        var docs = Path.Combine(Repository.Folder, "docs");
        await File.WriteAllTextAsync(Path.Combine(docs, "benchmarks.json"), Json(), stop);
        await File.WriteAllTextAsync(Path.Combine(docs, "benchmarks.md"), await PageAsync(stop), stop);
        Console.WriteLine($"Written: {Path.Combine(docs, "benchmarks.md")} and benchmarks.json.");
    }

    private async Task<string> PageAsync(CancellationToken stop)
    {
        var page = new StringBuilder();
        page.Append(await File.ReadAllTextAsync(Path.Combine(NotesFolder, "_head.md"), stop)).AppendLine();
        page.AppendLine(CultureInfo.InvariantCulture, $"{machine.OneLine}. {options.Repeats} repeats, {options.Jobs:N0} jobs and {options.Seconds} s where a row doesn't say otherwise.");
        if (machine.WasBusy)
            page.AppendLine().AppendLine("**The machine was busy with other work: only the ratios say anything, and those little.**");
        page.AppendLine();
        page.AppendLine("| row | target | River .NET | of the ceiling | peers |");
        page.AppendLine("|---|---|---|---|---|");
        foreach (var result in results)
            page.AppendLine(CultureInfo.InvariantCulture, $"| [{result.Row.Title}](#{result.Row.Id}) | {result.Row.Target} | {(Ours(result) is { } ours ? MainFigure(ours) : "not measured")} | {Beside(result, Role.Ceiling)} | {Beside(result, Role.Peer)} |");
        foreach (var result in results)
            await AppendAsync(page, result, stop);
        return page.ToString();
    }

    private static async Task AppendAsync(StringBuilder page, RowResult result, CancellationToken stop)
    {
        page.AppendLine().AppendLine(CultureInfo.InvariantCulture, $"<a id=\"{result.Row.Id}\"></a>").AppendLine();
        page.AppendLine(CultureInfo.InvariantCulture, $"## {result.Row.Title}").AppendLine();
        page.AppendLine(CultureInfo.InvariantCulture, $"`--rows {result.Row.Id}`; target: {result.Row.Target}.").AppendLine();
        page.AppendLine("| | figure | median | least to most | n | ours ÷ this |");
        page.AppendLine("|---|---|---|---|---|---|");
        var ours = Ours(result);
        foreach (var contender in result.Contenders.Where(contender => contender.Samples.Count > 0))
        {
            var ratio = contender == ours || ours is null ? null : RowResult.Ratio(ours, contender);
            var name = contender.Name;
            foreach (var spread in contender.Spreads())
            {
                page.AppendLine(CultureInfo.InvariantCulture, $"| {name} | {spread.Name} | {TextTable.Number(spread.Median)} {spread.Unit} | {TextTable.Number(spread.Least)}–{TextTable.Number(spread.Most)} | {spread.Repeats} | {(ratio is { } value && name.Length > 0 ? value.ToString("0.00", CultureInfo.InvariantCulture) : "")} |");
                name = "";
            }
        }

        AppendCourses(page, result);
        foreach (var note in result.Notes.Concat(result.Failures.Select(failure => $"Failed: {failure}")))
            page.AppendLine().AppendLine(note);
        var path = Path.Combine(NotesFolder, result.Row.Id + ".md");
        if (File.Exists(path))
            page.AppendLine().Append(await File.ReadAllTextAsync(path, stop));
    }

    /// <summary>At most ten moments of each contender's last run.</summary>
    private static void AppendCourses(StringBuilder page, RowResult result)
    {
        foreach (var contender in result.Contenders.Where(contender => contender.Samples is [.., { Course.Count: > 0 }]))
        {
            var course = contender.Samples[^1].Course;
            var step = Math.Max(1, (course.Count + 9) / 10);
            page.AppendLine().AppendLine(CultureInfo.InvariantCulture, $"{contender.Name}, over time:").AppendLine();
            page.AppendLine("| s | jobs/s | dead rows | table MB |").AppendLine("|---|---|---|---|");
            foreach (var moment in course.Where((_, number) => number % step == step - 1))
                page.AppendLine(CultureInfo.InvariantCulture, $"| {moment.Seconds:0} | {moment.JobsPerSecond:N0} | {moment.DeadRows:N0} | {moment.TableMegabytes:N0} |");
        }
    }

    private static ContenderResult? Ours(RowResult result) => result.Contenders.FirstOrDefault(contender => contender.Role == Role.River && contender.Samples.Count > 0);

    private static string MainFigure(ContenderResult contender)
    {
        var spread = contender.Spreads().First();
        return $"{spread.Name} {TextTable.Number(spread.Median)} {spread.Unit}";
    }

    private static string Beside(RowResult result, Role role) => string.Join("; ", result.Contenders
        .Where(contender => contender.Role == role && contender.Samples.Count > 0)
        .Select(contender => Ours(result) is { } ours && RowResult.Ratio(ours, contender) is { } ratio
            ? string.Create(CultureInfo.InvariantCulture, $"{ratio:0.00} × {contender.Name} ({TextTable.Number(contender.Spreads().First().Median)} {contender.Spreads().First().Unit})")
            : $"{contender.Name}: {MainFigure(contender)}"));
}
