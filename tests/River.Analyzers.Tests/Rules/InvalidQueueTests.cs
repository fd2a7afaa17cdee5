using Microsoft.CodeAnalysis;
using River.Analyzers.Tests.Harness;
using Xunit;

namespace River.Analyzers.Tests.Rules;

public sealed class InvalidQueueTests() : RuleTest("RIVER005")
{
    private static Code LibraryWith(string assembly, string declaration) => Code.Of(declaration).Named(assembly);

    [Fact]
    public async Task Malformed_names_are_reported()
    {
        var found = await ReportsAsync(
            """
            [assembly: Queue([|"Mail"|])]
            [assembly: Queue([|""|])]
            [assembly: Queue([|"tenant_*"|])]
            [assembly: Queue([|"tenant"|], Dynamic = true)]
            [assembly: Queue([|"a_*_*"|], Dynamic = true), Queue([|Names.Bad|])]

            internal static class Names { public const string Bad = "a__b"; }
            """);

        Assert.Contains("queue 'Mail' is malformed: only lower-case letters", found[0].GetMessage(), StringComparison.Ordinal);
    }

    [Fact]
    public Task A_queue_declared_twice_with_different_settings_is_reported_at_the_second() => SaysAsync(
        Code.Of(
            """
            [assembly: Queue("mail", MaxWorkers = 10)]
            [assembly: Queue("fax")]
            [assembly: Queue("fax")]
            """).And("More.cs", """[assembly: [|Queue("mail")|]]"""),
        "queue 'mail'", "MaxWorkers 10, and MaxWorkers 100");

    [Fact]
    public async Task A_library_that_disagrees_with_another_is_warned()
    {
        var found = await ReportsAsync(Code.Of("""[assembly: [|Queue("mail", MaxWorkers = 10)|]]""")
            .Referencing(LibraryWith("Contracts", """[assembly: Queue("mail", External = true)]""")));

        Assert.Equal(DiagnosticSeverity.Warning, Assert.Single(found).Severity);
        Assert.Contains("declared differently in 'Contracts' (MaxWorkers 100, external, here MaxWorkers 10)", found[0].GetMessage(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_program_is_warned_where_it_puts_libraries_together_that_disagree()
    {
        var found = await ReportsAsync(Code.Of("""[|new ServiceCollection().AddRiver(river => { })|];""").AsProgram().Referencing(
            LibraryWith("One", """[assembly: Queue("mail", MaxWorkers = 10)]"""),
            LibraryWith("Two", """[assembly: Queue("mail", MaxWorkers = 20)]""")));

        Assert.Equal(DiagnosticSeverity.Warning, Assert.Single(found).Severity);
        Assert.Contains("'One' (MaxWorkers 10) and 'Two' (MaxWorkers 20)", found[0].GetMessage(), StringComparison.Ordinal);
    }

    [Fact]
    public Task The_program_settles_it() => ReportsAsync(Code.Of(
        """
        [assembly: Queue("mail", MaxWorkers = 1)]

        new ServiceCollection().AddRiver(river => { });
        """).AsProgram().Referencing(
            LibraryWith("One", """[assembly: Queue("mail", MaxWorkers = 10)]"""),
            LibraryWith("Two", """[assembly: Queue("mail", MaxWorkers = 20)]""")));

    [Fact]
    public Task Valid_declarations_and_other_attributes_are_fine() => IsSilentAsync(
        """
        [assembly: Queue("default", MaxWorkers = 10_000), Queue("a|b-c_9")]
        [assembly: Queue("tenant_*", Dynamic = true, External = true)]
        [assembly: Other.Queue("NOT OURS")]

        namespace Other
        {
            [AttributeUsage(AttributeTargets.Assembly)]
            public sealed class QueueAttribute(string name) : Attribute { public string Name { get; } = name; }
        }
        """);

    [Theory]
    [InlineData("", "it is empty")]
    [InlineData("Really Not A Queue!", "only lower-case letters")]
    public Task A_malformed_queue_of_a_job_is_not_offered_to_be_declared(string name, string reason) => SaysAsync(
        $"[assembly: Queue(\"default\")]\n[Job(Queue = [|\"{name}\"|])] public sealed partial record Ping;", $"queue '{name}' is malformed", reason);

    [Theory]
    [InlineData("Queues.Bulk + \"x\"")]
    [InlineData("\"b\" + Names.Bulk")]
    [InlineData("$\"{Queues.Bulk}_2\"")]
    [InlineData("(string)Queues.Bulk")]
    [InlineData("nameof(Queues.Bulk)")]
    public async Task A_name_put_together_from_a_generated_constant_is_reported(string queue)
    {
        var code = Code.Of(
            $$"""
            [assembly: Queue("bulk"), Queue("bulkx"), Queue("bbulk"), Queue("bulk_2"), Queue("default")]
            [Job(Queue = [|{{queue}}|])] public sealed partial record Ping;
            public static class Names { public const string Bulk = Queues.Bulk; }
            """);
        if (queue.StartsWith("nameof", StringComparison.Ordinal))
            code = Code.Of(code.Files[1].Markup.Text.Replace(queue, "{|RIVER004:{|RIVER005:" + queue + "|}|}", StringComparison.Ordinal));

        Assert.All(await ReportsAsync(code), diagnostic => Assert.Equal(Microsoft.CodeAnalysis.DiagnosticSeverity.Error, diagnostic.Severity));
    }

    [Fact]
    public Task Generated_constants_by_themselves_are_fine() => IsSilentAsync(
        """
        [assembly: Queue("bulk"), Queue("bulkx")]
        [Job(Queue = Queues.Bulk)] public sealed partial record Ping;
        [Job(Queue = (River.Queues.Bulk))] public sealed partial record Pong;
        [Job(Queue = Names.Bulk)] public sealed partial record Pang;
        [Job(Queue = Names.Plain + "x")] public sealed partial record Peng;
        public static class Names { public const string Bulk = Queues.Bulk; public const string Plain = "bulk"; }
        """);
}
