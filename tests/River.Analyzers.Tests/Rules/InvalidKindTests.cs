using River.Analyzers.Tests.Harness;
using Xunit;

namespace River.Analyzers.Tests.Rules;

public sealed class InvalidKindTests() : RuleTest("RIVER002")
{
    [Fact]
    public async Task Kinds_and_aliases_that_River_refuses_are_reported_where_they_are_written()
    {
        var found = await ReportsAsync(
            """
            [Job(Kind = [|"send mail"|], KindAliases = new[] { "fine", [|"-bad"|] })]
            public sealed partial record SendMail;

            [Job(KindAliases = [[|"x"|]])]
            public sealed partial record SendFax;
            """);

        Assert.Contains("kind 'send mail' is not valid: only ASCII letters", found[0].GetMessage(), StringComparison.Ordinal);
    }

    [Fact]
    public Task A_type_name_that_gives_no_kind_is_reported_at_the_type() => SaysAsync(
        """
        [Job]
        public sealed partial record [|Größe|];
        """,
        "größe", "name another by Kind");

    [Fact]
    public Task A_constant_is_reported_where_it_is_used() => ReportsAsync(
        """
        [Job(Kind = [|Kinds.Bad|])]
        public sealed partial record SendMail;

        internal static class Kinds { public const string Bad = ""; }
        """);

    [Fact]
    public Task Kinds_of_River_are_fine() => IsSilentAsync(
        """
        [Job(Kind = "Shop/Mail.v2:send-[x]+<y>", KindAliases = ["sm", "send_mail"])]
        public sealed partial record SendMail;

        [Job]
        public sealed partial record ÄrgerJob2(int Id) { }
        """.Replace("ÄrgerJob2", "AergerJob2", StringComparison.Ordinal));
}
