using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using River.Benchmarks.GeneratorCost;

// dotnet run -c Release --project benchmarks/generator -- [--jobs 10,100,1000,5000] [--runs 5] [--warm-runs 5] [--compile-runs 5] [--server-runs 5] [--report-runs 1] [--seconds 90] [--save]
// 0 runs leave a measurement out. All of it takes about a quarter of an hour on two cores; what was measured is shown and saved as it comes.
const int MostInProcesses = 1000;
var sizes = Option("--jobs")?.Split(',').Select(int.Parse).ToArray() ?? [10, 100, 1000, 5000];
var limit = TimeSpan.FromSeconds(int.Parse(Option("--seconds") ?? "90"));
var metadata = typeof(Program).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().ToDictionary(one => one.Key, one => one.Value!);
var directory = Directory.CreateTempSubdirectory("river-generator-cost-").FullName;
var rows = sizes.Select(jobs => new Row(jobs, Shop.Sources(jobs).Sum(source => source.Text.Count(c => c == '\n')))).ToArray();
var projects = new Dictionary<int, CompilerProject>();
var started = Stopwatch.GetTimestamp();
try
{
    // What is compiled on first use belongs to no size.
    Say("warming up");
    GeneratorTimes.Measure(10, Once());
    if (Runs("--warm-runs") > 0)
        WarmTimes.Measure(50, new Repeats(2, limit, _ => { }));

    // What takes the longest comes last, so that the least is missing of a run that is ended early.
    Each("--runs", "generator", rows.Length, (row, repeats) => row with { Generator = GeneratorTimes.Measure(row.Jobs, repeats) }, row =>
        $"cold {row.Generator!.Cold:N0} ms, no edit {row.Generator.NoEdit:N1} ms, unrelated edit {row.Generator.UnrelatedEdit:N1} ms, one job {row.Generator.JobEdit:N1} ms, the compiler's declarations {row.Generator.Declarations:N0} ms, {row.Generator.Allocated:N0} MB");
    Each("--warm-runs", "warm compile", rows.Count(row => row.Jobs <= MostInProcesses), Warm, WarmText);
    Each("--compile-runs", "compiler process", rows.Count(row => row.Jobs <= MostInProcesses), (row, repeats) => row with { Compile = CompileTimes.Measure(ProjectOf(row), repeats) }, row =>
        $"with {row.Compile!.With:N0} ms, without {row.Compile.Without:N0} ms: {row.Compile.Share:N1} %; reported: generator {row.Compile.Generator:N0} ms, analyzers {row.Compile.Analyzers:N0} ms: {row.Compile.ReportedShare:N1} %"
        + "\n  " + string.Join(", ", row.Compile.Slowest.Select(time => $"{time.Name} {time.Milliseconds:N0}")));
    Each("--server-runs", "build server", rows.Count(row => row.Jobs <= MostInProcesses), (row, repeats) => row with { Server = OfServer(ProjectOf(row), repeats) }, row => ServerText(row.Server!));
    Each("--server-runs", "build server, bare", rows.Count(row => row.Jobs <= MostInProcesses), (row, repeats) => row with { BareServer = OfBareServer(ProjectOf(row), repeats) }, row => ServerText(row.BareServer!));
    Each("--report-runs", "report on one thread", rows.Length, (row, repeats) => row with { Reported = ReportTimes.Measure(ProjectOf(rows[0]), ProjectOf(row), repeats) }, row =>
        $"{row.Reported!.OneThread:N0} ms on one thread; reported: generator {row.Reported.Generator:N0} ms, analyzers {row.Reported.Analyzers:N0} ms: {row.Reported.Share:N1} %");
    Each("--warm-runs", "warm compile", rows.Length, Warm, WarmText);
}
finally
{
    Directory.Delete(directory, recursive: true);
}

Console.WriteLine(Report().ToMarkdown());
Say($"done in {Stopwatch.GetElapsedTime(started).TotalMinutes:N1} minutes");

void Each(string option, string what, int count, Func<Row, Repeats, Row> measure, Func<Row, string> text)
{
    if (Runs(option) == 0)
        return;
    for (var i = 0; i < rows.Length; i++)
    {
        if (i >= count || (what == "warm compile" && rows[i].Warm is not null))
            continue;
        Say($"{rows[i].Jobs} jobs, {rows[i].Lines} lines: {what}");
        rows[i] = measure(rows[i], new Repeats(Runs(option), limit, Say));
        Say("  " + text(rows[i]));
        if (args.Contains("--save"))
            Report().SaveTo(metadata["ProjectDirectory"]);
    }
}

CompilerProject ProjectOf(Row row)
{
    if (!projects.TryGetValue(row.Jobs, out var project))
        projects.Add(row.Jobs, project = CompilerProject.Write(metadata["Compiler"], row.Jobs, Path.Combine(directory, row.Jobs.ToString(CultureInfo.InvariantCulture))));
    return project;
}

ServerTimes OfServer(CompilerProject project, Repeats repeats) => ServerTimes.Measure(project, project.With, project.Without, repeats);

ServerTimes OfBareServer(CompilerProject project, Repeats repeats) => ServerTimes.Measure(project, project.BareWith, project.BareWithout, repeats);

string ServerText(ServerTimes time) => $"clock {time.Without:N0} and {time.With:N0} ms: {time.Share:N1} %, processor {time.ProcessorWithout:N0} and {time.ProcessorWith:N0} ms: {time.ProcessorShare:N1} %, reported {time.Reported:N0} of {time.OneThread:N0} ms on one thread: {time.ReportedShare:N1} %";

Row Warm(Row row, Repeats repeats) => row with { Warm = WarmTimes.Measure(row.Jobs, repeats) };

string WarmText(Row row) => $"compile {row.Warm!.Compile:N0} ms, generator adds {row.Warm.Added:N0} ms ({row.Warm.Generator:N0} ms by itself), analyzers {row.Warm.Analyzers:N0} ms: {row.Warm.Share:N1} % ({row.Warm.ShareAlone:N1} %)";

Report Report() => new(Machine.Read(metadata["Sdk"], metadata["Compiler"]), rows);

Repeats Once() => new(1, limit, _ => { });

int Runs(string option) => int.Parse(Option(option) ?? "5");

string? Option(string name) => Array.IndexOf(args, name) is var at and >= 0 ? args[at + 1] : null;

static void Say(string text) => Console.Error.WriteLine($"{DateTime.Now:HH:mm:ss} {text}");
