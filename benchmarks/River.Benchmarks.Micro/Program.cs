using System.Reflection;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using River;

[assembly: Queue("default", MaxWorkers = 1_000)]

// In this process: the generated project of the usual toolchain would be built without this repository's settings.
var config = ManualConfig.Create(DefaultConfig.Instance)
    .AddJob(Job.MediumRun.WithLaunchCount(1).WithToolchain(InProcessEmitToolchain.Instance))
    .AddDiagnoser(MemoryDiagnoser.Default);
var saves = args.Contains("--save", StringComparer.Ordinal);
string[] rest = [.. args.Where(argument => argument is not "--save")];
var summaries = rest.Length == 0
    ? BenchmarkRunner.Run(typeof(Program).Assembly, config)
    : BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(rest, config);
if (!saves)
    return;

const string Head =
    """
    # Micro-benchmarks

    Written by `dotnet run -c Release --project benchmarks/River.Benchmarks.Micro -- --save`. What the process itself spends on a job,
    without a database: writing and reading arguments, making unique keys, and dispatch, which is the whole engine (claim,
    scope, worker, settlement) over a store that does nothing.

    """;
var folder = typeof(Program).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().First(data => string.Equals(data.Key, "Repository", StringComparison.Ordinal)).Value!;
var tables = summaries.Select(summary => File.ReadAllText(Directory.GetFiles(summary.ResultsDirectoryPath, $"{summary.BenchmarksCases[0].Descriptor.Type.FullName}-report-github.md")[0]));
File.WriteAllText(Path.Combine(folder, "docs", "micro-benchmarks.md"), $"{Head}\n{string.Join('\n', tables).ReplaceLineEndings("\n")}");
