using System.Globalization;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Text;
using River.Generators.Pipeline;
using River.Generators.Tests.Projects;
using static River.Generators.Tests.Incremental.Reruns;

namespace River.Generators.Tests.Incremental;

/// <summary>An edit costs what it changes, however many jobs there are. One project of 1,000 jobs serves all tests.</summary>
public sealed class ManyJobsTests
{
    private const int Jobs = 1000;

    private const string Unrelated = "namespace Shop; internal static class Unrelated { public static int Twice(int x) { return x * 2; } }";

    private static readonly Lazy<GeneratedProject> Large = new(() =>
        TestProject.Library([.. Enumerable.Range(0, Jobs).Select(Job), "[assembly: Queue(\"mail\")] [assembly: Queue(\"default\")]", Unrelated]).Generate());

    [Theory]
    [InlineData("return x * 2;", "return x + x;")]
    [InlineData("public static int Twice", "/* twice */ public static int Twice")]
    [InlineData("{ return Task.FromResult(500); }", "{ throw new InvalidOperationException(); }")]
    public void An_unrelated_edit_leaves_every_step_cached(string text, string replacement)
    {
        var edited = Large.Value.Edit(text, replacement);

        Assert.Empty(ModifiedSteps(edited));
        Assert.Empty(ModifiedFiles(edited));
    }

    [Fact]
    public void Changed_arguments_of_one_job_write_its_file_and_no_other()
    {
        var edited = Large.Value.Edit("record Job0500(int Number, Line0500 Line)", "record Job0500(int Number, Line0500 Line, int Count = 0)");

        Assert.Equal(["Shop.Job0500.g.cs"], ModifiedFiles(edited));
        Assert.Equal([StepNames.Declarations, StepNames.DeclaredJobs, StepNames.JobFile, StepNames.JobJson, StepNames.JobSource, StepNames.Jobs], ModifiedSteps(edited));
        Assert.All(ModifiedSteps(edited), step => Assert.Single(Reasons(edited, step), reason => reason == IncrementalStepRunReason.Modified));
    }

    [Fact]
    public void A_removed_job_takes_its_files_along_and_leaves_all_others()
    {
        var removed = Large.Value.Edit(compilation => compilation.RemoveSyntaxTrees(FileOf(compilation, 500)));

        Assert.Equal(["River.Jobs.g.cs", "River.Json.g.cs"], ModifiedFiles(removed));
        Assert.Equal(["River.Json.Shop_Line0500.g.cs", "Shop.Job0500.g.cs"], Large.Value.Files.Keys.Except(removed.Files.Keys).Order(StringComparer.Ordinal));
        AssertWritten(removed, StepNames.JobSource, IncrementalStepRunReason.Removed);
        AssertWritten(removed, StepNames.NestedJsonSource, IncrementalStepRunReason.Removed);
    }

    [Fact]
    public void A_renamed_job_writes_its_own_file_and_leaves_all_others()
    {
        var renamed = Large.Value.Edit(compilation => Replace(compilation, FileOf(compilation, 500), "Job0500", "Renamed0500"));

        Assert.Equal(["River.Jobs.g.cs", "River.Json.g.cs", "Shop.Renamed0500.g.cs"], ModifiedFiles(renamed));
        Assert.Equal(["Shop.Job0500.g.cs"], Large.Value.Files.Keys.Except(renamed.Files.Keys));
        AssertWritten(renamed, StepNames.JobSource, IncrementalStepRunReason.Modified);
        Assert.False(Modified(renamed, StepNames.NestedJsonSource));
    }

    [Fact]
    public void A_job_inserted_in_the_middle_writes_its_own_files_and_leaves_all_others()
    {
        var inserted = Large.Value.Edit(compilation =>
        {
            var file = CSharpSyntaxTree.ParseText(Job(500).Replace("0500", "0499b", StringComparison.Ordinal), (CSharpParseOptions)compilation.SyntaxTrees[0].Options, "/src/Inserted.cs", Encoding.UTF8);
            return compilation.RemoveAllSyntaxTrees().AddSyntaxTrees(compilation.SyntaxTrees.Insert(compilation.SyntaxTrees.IndexOf(FileOf(compilation, 500)), file));
        });

        Assert.Equal(["River.Jobs.g.cs", "River.Json.g.cs"], ModifiedFiles(inserted));
        Assert.Equal(["River.Json.Shop_Line0499b.g.cs", "Shop.Job0499b.g.cs"], inserted.Files.Keys.Except(Large.Value.Files.Keys).Order(StringComparer.Ordinal));
        AssertWritten(inserted, StepNames.JobSource, IncrementalStepRunReason.New);
        AssertWritten(inserted, StepNames.NestedJsonSource, IncrementalStepRunReason.New);
    }

    /// <summary>One output of a step is another than before, and all the others are reused.</summary>
    private static void AssertWritten(GeneratedProject project, string step, IncrementalStepRunReason reason)
    {
        Assert.Equal([reason], Reasons(project, step).Where(one => one is not (IncrementalStepRunReason.Cached or IncrementalStepRunReason.Unchanged)));
        Assert.InRange(Reasons(project, step).Count(), Jobs, Jobs + 1);
    }

    private static SyntaxTree FileOf(CSharpCompilation compilation, int number) =>
        compilation.SyntaxTrees.Single(tree => tree.ToString() == Job(number));

    private static CSharpCompilation Replace(CSharpCompilation compilation, SyntaxTree file, string text, string replacement) =>
        compilation.ReplaceSyntaxTree(file, file.WithChangedText(SourceText.From(file.ToString().Replace(text, replacement, StringComparison.Ordinal), Encoding.UTF8)));

    private static string Job(int number)
    {
        var n = number.ToString("0000", CultureInfo.InvariantCulture);
        return $$"""
            namespace Shop;
            [Job] public sealed partial record Job{{n}}(int Number, Line{{n}} Line);
            public sealed record Line{{n}}(string Sku);
            public sealed class Job{{n}}Worker : IWorker<Job{{n}}>
            {
                public Task WorkAsync(Job<Job{{n}}> job, CancellationToken cancellationToken) { return Task.FromResult({{number}}); }
            }
            """;
    }
}
