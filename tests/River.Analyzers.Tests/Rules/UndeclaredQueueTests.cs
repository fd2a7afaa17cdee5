using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using River.Analyzers.Tests.Harness;
using Xunit;

namespace River.Analyzers.Tests.Rules;

public sealed class UndeclaredQueueTests() : RuleTest("RIVER004")
{
    private const string Declared =
        """
        [assembly: Queue("default")]
        [assembly: Queue("mail")]
        [assembly: Queue("cancel_queue")]
        [assembly: Queue("tenant_*", Dynamic = true)]

        """;

    [Fact]
    public async Task A_misspelt_queue_is_an_error_and_the_nearest_name_is_offered()
    {
        var found = await ReportsAsync(Declared +
            """
            [Job(Queue = [|"mial"|])]
            public sealed partial record SendInvoice(long OrderId);
            """);

        Assert.Equal(DiagnosticSeverity.Error, Assert.Single(found).Severity);
        Assert.StartsWith("queue 'mial' is not declared; did you mean 'mail'?", found[0].GetMessage(), StringComparison.Ordinal);
    }

    [Fact]
    public Task A_name_near_to_none_is_to_be_declared() => SaysAsync(
        """
        [Job(Queue = [|"reports"|])]
        public sealed partial record Report;
        """,
        "queue 'reports' is not declared; declare it by [assembly: Queue(\"reports\")]");

    [Fact]
    public Task A_constant_is_read_by_its_value() => SaysAsync(Declared +
        """
        [Job(Queue = [|Names.Cancel|])]
        public sealed partial record Cleanup;

        internal static class Names { public const string Cancel = "cleanup_queue"; }
        """,
        "queue 'cleanup_queue'", "'cancel_queue'");

    [Fact]
    public Task A_generated_constant_that_does_not_exist_is_reported_too() => SaysAsync(
        Code.Of(Declared +
            """
            [Job(Queue = [|Queues.Mial|])]
            public sealed partial record SendInvoice(long OrderId);
            """).WithErrorsInEditor("CS0117"),
        "queue 'Queues.Mial' is not declared; did you mean 'Queues.Mail'?");

    [Fact]
    public Task Declared_queues_families_and_generated_constants_are_fine() => IsSilentAsync(Declared +
        """
        [Job]
        public sealed partial record Plain;

        [Job(Queue = "mail")]
        public sealed partial record SendInvoice;

        [Job(Queue = Queues.CancelQueue)]
        public sealed partial record Cleanup;

        [Job(Queue = "tenant_7")]
        public sealed partial record OfTenant;

        [Job(Queue = null)]
        public sealed partial record Nothing;
        """);

    [Fact]
    public Task Queues_of_referenced_assemblies_are_declared() => ReportsAsync(
        Code.Of(
            """
            [Job(Queue = "mail")]
            public sealed partial record SendInvoice;

            [Job(Queue = [|"post"|])]
            public sealed partial record SendLetter;
            """).Referencing(Code.Of(Declared).Named("Contracts")));

    [Fact]
    public async Task A_constant_name_at_a_call_is_a_warning()
    {
        var found = await ReportsAsync(Code.Of(Declared +
            """
            [Job]
            public sealed partial record Ping;

            public static class Use
            {
                public const string Misspelt = "mial";

                public static async Task It(IJobClient jobs, IServiceCollection services, string unknown)
                {
                    await jobs.EnqueueAsync(new Ping(), new() { Queue = [|"mial"|] });
                    var options = new EnqueueOptions { Queue = "mail" } with { Queue = [|Misspelt|] };
                    await jobs.PauseQueueAsync([|"mails"|]);
                    await jobs.ResumeQueueAsync("*");
                    await jobs.ResumeQueueAsync(unknown);
                    await jobs.PauseQueueAsync("tenant_3");
                    services.AddRiver(river => river.Work([|"cancelqueue"|], 3).Work("tenant_*", 2).Work(maxWorkers: 1, queue: [|"mial"|]));
                }
            }
            """));

        Assert.All(found, diagnostic => Assert.Equal(DiagnosticSeverity.Warning, diagnostic.Severity));
    }

