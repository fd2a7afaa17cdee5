using System.Globalization;
using Microsoft.CodeAnalysis;
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
        Assert.Equal([StepNames.DeclaredJobs, StepNames.JobFile, StepNames.JobJson, StepNames.JobSource, StepNames.Jobs], ModifiedSteps(edited));
        Assert.All(ModifiedSteps(edited), step => Assert.Single(Reasons(edited, step), reason => reason == IncrementalStepRunReason.Modified));
    }

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
