using Microsoft.CodeAnalysis.CSharp;
using River.Generators.Pipeline;
using River.Generators.Tests.Projects;
using static River.Generators.Tests.Incremental.Reruns;

namespace River.Generators.Tests.Incremental;

/// <summary>What runs again after an edit. "Modified" means that a step gave something new; what it feeds runs then.</summary>
public sealed class CachingTests
{
    private const string Declarations = """
        [assembly: Queue("mail")]
        [assembly: Queue("fax")]
        """;

    private const string Ping = """
        namespace Shop;
        /// <summary>Pings.</summary>
        [Job(Queue = Queues.Mail)]
        public sealed partial record Ping(int X, Line Line)
        {
            public int Twice() { return X * 2; }
        }
        """;

    private const string Pong = """
        namespace Shop;
        [Job]
        public sealed partial record Pong(Line Line);
        public sealed record Line(string Sku);
        """;

    private const string Worker = """
        namespace Shop;
        public sealed class PingWorker(IServiceProvider services) : IWorker<Ping>
        {
            public Task WorkAsync(Job<Ping> job, CancellationToken cancellationToken) { return job.StepAsync("copy", _ => Task.CompletedTask); }
        }
        """;

    public static TheoryData<string, string, string> UnrelatedEdits => new()
    {
        { "a comment", "public int Twice()", "/* twice */ public int Twice()" },
        { "a line before a job", "[Job(Queue = Queues.Mail)]", "\n\n[Job(Queue = Queues.Mail)]" },
        { "a method body", "return X * 2;", "return X + X;" },
        { "a new method", "public int Twice()", "public int Thrice() => X * 3; public int Twice()" },
        { "a worker's body", "return job.StepAsync(\"copy\", _ => Task.CompletedTask);", "throw new InvalidOperationException();" },
        { "a worker's step", "\"copy\"", "\"check\"" },
        { "a worker's new member", "public Task WorkAsync", "private int _count; public Task WorkAsync" },
        { "an unrelated type", "public sealed record Line(string Sku);", "public sealed record Line(string Sku); public sealed class Unrelated : IDisposable { public void Dispose() { } }" },
        { "an unrelated attribute", "public sealed record Line(string Sku);", "[Serializable] public sealed record Line(string Sku);" },
    };

    [Theory]
    [MemberData(nameof(UnrelatedEdits))]
    public void An_unrelated_edit_leaves_every_step_as_it_was(string name, string text, string replacement)
    {
        var edited = Shop().Edit(text, replacement);

        foreach (var step in AllSteps)
            Assert.True(!Modified(edited, step), $"{name}: {step} gave something new: {string.Join(' ', Reasons(edited, step))}");
        Assert.Empty(ModifiedFiles(edited));
    }

    [Fact]
    public void Without_an_edit_nothing_runs()
    {
        var again = Shop().Edit(compilation => compilation);

        foreach (var step in AllSteps)
            Assert.False(Modified(again, step), step);
    }

    [Fact]
    public void An_unrelated_file_leaves_every_step_as_it_was()
    {
        var edited = Shop().Edit(compilation => compilation.AddSyntaxTrees(
            CSharpSyntaxTree.ParseText("public class Unrelated : System.Exception { }", (CSharpParseOptions)compilation.SyntaxTrees[0].Options, "/src/New.cs")));

        foreach (var step in AllSteps)
            Assert.False(Modified(edited, step), step);
        Assert.Empty(ModifiedFiles(edited));
    }

    [Fact]
    public void Changed_arguments_emit_one_file_again()
    {
        var edited = Shop().Edit("record Ping(int X, Line Line)", "record Ping(int X, Line Line, int Y = 0)");

        Assert.Equal(["Shop.Ping.g.cs"], ModifiedFiles(edited));
        Assert.Equal([StepNames.Declarations, StepNames.DeclaredJobs, StepNames.JobFile, StepNames.JobJson, StepNames.JobSource, StepNames.Jobs], ModifiedSteps(edited));
    }

