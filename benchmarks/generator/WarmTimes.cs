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
/// <param name="Generator">The generator's first run.</param>
/// <param name="Analyzers">What all diagnostics take more with the analyzers.</param>
internal sealed record WarmTimes(int Runs, double Compile, double Generator, double Analyzers)
{
    /// <summary>The part of the compile that is the generator's and the analyzers', in percent.</summary>
    public double Share => (Generator + Analyzers) / (Compile + Generator + Analyzers) * 100;

    public static WarmTimes Measure(int jobs, Repeats repeats)
    {
        var sources = Shop.Sources(jobs).ToArray();
        var contract = new AnalyzerOptions([ContractFile.For(jobs)]);
        var times = repeats.Of(() => Once(sources, contract));
        return new WarmTimes(
            times.Length,
            Median.Of(times.Select(time => time.Compile)),
            Median.Of(times.Select(time => time.Generator)),
            Median.Of(times.Select(time => time.Analyzers)));
    }

    private static WarmTimes Once((string Path, string Text)[] sources, AnalyzerOptions options)
    {
        var compilation = Project.Compile(sources).WithReferencesRead();
        var generator = Cost.Of(() => CSharpGeneratorDriver.Create([new RiverGenerator().AsSourceGenerator()], parseOptions: Project.Parse)
            .RunGeneratorsAndUpdateCompilation(compilation, out compilation, out _));
        var files = sources.Concat(compilation.SyntaxTrees.Skip(sources.Length).Select(tree => (tree.FilePath, tree.ToString()))).ToArray();

        Compilation emitted = null!;
        var parse = Cost.Of(() => emitted = Project.Compile(files));
        var emit = Cost.Of(() => Project.AssertClean(emitted.Emit(Stream.Null, Stream.Null).Diagnostics));
        var without = Project.Compile(files);
        var plain = Cost.Of(() => Project.AssertClean(without.WithAnalyzers([new NoAnalyzer()]).GetAllDiagnosticsAsync().GetAwaiter().GetResult()));

        var with = Project.Compile(files).WithAnalyzers(Project.Analyzers, new CompilationWithAnalyzersOptions(options, onAnalyzerException: null, concurrentAnalysis: true, logAnalyzerExecutionTime: false));
        // Asked for one thing only, as the empty one is: each question has all declarations bound anew.
        var analyzed = Cost.Of(() => Project.AssertClean(with.GetAllDiagnosticsAsync().GetAwaiter().GetResult()));
        return new WarmTimes(1, parse + emit, generator, Math.Max(0, analyzed - plain));
    }

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
