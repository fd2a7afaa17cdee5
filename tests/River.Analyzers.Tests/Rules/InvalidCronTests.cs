using River.Analyzers.Tests.Harness;
using Xunit;

namespace River.Analyzers.Tests.Rules;

public sealed class InvalidCronTests() : RuleTest("RIVER009")
{
    [Theory]
    [InlineData("\"* [|24|] * * *\"")]
    [InlineData("\"*\\t[|24|]\\u0020* * *\"")]
    [InlineData("\"\\x20* [|\\x32\\u0034|] * * *\"")]
    [InlineData("@\"* [|24|] * * *\"")]
    [InlineData("@\"* [|\"\"|] * * *\"")]
    [InlineData("\"\"\"* [|24|] * * *\"\"\"")]
    [InlineData("\"\"\"\"\"* [|24|] * * *\"\"\"\"\"")]
    [InlineData("\"\"\"\n        * [|24|] * * *\n        \"\"\"")]
    [InlineData("\"\"\"\n            *\n\n          [|24|] * *\n        *\n        \"\"\"")]
    [InlineData("\"\"\"\r\n    *\r\n    [|24|] * * *\r\n    \"\"\"")]
    [InlineData("[|\"\"|]")]
    [InlineData("\"[|* * * *|]\"")]
    [InlineData("\"* * [|\\U0001F600|] * *\"")]
    [InlineData("[|Times.Bad|]")]
    [InlineData("[|\"* 24 \" + \"* * *\"|]")]
    public Task The_field_to_blame_is_marked_inside_the_text(string cron) => ReportsAsync(
        $$"""
        [Job, Periodic({{cron}})]
        public sealed partial record Ping;

        internal static class Times { public const string Bad = "* 24 * * *"; }
        """);

    [Fact]
    public Task The_message_says_what_is_wrong_with_it() => SaysAsync(
        """
        [Job, Periodic("* [|24|] * * *")]
        public sealed partial record Ping;
        """,
        "cron expression '* 24 * * *' is not valid: the hour field has the value 24; allowed are 0 to 23");

    [Fact]
    public Task Schedules_on_workers_are_read_too() => ReportsAsync(
        """
        [Job]
        public sealed partial record Ping;

        [Periodic("[|@dayly|]", TimeZone = "Europe/Paris")]
        [Periodic("0 3 * * *", Id = "fine")]
        public sealed class PingWorker : IWorker<Ping>
        {
            public Task WorkAsync(Job<Ping> job, CancellationToken cancellationToken) => Task.CompletedTask;
        }
        """);

    [Fact]
    public Task Valid_expressions_are_fine() => IsSilentAsync(
        """
        [Job, Periodic("*/5 * * * *"), Periodic("@every 90s", Id = "often"), Periodic("0 0 3 * * MON-FRI", Id = "nightly"), Periodic("TZ=Europe/Paris @daily", Id = "daily")]
        public sealed partial record Ping;
        """);
}