    [Fact]
    public Task Calls_are_free_where_undeclared_queues_are_allowed() => IsSilentAsync(Declared +
        """
        public static class Use
        {
            public static EnqueueOptions It(IServiceCollection services)
            {
                services.AddRiver(river => river.AllowUndeclaredQueues());
                return new EnqueueOptions { Queue = "anything" };
            }
        }
        """);

    [Fact]
    public Task Other_things_called_queue_are_fine() => IsSilentAsync(Declared +
        """
        public sealed class JobAttribute2(string queue) : Attribute { public string Queue { get; set; } = queue; }

        [JobAttribute2("x", Queue = "y")]
        public sealed class Other { public UniqueOptions Unique { get; } = new() { Queue = true }; }
        """);

    [Fact]
    public Task The_fix_writes_the_nearest_name() => FixesAsync(
        Declared +
        """
        [Job(Queue = [|"mial"|], Priority = 2)]
        public sealed partial record SendInvoice;

        [Job(Queue = [|"cleanup_queue"|])]
        public sealed partial record Cleanup;

        public static class Use { public static EnqueueOptions Options => new() { Queue = [|@"mials"|] }; }
        """,
        Declared +
        """
        [Job(Queue = "mail", Priority = 2)]
        public sealed partial record SendInvoice;

        [Job(Queue = "cancel_queue")]
        public sealed partial record Cleanup;

        public static class Use { public static EnqueueOptions Options => new() { Queue = "mail" }; }
        """,
        "nearest");

    [Fact]
    public Task The_other_fix_declares_the_queue_beside_the_others() => FixesAsync(
        Code.Of(
            """
            [Job(Queue = [|"reports"|])]
            public sealed partial record Report;

            [Job(Queue = [|"mial"|])]
            public sealed partial record SendInvoice;

            [Job(Queue = [|"reports"|])]
            public sealed partial record Report2;
            """).And("Queues.cs", Declared),
        Code.Of(
            """
            [Job(Queue = "reports")]
            public sealed partial record Report;

            [Job(Queue = "mial")]
            public sealed partial record SendInvoice;

            [Job(Queue = "reports")]
            public sealed partial record Report2;
            """).And("Queues.cs", Declared.TrimEnd() + "\n[assembly: Queue(\"reports\")]\n[assembly: Queue(\"mial\")]\n"),
        "declare");

    [Fact]
    public Task The_first_declaration_goes_to_the_head_of_the_file() => FixesAsync(
        """
        using System.Text;

        namespace Shop;

        [Job(Queue = [|"reports"|])]
        public sealed partial record Report;
        """,
        """
        using System.Text;

        [assembly: Queue("reports")]

        namespace Shop;

        [Job(Queue = "reports")]
        public sealed partial record Report;
        """,
        "declare");

    [Fact]
    public async Task A_malformed_name_is_not_offered_to_be_declared() =>
        Assert.Equal(["Use queue 'mail'"], await OffersAsync(Code.Of(Declared + "[Job(Queue = [|\"MAIL\"|])] public sealed partial record SendInvoice;")));

    [Theory]
    [InlineData("AddRiver")]
    [InlineData("AddRiverClient")]
    public Task A_program_declares_default_for_jobs_that_name_no_queue(string add) => SaysAsync(
        Code.Of(
            $$"""
            new ServiceCollection().{{add}}(river => river.AddJobs());

            [[|Job|]] public sealed partial record Ping;
            [Job(Queue = "mail")] public sealed partial record Pong { public Task WorkAsync() => Task.CompletedTask; }
            """).And("Queues.cs", "[assembly: Queue(\"mail\")]").AsProgram(),
        "queue 'default' is not declared; declare it by [assembly: Queue(\"default\")]", "names no queue");

    [Fact]
    public Task Libraries_leave_default_to_their_host_and_programs_may_allow_any_queue() => Task.WhenAll(
        IsSilentAsync("[assembly: Queue(\"mail\")]\n[Job] public sealed partial record Ping;"),
        ReportsAsync(Code.Of(
            """
            [assembly: Queue("mail")]
            new ServiceCollection().AddRiverClient(river => river.AllowUndeclaredQueues().AddJobs());
            [Job] public sealed partial record Ping;
            """).AsProgram()),
        ReportsAsync(Code.Of(
            """
            new ServiceCollection().AddRiverClient(river => river.AddJobs());
            [Job] public sealed partial record Ping;
            """).AsProgram().Referencing(Code.Of("[assembly: Queue(\"default\")]").Named("Contracts"))),
        ReportsAsync(Code.Of("System.Console.WriteLine();\n[Job] public sealed partial record Ping;").AsProgram()));

