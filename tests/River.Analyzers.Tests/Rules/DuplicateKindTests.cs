using River.Analyzers.Tests.Harness;
using Xunit;

namespace River.Analyzers.Tests.Rules;

public sealed class DuplicateKindTests() : RuleTest("RIVER003")
{
    [Fact]
    public async Task Two_jobs_of_one_kind_are_both_reported_and_each_names_the_other()
    {
        var found = await ReportsAsync(
            """
            namespace A
            {
                [Job]
                public sealed partial record [|SendMail|];
            }

            namespace B
            {
                [Job(Kind = [|"send_mail"|])]
                public sealed partial record Letter;
            }
            """);

        Assert.All(found, diagnostic => Assert.Contains("kind 'send_mail'", diagnostic.GetMessage(), StringComparison.Ordinal));
        Assert.All(found, diagnostic => Assert.Contains("'A.SendMail'", diagnostic.GetMessage(), StringComparison.Ordinal));
        Assert.All(found, diagnostic => Assert.Contains("'B.Letter'", diagnostic.GetMessage(), StringComparison.Ordinal));
        Assert.All(found, diagnostic => Assert.Single(diagnostic.AdditionalLocations));
    }

    [Theory]
    [InlineData("[Job(KindAliases = [\"older\", [|\"ping\"|]])]")]
    [InlineData("[Job(Kind = \"pong\", KindAliases = [[|\"pong\"|]])]")]
    public Task An_alias_equal_to_the_kind_is_reported_at_the_alias(string job) =>
        SaysAsync(job + " public sealed partial record Ping;", "stands for both 'Ping' and an earlier kind of 'Ping'", "take the alias away");

    [Fact]
    public async Task An_alias_is_a_kind()
    {
        var found = await ReportsAsync(
            """
            [Job]
            public sealed partial record [|SendMail|];

            [Job(KindAliases = ["letter_v1", [|"send_mail"|]])]
            public sealed partial record Letter;
            """);

        Assert.Contains("an earlier kind of 'Letter'", found[0].GetMessage(), StringComparison.Ordinal);
    }

    [Fact]
    public Task Kinds_of_referenced_assemblies_count() => SaysAsync(
        Code.Of(
            """
            [Job(Kind = [|"old_mail"|])]
            public sealed partial record SendMail;
            """).Referencing(Code.Of(
            """
            namespace Mail;

            [Job(KindAliases = ["old_mail"])]
            public sealed partial record Letter;
            """).Named("Mail.Jobs")),
        "an earlier kind of 'Mail.Letter' in 'Mail.Jobs'", "'SendMail'");

    [Fact]
    public Task Two_libraries_that_clash_are_reported_where_a_program_puts_them_together() => SaysAsync(
        Code.Of(
            """
            var services = new ServiceCollection();
            [|services.AddRiverClient(river => river.UsePostgres("Host=x").AddJobs().AllowUndeclaredQueues())|];
            """).AsProgram().Referencing(
                Code.Of("namespace A; [Job(Kind = \"shared\")] public sealed partial record One;").Named("A.Jobs"),
                Code.Of("namespace B; [Job(Kind = \"shared\")] public sealed partial record Two;").Named("B.Jobs")),
        "kind 'shared'", "'A.One' in 'A.Jobs'", "'B.Two' in 'B.Jobs'");

    [Fact]
    public Task Two_libraries_that_clash_are_no_fault_of_a_third() => ReportsAsync(
        Code.Of("[Job] public sealed partial record Three;").Referencing(
            Code.Of("namespace A; [Job(Kind = \"shared\")] public sealed partial record One;").Named("A.Jobs"),
            Code.Of("namespace B; [Job(Kind = \"shared\")] public sealed partial record Two;").Named("B.Jobs")));

    [Fact]
    public Task Different_kinds_and_aliases_are_fine() => IsSilentAsync(
        """
        [Job(KindAliases = ["mail"])]
        public sealed partial record SendMail;

        [Job]
        public sealed partial record SendFax;
        """);
}
