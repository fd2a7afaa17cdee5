using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using River.Generators;

namespace River.Benchmarks.GeneratorCost;

/// <summary>
/// Processor time, in milliseconds, of a compiler that has compiled before: the build server of <c>dotnet build</c>, or
/// an editor. Measured in this process; another program's load on the machine isn't in it.
/// </summary>
/// <param name="Runs">How often it was run; the figures are medians.</param>
/// <param name="Compile">Parsing and emitting, which is what the compiler does without analyzers; with what was generated as files.</param>
/// <param name="Generator">The generator's first run, taken by itself.</param>
/// <param name="Added">What parsing, generating and emitting take more than the compile: without what the compile has from the generator's reading.</param>
/// <param name="Analyzers">What all diagnostics take more with the analyzers.</param>
internal sealed record WarmTimes(int Runs, double Compile, double Generator, double Added, double Analyzers)
{
    /// <summary>The part of the compile that is the generator's and the analyzers', in percent.</summary>
    public double Share => Of(Added);

    /// <summary>The same with all that the generator reads, also what the compiler would read without it.</summary>
    public double ShareAlone => Of(Generator);

    public static WarmTimes Measure(int jobs, Repeats repeats)
    {
        var sources = Shop.Sources(jobs).ToArray();
        var contract = new AnalyzerOptions([ContractFile.For(jobs)]);
        Generate(Project.Compile(sources), out var compilation);
        var files = sources.Concat(compilation.SyntaxTrees.Skip(sources.Length).Select(tree => (tree.FilePath, tree.ToString()))).ToArray();
        compilation = null!;
        var isOdd = false;
        var times = repeats.Of(() => Once(sources, files, contract, isOdd = !isOdd));
        return new WarmTimes(
            times.Length,
            Median.Of(times.Select(time => time.Compile)),
            Median.Of(times.Select(time => time.Generator)),
            Median.Of(times.Select(time => time.Added)),
            Median.Of(times.Select(time => time.Analyzers)));
    }

    private static WarmTimes Once((string Path, string Text)[] sources, (string Path, string Text)[] files, AnalyzerOptions options, bool plainFirst)
    {
        // By turns, so that what the process has just done falls on both.
        var compile = plainFirst ? Compiled(files) : 0;
        var (whole, generator) = Generated(sources);
        if (!plainFirst)
            compile = Compiled(files);

        var without = Project.Compile(files);
        var plain = Cost.Of(() => Project.AssertClean(without.WithAnalyzers([new NoAnalyzer()]).GetAllDiagnosticsAsync().GetAwaiter().GetResult()));

        var with = Project.Compile(files).WithAnalyzers(Project.Analyzers, new CompilationWithAnalyzersOptions(options, onAnalyzerException: null, concurrentAnalysis: true, logAnalyzerExecutionTime: false));
        // Asked for one thing only, as the empty one is: each question has all declarations bound anew.
        var analyzed = Cost.Of(() => Project.AssertClean(with.GetAllDiagnosticsAsync().GetAwaiter().GetResult()));
        return new WarmTimes(1, compile, generator, whole - compile, analyzed - plain);
    }

    private static double Compiled((string Path, string Text)[] files)
    {
        Compilation compilation = null!;
        var parse = Cost.Of(() => compilation = Project.Compile(files).WithReferencesRead());
        return parse + Emit(compilation);
    }

    private static (double Whole, double Generator) Generated((string Path, string Text)[] sources)
    {
        Compilation compilation = null!;
        var parse = Cost.Of(() => compilation = Project.Compile(sources).WithReferencesRead());
        var generator = Cost.Of(() => Generate(compilation, out compilation));
        return (parse + generator + Emit(compilation), generator);
    }

    private static void Generate(Compilation compilation, out Compilation generated) =>
        CSharpGeneratorDriver.Create([new RiverGenerator().AsSourceGenerator()], parseOptions: Project.Parse).RunGeneratorsAndUpdateCompilation(compilation, out generated, out _);

    private static double Emit(Compilation compilation) => Cost.Of(() => Project.AssertClean(compilation.Emit(Stream.Null, Stream.Null).Diagnostics));

    private double Of(double generator) => (generator + Analyzers) / (Compile + generator + Analyzers) * 100;

    /// <summary>What it takes to have any analyzer at all, which nearly every project has.</summary>
#pragma warning disable RS1001, RS1036 // it is never packed
    private sealed class NoAnalyzer : DiagnosticAnalyzer
#pragma warning restore RS1001, RS1036
    {
        public override System.Collections.Immutable.ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } =
            [new("NONE", "None", "None", "None", DiagnosticSeverity.Warning, isEnabledByDefault: true)];

        public override void Initialize(AnalysisContext context)
        {
            context.EnableConcurrentExecution();
            context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
            context.RegisterCompilationAction(_ => { });
        }
    }
}
