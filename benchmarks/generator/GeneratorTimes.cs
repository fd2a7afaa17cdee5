using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using River.Generators;

namespace River.Benchmarks.GeneratorCost;

/// <summary>What the generator takes: milliseconds of processor time, by the compiler's own driver in this process.</summary>
/// <param name="Runs">How often it was run; the figures are medians.</param>
/// <param name="Cold">The first run over a compilation.</param>
/// <param name="NoEdit">A run over the same code in a new compilation.</param>
/// <param name="UnrelatedEdit">A run after an edit in a method's body that is no job's.</param>
/// <param name="JobEdit">A run after an edit of one job's arguments.</param>
/// <param name="Declarations">What the compiler itself takes to read the declarations of the same code, with what was generated: the measure of what growth is its own.</param>
/// <param name="Allocated">Megabytes that the first run takes from the heap, which no other load changes.</param>
internal sealed record GeneratorTimes(int Runs, double Cold, double NoEdit, double UnrelatedEdit, double JobEdit, double Declarations, double Allocated)
{
    public static GeneratorTimes Measure(int jobs, Repeats repeats)
    {
        var sources = Shop.Sources(jobs).ToArray();
        var times = repeats.Of(() => Once(sources));
        return new GeneratorTimes(
            times.Length,
            Median.Of(times.Select(time => time.Cold)),
            Median.Of(times.Select(time => time.NoEdit)),
            Median.Of(times.Select(time => time.UnrelatedEdit)),
            Median.Of(times.Select(time => time.JobEdit)),
            Median.Of(times.Select(time => time.Declarations)),
            Median.Of(times.Select(time => time.Allocated)));
    }

    private static GeneratorTimes Once((string Path, string Text)[] sources)
    {
        GeneratorDriver driver = CSharpGeneratorDriver.Create([new RiverGenerator().AsSourceGenerator()], parseOptions: Project.Parse);
        var compilation = Project.Compile(sources);
        var before = GC.GetTotalAllocatedBytes(precise: true);
        var cold = Run(compilation.WithReferencesRead());
        var allocated = (GC.GetTotalAllocatedBytes(precise: true) - before) / 1e6;
        var noEdit = Run(compilation.Clone());
        var unrelated = Edit(compilation, Shop.UnrelatedEdit);
        var unrelatedEdit = Run(unrelated);
        var jobEdit = Run(Edit(unrelated, Shop.JobEdit));
        driver.RunGeneratorsAndUpdateCompilation(compilation, out var finished, out _);
        var declarations = Cost.Of(() => Project.AssertClean(finished.Clone().WithReferencesRead().GetDeclarationDiagnostics()));
        return new GeneratorTimes(1, cold, noEdit, unrelatedEdit, jobEdit, declarations, allocated);

        double Run(Compilation code)
        {
            var took = Cost.Of(() => driver = driver.RunGenerators(code));
            var result = driver.GetRunResult().Results.Single();
            if (result.Exception is { } exception)
                throw new InvalidOperationException("The generator failed.", exception);
            return took;
        }
    }

    private static CSharpCompilation Edit(CSharpCompilation compilation, (string File, string Text, string Replacement) edit)
    {
        var tree = compilation.SyntaxTrees.Single(tree => tree.FilePath == edit.File);
        var text = tree.ToString();
        var edited = text.Replace(edit.Text, edit.Replacement, StringComparison.Ordinal);
        return edited == text
            ? throw new InvalidOperationException($"'{edit.Text}' isn't in {edit.File}.")
            : compilation.ReplaceSyntaxTree(tree, CSharpSyntaxTree.ParseText(edited, Project.Parse, edit.File, System.Text.Encoding.UTF8));
    }
}
