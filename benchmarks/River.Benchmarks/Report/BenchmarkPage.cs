using System.Globalization;
using System.Text;
using River.Benchmarks.Measuring;

namespace River.Benchmarks.Report;

/// <summary>The page <c>docs/benchmarks.md</c>, in which each row has its hand-written part.</summary>
internal static class BenchmarkPage
{
    private static string NotesFolder => Path.Combine(Repository.Folder, "benchmarks", "River.Benchmarks", "Notes");

    public static async Task<string> OfAsync(IReadOnlyList<SavedRow> rows, CancellationToken stop)
    {
        var page = new StringBuilder();
        page.Append(await File.ReadAllTextAsync(Path.Combine(NotesFolder, "_head.md"), stop)).AppendLine();
        foreach (var machine in rows.Select(row => row.Machine.WithoutMoment).Distinct(StringComparer.Ordinal))
            page.AppendLine(CultureInfo.InvariantCulture, $"{machine}.");
        page.AppendLine();
        page.AppendLine("| row | target | River .NET | of the ceiling | peers |");
        page.AppendLine("|---|---|---|---|---|");
        foreach (var row in rows)
            page.AppendLine(CultureInfo.InvariantCulture, $"| [{row.Title}](#{row.Id}) | {row.Target} | {(Ours(row) is { } ours ? MainFigure(ours) : "not measured")} | {Beside(row, Role.Ceiling)} | {Beside(row, Role.Peer)} |");
        foreach (var row in rows)
            await AppendAsync(page, row, stop);
        return page.ToString();
    }

    private static async Task AppendAsync(StringBuilder page, SavedRow row, CancellationToken stop)
    {
        page.AppendLine().AppendLine(CultureInfo.InvariantCulture, $"<a id=\"{row.Id}\"></a>").AppendLine();
        page.AppendLine(CultureInfo.InvariantCulture, $"## {row.Title}").AppendLine();
        page.AppendLine(CultureInfo.InvariantCulture, $"`--rows {row.Id}`; target: {row.Target}. {row.Machine.Date}, {row.Options.Jobs:N0} jobs or {row.Options.Seconds} s where nothing else is said; just before, others used {row.Machine.InUse:0} % of the processors{(row.Stolen is { } stolen ? string.Create(CultureInfo.InvariantCulture, $", and meanwhile the host kept back {stolen:0} % of the time wanted of them") : "")}.").AppendLine();
        if (row.Machine.WasBusy)
            page.AppendLine("**The machine was busy with other work: only the ratios say anything, and those little.**").AppendLine();
        page.AppendLine("| | figure | median | least to most | n | ours ÷ this |");
        page.AppendLine("|---|---|---|---|---|---|");
        foreach (var contender in row.Contenders)
        {
            var (name, ratio) = (contender.Name, contender.OursToThis?.ToString("0.00", CultureInfo.InvariantCulture) ?? "");
            foreach (var figure in contender.Figures)
            {
                page.AppendLine(CultureInfo.InvariantCulture, $"| {name} | {figure.Name} | {TextTable.Number(figure.Median)} {figure.Unit} | {TextTable.Number(figure.Least)}–{TextTable.Number(figure.Most)} | {figure.N} | {ratio} |");
                (name, ratio) = ("", "");
            }
        }

        AppendCourses(page, row);
        foreach (var note in row.Notes.Concat(row.Failures.Select(failure => $"Failed: {failure}")))
            page.AppendLine().AppendLine(note);
        var path = Path.Combine(NotesFolder, row.Id + ".md");
        if (File.Exists(path))
            page.AppendLine().Append(await File.ReadAllTextAsync(path, stop));
    }

    /// <summary>At most ten moments of each contender's last run.</summary>
    private static void AppendCourses(StringBuilder page, SavedRow row)
    {
        foreach (var contender in row.Contenders.Where(contender => contender.Course.Count > 0))
        {
            var step = Math.Max(1, (contender.Course.Count + 9) / 10);
            page.AppendLine().AppendLine(CultureInfo.InvariantCulture, $"{contender.Name}, over time:").AppendLine();
            page.AppendLine("| s | jobs/s | dead rows | table MB |").AppendLine("|---|---|---|---|");
            foreach (var moment in contender.Course.Where((_, number) => number % step == step - 1))
                page.AppendLine(CultureInfo.InvariantCulture, $"| {moment.Seconds:0} | {moment.JobsPerSecond:N0} | {moment.DeadRows:N0} | {moment.TableMegabytes:N0} |");
        }
    }

    private static SavedContender? Ours(SavedRow row) => row.Contenders.FirstOrDefault(contender => contender.Is(Role.River));

    private static string MainFigure(SavedContender contender) =>
        $"{contender.Figures[0].Name} {TextTable.Number(contender.Figures[0].Median)} {contender.Figures[0].Unit}";

    private static string Beside(SavedRow row, Role role) => string.Join("; ", row.Contenders
        .Where(contender => contender.Is(role))
        .Select(contender => contender.OursToThis is { } ratio
            ? string.Create(CultureInfo.InvariantCulture, $"{ratio:0.00} × {contender.Name} ({TextTable.Number(contender.Figures[0].Median)} {contender.Figures[0].Unit})")
            : $"{contender.Name}: {MainFigure(contender)}"));
}
