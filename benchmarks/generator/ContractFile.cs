using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Text;
using River.Analyzers;
using River.Generators;

namespace River.Benchmarks.GeneratorCost;

/// <summary>The project's job contract, as the rule's own fix would write it.</summary>
internal static class ContractFile
{
    private const string Name = "River.Contracts.txt";

    public static AdditionalText For(int jobs)
    {
        Compilation compilation = Project.Compile(Shop.Sources(jobs));
        CSharpGeneratorDriver.Create([new RiverGenerator().AsSourceGenerator()], parseOptions: Project.Parse).RunGeneratorsAndUpdateCompilation(compilation, out compilation, out _);
        var gaps = compilation.WithAnalyzers([new ContractAnalyzer()], new AnalyzerOptions([new Text("")])).GetAnalyzerDiagnosticsAsync().GetAwaiter().GetResult();
        var lines = gaps.SelectMany(gap => gap.Properties.TryGetValue("add", out var added) ? added!.Split('\n') : []).Distinct().Order(StringComparer.Ordinal);
        return new Text(string.Join('\n', lines) + "\n");
    }

    public static string WriteFor(int jobs, string directory)
    {
        var path = Path.Combine(directory, Name);
        File.WriteAllText(path, For(jobs).GetText()!.ToString());
        return path;
    }

    private sealed class Text(string lines) : AdditionalText
    {
        public override string Path => "/" + Name;

        public override SourceText GetText(CancellationToken cancellationToken = default) => SourceText.From("# River job contract 1\n" + lines);
    }
}
