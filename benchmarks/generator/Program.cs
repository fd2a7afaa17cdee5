using System.Reflection;
using River.Benchmarks.GeneratorCost;

// dotnet run -c Release --project benchmarks/generator -- [--jobs 10,100,1000,5000] [--runs 5] [--warm-runs 3] [--compile-runs 3] [--save]
var sizes = Option("--jobs")?.Split(',').Select(int.Parse).ToArray() ?? [10, 100, 1000, 5000];
var runs = int.Parse(Option("--runs") ?? "5");
var warmRuns = int.Parse(Option("--warm-runs") ?? "3");
var compileRuns = int.Parse(Option("--compile-runs") ?? "3");
var metadata = typeof(Program).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().ToDictionary(one => one.Key, one => one.Value!);
var directory = Directory.CreateTempSubdirectory("river-generator-cost-").FullName;
var rows = new List<Row>();
try
{
    // What is compiled on first use belongs to no size.
    Say("warming up");
    GeneratorTimes.Measure(100, 5);
    if (warmRuns > 0)
        WarmTimes.Measure(100, 3);
    foreach (var jobs in sizes)
    {
        var lines = Shop.Sources(jobs).Sum(source => source.Text.Count(c => c == '\n'));
        Say($"{jobs} jobs, {lines} lines: generator");
        var generator = runs == 0 ? null : GeneratorTimes.Measure(jobs, runs);
        if (generator is not null)
            Say($"  cold {generator.Cold:N0} ms, no edit {generator.NoEdit:N1} ms, unrelated edit {generator.UnrelatedEdit:N1} ms, one job {generator.JobEdit:N1} ms");
        var warm = warmRuns == 0 ? null : WarmTimes.Measure(jobs, warmRuns);
        if (warm is not null)
        {
            Say($"  warm: compile {warm.Compile:N0} ms, generator {warm.Generator:N0} ms, analyzers {warm.Analyzers:N0} ms: {warm.Share:N1} %");
            Say("  " + string.Join(", ", warm.Slowest.Select(time => $"{time.Name} {time.Milliseconds:N0}")));
        }

        var compiles = new List<CompileTimes>();
        foreach (var contract in compileRuns == 0 ? [] : new[] { false, true })
        {
            Say($"{jobs} jobs: compile{(contract ? " with a job contract" : "")}");
            var compile = CompileTimes.Measure(metadata["Compiler"], jobs, contract, compileRuns, Path.Combine(directory, jobs + (contract ? "-contract" : "")));
            Say($"  with {compile.With:N0} ms, without {compile.Without:N0} ms: {compile.Share:N1} %; reported: generator {compile.Generator:N0} ms, analyzers {compile.Analyzers:N0} ms: {compile.ReportedShare:N1} %");
            Say("  " + string.Join(", ", compile.Slowest.Select(time => $"{time.Name} {time.Milliseconds:N0}")));
            compiles.Add(compile);
        }

        rows.Add(new Row(jobs, lines, generator, warm, compiles.ElementAtOrDefault(0), compiles.ElementAtOrDefault(1)));
    }
}
finally
{
    Directory.Delete(directory, recursive: true);
}

var report = new Report(Machine.Read(metadata["Sdk"], metadata["Compiler"]), runs, warmRuns, compileRuns, rows);
Console.WriteLine(report.ToMarkdown());
if (args.Contains("--save"))
    report.SaveTo(metadata["ProjectDirectory"]);

string? Option(string name) => Array.IndexOf(args, name) is var at and >= 0 ? args[at + 1] : null;

static void Say(string text) => Console.Error.WriteLine($"{DateTime.Now:HH:mm:ss} {text}");