    [Fact]
    public Task The_fix_declares_default() => FixesAsync(
        Code.Of("new ServiceCollection().AddRiverClient(river => river.AddJobs());\n\n[[|Job|]] public sealed partial record Ping;\n").And("Queues.cs", "[assembly: Queue(\"mail\")]\n").AsProgram(),
        Code.Of("new ServiceCollection().AddRiverClient(river => river.AddJobs());\n\n[Job] public sealed partial record Ping;\n").And("Queues.cs", "[assembly: Queue(\"mail\")]\n[assembly: Queue(\"default\")]\n").AsProgram(),
        "declare");

    [Theory]
    [InlineData("AddRiver")]
    [InlineData("AddRiverClient")]
    public Task A_program_declares_the_queues_of_the_jobs_that_it_takes_in(string add) => SaysAsync(
        Code.Of($"[assembly: Queue(\"mail\")]\nnew ServiceCollection().[|{add}|](river => river.AddJobs());")
            .Referencing(Code.Of("[Job(External = true)] public sealed partial record Ping; [Job(External = true)] public sealed partial record Pong;").Named("Contracts"))
            .AsProgram(),
        "queue 'default' is not declared; declare it by [assembly: Queue(\"default\")]", "Job 'Ping' of 'Contracts' and 1 more");

    [Theory]
    [InlineData("river.AddJobs()", "[assembly: Queue(\"default\")]")]
    [InlineData("river.AddJobs().AllowUndeclaredQueues()", "")]
    [InlineData("river.AddContractsJobs()", "")]
    public Task A_program_that_declares_them_takes_any_or_registers_by_name_is_fine(string registration, string declaration) => ReportsAsync(
        Code.Of($"{declaration}\nnew ServiceCollection().AddRiverClient(river => {registration});")
            .Referencing(Code.Of("[Job] public sealed partial record Ping;").Named("Contracts"))
            .AsProgram());

    [Fact]
    public async Task A_constant_of_another_generator_is_an_error_where_it_is_written()
    {
        const string Job =
            """
            using River;
            [assembly: Queue("default")]
            [assembly: Queue("fax")]
            [Job(Queue = Elsewhere.Names.Fax)] public sealed partial record SendFax;
            [Job(Queue = Elsewhere.Names.Letter)] public sealed partial record SendLetter;
            [Job(Queue = Own.Letter)] public sealed partial record Another;
            internal static class Own { public const string Letter = "fax"; }
            """;
        var project = await UserProject.OpenAsync(Code.Of(Job).WithoutGenerator(), Token);
        var compilation = await UserProject.CompileAsync(project, Token);
        CSharpGeneratorDriver
            .Create([.. Parts.New<IIncrementalGenerator>(Parts.Generators).Append(new OtherGenerator()).Select(generator => generator.AsSourceGenerator())], parseOptions: (CSharpParseOptions)compilation.SyntaxTrees.First().Options)
            .RunGeneratorsAndUpdateCompilation(compilation, out compilation, out _, Token);

        var found = await Analysis.AllAsync(compilation, project.AnalyzerOptions, Token);

        // 'Fax' is what River's own constant of that queue is called, so that its meaning is the same by chance.
        Assert.Equal(["Elsewhere.Names.Letter"], found.Select(one => one.Location.SourceTree!.ToString().Substring(one.Location.SourceSpan.Start, one.Location.SourceSpan.Length)));
        Assert.Equal(("RIVER005", DiagnosticSeverity.Error), (found[0].Id, found[0].Severity));
        Assert.Contains("of another generator", found[0].GetMessage(), StringComparison.Ordinal);
        Assert.Contains("would go to 'default'", found[0].GetMessage(), StringComparison.Ordinal);
    }

    private sealed class OtherGenerator : IIncrementalGenerator
    {
        public void Initialize(IncrementalGeneratorInitializationContext context) => context.RegisterSourceOutput(
            context.CompilationProvider,
            static (output, _) => output.AddSource("Names.cs", "namespace Elsewhere { internal static class Names { public const string Fax = \"fax\"; public const string Letter = \"fax\"; } }"));
    }
}
