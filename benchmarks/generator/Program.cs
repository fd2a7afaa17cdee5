using System.Globalization;
using System.Reflection;
using River.Benchmarks.GeneratorCost;

// dotnet run -c Release --project benchmarks/generator -- [--jobs 10,100,1000,5000] [--runs 5] [--warm-runs 5] [--compile-runs 5] [--save]
var sizes = Option("--jobs")?.Split(',').Select(int.Parse).ToArray() ?? [10, 100, 1000, 5000];
var runs = int.Parse(Option("--runs") ?? "5");
var warmRuns = int.Parse(Option("--warm-runs") ?? "5");
var compileRuns = int.Parse(Option("--compile-runs") ?? "5");
var metadata = typeof(Program).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().ToDictionary(one => one.Key, one => one.Value!);
var directory = Directory.CreateTempSubdirectory("river-generator-cost-").FullName;
var rows = new List<Row>();
try
{
    // What is compiled on first use belongs to no size.
    Say("warming up");
    GeneratorTimes.Measure(10, 1);
    if (warmRuns > 0)
        WarmTimes.Measure(50, 2);
    foreach (var jobs in sizes)
    {
        var lines = Shop.Sources(jobs).Sum(source => source.Text.Count(c => c == '\n'));
        var row = new Row(jobs, lines, Runs(runs, jobs), Runs(warmRuns, jobs), Runs(compileRuns, jobs));
        Say($"{jobs} jobs, {lines} lines: generator");
        if (row.GeneratorRuns > 0)
        {
            row = row with { Generator = GeneratorTimes.Measure(jobs, row.GeneratorRuns) };
            Say($"  cold {row.Generator.Cold:N0} ms, no edit {row.Generator.NoEdit:N1} ms, unrelated edit {row.Generator.UnrelatedEdit:N1} ms, one job {row.Generator.JobEdit:N1} ms");
        }

        if (row.WarmRuns > 0)
        {
            row = row with { Warm = WarmTimes.Measure(jobs, row.WarmRuns) };
            Say($"  warm: compile {row.Warm.Compile:N0} ms, generator {row.Warm.Generator:N0} ms, analyzers {row.Warm.Analyzers:N0} ms: {row.Warm.Share:N1} %");
        }

        if (row.CompileRuns > 0)
        {
            row = row with { Compile = CompileTimes.Measure(metadata["Compiler"], jobs, row.CompileRuns, Path.Combine(directory, jobs.ToString(CultureInfo.InvariantCulture))) };
            Say($"  process: with {row.Compile.With:N0} ms, without {row.Compile.Without:N0} ms: {row.Compile.Share:N1} %; reported: generator {row.Compile.Generator:N0} ms, analyzers {row.Compile.Analyzers:N0} ms: {row.Compile.ReportedShare:N1} %");
            Say("  " + string.Join(", ", row.Compile.Slowest.Select(time => $"{time.Name} {time.Milliseconds:N0}")));
        }

        rows.Add(row);
    }
}
finally
{
    Directory.Delete(directory, recursive: true);
}

var report = new Report(Machine.Read(metadata["Sdk"], metadata["Compiler"]), rows);
Console.WriteLine(report.ToMarkdown());
if (args.Contains("--save"))
    report.SaveTo(metadata["ProjectDirectory"]);

string? Option(string name) => Array.IndexOf(args, name) is var at and >= 0 ? args[at + 1] : null;

// All of it ends within ten minutes: what takes long varies little.
static int Runs(int asked, int jobs) => Math.Min(asked, jobs >= 5000 ? 1 : jobs >= 1000 ? 3 : asked);

static void Say(string text) => Console.Error.WriteLine($"{DateTime.Now:HH:mm:ss} {text}");