    [Fact]
    public void A_changed_default_emits_one_file_again()
    {
        var edited = Shop().Edit("[Job(Queue = Queues.Mail)]", "[Job(Queue = Queues.Mail, MaxAttempts = 3)]");

        Assert.Equal(["Shop.Ping.g.cs"], ModifiedFiles(edited));
    }

    [Fact]
    public void A_member_of_a_new_type_also_changes_the_context()
    {
        var edited = Shop().Edit("record Ping(int X, Line Line)", "record Ping(int X, Line Line, decimal Y = 0)");

        Assert.Equal(["River.Json.g.cs", "Shop.Ping.g.cs"], ModifiedFiles(edited));
    }

    [Fact]
    public void A_changed_nested_type_emits_its_own_file_again_and_those_of_the_jobs_whose_contract_and_schema_it_is_part_of()
    {
        var edited = Shop().Edit("record Line(string Sku)", "record Line(string Sku, int Count = 1)");

        Assert.Equal(["River.Json.Shop_Line.g.cs", "Shop.Ping.g.cs", "Shop.Pong.g.cs"], ModifiedFiles(edited));
    }

    [Fact]
    public void A_second_job_leaves_the_first_ones_file_alone()
    {
        var edited = Shop().Edit("public sealed record Line(string Sku);", "public sealed record Line(string Sku); [Job] public sealed partial record Third;");

        Assert.Equal(["River.Jobs.g.cs", "River.Json.g.cs"], ModifiedFiles(edited));
        Assert.Contains("Shop.Third.g.cs", edited.Files.Keys);
    }

    [Fact]
    public void A_new_queue_changes_no_job()
    {
        var edited = Shop().Edit("[assembly: Queue(\"fax\")]", "[assembly: Queue(\"fax\")] [assembly: Queue(\"letter\")]");

        Assert.Equal(["River.Jobs.g.cs", "River.Queues.g.cs"], ModifiedFiles(edited));
        Assert.False(Modified(edited, StepNames.Jobs));
    }

    [Fact]
    public void A_changed_worker_changes_the_registry_only()
    {
        var edited = Shop().Edit("PingWorker(IServiceProvider services)", "PingWorker(IServiceProvider services, TimeProvider time)");

        Assert.Equal(["River.Jobs.g.cs"], ModifiedFiles(edited));
    }

    [Fact]
    public void A_changed_comment_of_documentation_emits_that_jobs_file_again()
    {
        var edited = Shop().Edit("<summary>Pings.</summary>", "<summary>Pings again.</summary>");

        Assert.Equal(["Shop.Ping.g.cs"], ModifiedFiles(edited));
    }

    [Fact]
    public void A_removed_job_takes_its_file_along_and_comes_back_with_it()
    {
        var shop = Shop();

        var removed = shop.Edit("[Job]\n", "");
        var restored = removed.Edit("namespace Shop;\npublic sealed partial record Pong", "namespace Shop;\n[Job]\npublic sealed partial record Pong");

        Assert.DoesNotContain("Shop.Pong.g.cs", removed.Files.Keys);
        Assert.Equal(shop.Files, restored.Files);
    }

    [Fact]
    public void A_renamed_job_moves_to_a_file_of_its_new_name()
    {
        var renamed = Shop().Edit("record Pong(Line Line)", "record Pang(Line Line)").AssertCompiles();

        Assert.DoesNotContain("Shop.Pong.g.cs", renamed.Files.Keys);
        Assert.Contains("Shop.Pang.g.cs", renamed.Files.Keys);
    }

    [Fact]
    public void A_job_that_becomes_invalid_takes_its_worker_along()
    {
        var edited = Shop().Edit("[Job(Queue = Queues.Mail)]", "[Job(Queue = Queues.Mail, Priority = 9)]").AssertNoErrorInGeneratedCode();

        Assert.DoesNotContain("Shop.Ping.g.cs", edited.Files.Keys);
        Assert.DoesNotContain("PingWorker", edited.Files["River.Jobs.g.cs"], StringComparison.Ordinal);
    }

    private static GeneratedProject Shop() => TestProject.Library(Declarations, Ping, Pong, Worker).Generate().AssertCompiles();
}
