using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Text;
using River.Generators.Pipeline;
using River.Generators.Tests.Projects;
using static River.Generators.Tests.Incremental.Reruns;

namespace River.Generators.Tests.Incremental;

/// <summary>
/// What was read of a job is kept while nothing changed that it depends on. Each edit here is in another file than the job, and
/// comes after one in a body, behind which everything is kept.
/// </summary>
public sealed class SurroundingsTests
{
    private const string Queues = """[assembly: Queue("mail")] [assembly: Queue("fax")]""";

    private const string Job = """
        namespace Shop.Orders;
        using static Shop.Limits;
        [Job(Queue = Shop.Names.Queue, MaxAttempts = Attempts, RetryPolicy = typeof(Policy))]
        public sealed partial record Ping(Line Line, int Count = Default) : Request
        {
            public Task WorkAsync(Job<Ping> job, IService service) => Task.CompletedTask;
        }
        """;

    private const string OtherPart = """
        namespace Shop.Orders;
        /// <summary>Pings.</summary>
        public sealed partial record Ping
        {
            public int Twice() { return 2; }
        }
        """;

    private const string Around = """
        namespace Shop
        {
            public static class Limits { public const int Attempts = 3; public const int Default = 4; }
            public static class Names { public const string Queue = "mail"; }
            public sealed record Line(string Sku) { public int Twice() { return 2; } }
            public interface IService;
            public abstract record Request
            {
                /// <summary>Who asks.</summary>
                public required string Asker { get; init; }
            }
            public sealed class Policy : IRetryPolicy { public TimeSpan NextRetry(JobRow job, Exception error) { return default; } }
        }
        """;

    public static TheoryData<string, string> Edits => new()
    {
        { "Attempts = 3", "Attempts = 5" },
        { "Default = 4", "Default = 5" },
        { "Queue = \"mail\"", "Queue = \"fax\"" },
        { "Line(string Sku)", "Line(string Sku, int Count = 1)" },
        { "record Line(string Sku)", "record Line([property: System.Text.Json.Serialization.JsonPropertyName(\"s\")] string Sku)" },
        { "public interface IService;", "public interface IService; namespace Orders { public sealed record Line(int Number); }" },
        { "class Policy :", "class Policy(IService service) :" },
        { "<summary>Pings.</summary>", "<summary>Pings again.</summary>" },
        { "<summary>Who asks.</summary>", "<summary>Who asked.</summary>" },
    };

    [Theory]
    [MemberData(nameof(Edits))]
    public void A_change_of_what_a_job_depends_on_writes_it_again(string text, string replacement)
    {
        var edited = Shop().Edit("return 2; }\n}", "return 3; }\n}").Edit(text, replacement).AssertCompiles();
        var anew = TestProject.Library([.. new[] { Queues, Job, OtherPart.Replace("return 2;", "return 3;", StringComparison.Ordinal), Around }.Select(file => file.Replace(text, replacement, StringComparison.Ordinal))]).Generate();

        Assert.Equal(anew.Files, edited.Files);
        Assert.Contains(ModifiedFiles(edited), file => file is "Shop.Orders.Ping.g.cs" or "River.Jobs.g.cs");
    }

    [Theory]
    [InlineData("return 2; } }", "return 3; } }")]
    [InlineData("public static class Limits", "/* limits */ public static class Limits")]
    [InlineData("return default;", "return TimeSpan.Zero;")]
    public void A_body_or_a_comment_leaves_the_surroundings_alone(string text, string replacement)
    {
        var shop = Shop();

        Assert.Single(NumbersOf(shop.Input, shop.Edit(text, replacement).Input).Distinct());
    }

    [Theory]
    [InlineData("Attempts = 3", "Attempts = 5")]
    [InlineData("public interface IService;", "public interface IService : IDisposable;")]
    [InlineData("namespace Shop\n", "#nullable disable\nnamespace Shop\n")]
    public void A_declaration_changes_the_surroundings_and_its_return_does_not_bring_them_back(string text, string replacement)
    {
        var shop = Shop();

        Assert.Equal(3, NumbersOf(shop.Input, shop.Edit(text, replacement).Input, shop.Input).Distinct().Count());
    }

    [Fact]
    public void Files_references_options_and_the_name_belong_to_the_surroundings()
    {
        var shop = Shop().Input;

        Assert.Equal(2, NumbersOf(shop, shop.RemoveSyntaxTrees(shop.SyntaxTrees[^1])).Distinct().Count());
        Assert.Equal(2, NumbersOf(shop, shop.RemoveReferences(shop.References.First())).Distinct().Count());
        Assert.Equal(2, NumbersOf(shop, shop.WithOptions(shop.Options.WithNullableContextOptions(NullableContextOptions.Disable))).Distinct().Count());
        Assert.Equal(2, NumbersOf(shop, shop.WithAssemblyName("Other")).Distinct().Count());
        Assert.Equal(2, NumbersOf(shop, WithLanguage(shop, LanguageVersion.CSharp11)).Distinct().Count());
    }

    private static CSharpCompilation WithLanguage(CSharpCompilation compilation, LanguageVersion language) => compilation.RemoveAllSyntaxTrees().AddSyntaxTrees(
        compilation.SyntaxTrees.Select(file => CSharpSyntaxTree.ParseText(SourceText.From(file.ToString(), Encoding.UTF8), ((CSharpParseOptions)file.Options).WithLanguageVersion(language), file.FilePath)));

    private static int[] NumbersOf(params Compilation[] compilations)
    {
        var surroundings = new Surroundings();
        return [.. compilations.Select(surroundings.Of)];
    }

    private static GeneratedProject Shop() => TestProject.Library(Queues, Job, OtherPart, Around).Generate().AssertCompiles();
}
