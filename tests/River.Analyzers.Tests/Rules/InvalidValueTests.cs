using River.Analyzers.Tests.Harness;
using Xunit;

namespace River.Analyzers.Tests.Rules;

public sealed class InvalidValueTests() : RuleTest("RIVER008")
{
    [Theory]
    [InlineData("Timeout = [|\"90\"|]", "'90' is not valid", "duration", "'90s'")]
    [InlineData("Timeout = [|\"24:00:00\"|]", "duration", "'24h'")]
    [InlineData("Timeout = [|\"soon\"|]", "duration", "'500ms'")]
    [InlineData("Timeout = [|\"0s\"|]", "duration", "'infinite'")]
    [InlineData("Priority = [|5|]", "'Ping' is not valid", "Priority is 5", "from 1 to 4")]
    [InlineData("Priority = [|0|]", "Priority is 0")]
    [InlineData("Tags = [\"good\", [|\"not good\"|]]", "'not good' is not valid", "tag")]
    [InlineData("Tags = new[] { [|\"ab\"|] }", "tag", "at least three")]
    public Task Values_out_of_range_are_reported_where_they_are_written(string argument, params string[] words) => SaysAsync(
        $$"""
        [Job({{argument}})]
        public sealed partial record Ping;
        """,
        words);

    [Fact]
    public Task The_period_of_a_unique_job_is_a_duration() => SaysAsync(
        """
        [Job, Unique(Period = [|"1 hour"|])]
        public sealed partial record Ping;
        """,
        "the duration of Period is refused");

    [Theory]
    [InlineData("MisfireLimit = [|0|]", "'ping' is not valid", "MisfireLimit is 0", "from 1 to 10000")]
    [InlineData("Misfire = Misfire.All, MisfireLimit = [|10_001|]", "MisfireLimit is 10001")]
    [InlineData("Misfire = [|(Misfire)3|]", "Misfire.Skip")]
    public Task What_a_schedule_says_of_missed_slots_is_checked(string argument, params string[] words) => SaysAsync(
        $$"""
        [Job, Periodic("@daily", {{argument}})]
        public sealed partial record Ping;
        """,
        words);

    [Fact]
    public Task A_schedules_id_is_checked() => SaysAsync(
        """
        [Job, Periodic("@daily", Id = [|"every day"|])]
        public sealed partial record Ping;
        """,
        "'every day' is not valid", "id");

    [Fact]
    public async Task The_number_of_workers_is_checked()
    {
        var found = await ReportsAsync(
            """
            [assembly: Queue("mail", MaxWorkers = [|0|])]
            [assembly: Queue("fax", MaxWorkers = [|10_001|])]
            """);

        Assert.Contains("'mail' is not valid: MaxWorkers is 0", found[0].GetMessage(), StringComparison.Ordinal);
    }

    [Fact]
    public Task Good_values_are_fine() => IsSilentAsync(
        """
        [assembly: Queue("mail", MaxWorkers = 1)]

        [Job(Priority = 4, Timeout = "infinite", Tags = ["abc", "a-b"])]
        public sealed partial record Ping;

        [Job(Priority = 1, Timeout = "1.02:03:04"), Unique(Period = "48h")]
        public sealed partial record Pong;
        """);

    [Fact]
    public Task Numbers_are_clamped_and_tags_cleaned_and_hours_written_as_hours() => FixesAsync(
        """
        [assembly: Queue("mail", MaxWorkers = [|0|])]
        [assembly: Queue("fax", MaxWorkers = [|20_000|])]

        [Job(Priority = [|9|])]
        public sealed partial record Ping;
        """,
        """
        [assembly: Queue("mail", MaxWorkers = 1)]
        [assembly: Queue("fax", MaxWorkers = 10000)]

        [Job(Priority = 4)]
        public sealed partial record Ping;
        """);

    [Theory]
    [InlineData("90", "90s", "seconds")]
    [InlineData("90", "90m", "minutes")]
    [InlineData("24:00:00", "24h", "hours")]
    [InlineData("36:30:05", "1.12:30:05", "hours")]
    public Task A_duration_gets_its_unit(string wrong, string right, string key) => FixesAsync(
        $$"""[Job(Timeout = [|"{{wrong}}"|]), Unique(Period = [|"{{wrong}}"|])] public sealed partial record Ping;""",
        $$"""[Job(Timeout = "{{right}}"), Unique(Period = "{{right}}")] public sealed partial record Ping;""",
        key);

    [Fact]
    public Task A_tag_loses_what_tags_cannot_hold() => FixesAsync(
        """[Job(Tags = ["fine", [|"-not good!"|]])] public sealed partial record Ping;""",
        """[Job(Tags = ["fine", "not_good_"])] public sealed partial record Ping;""");

    [Theory]
    [InlineData("Timeout = [|\"soon\"|]")]
    [InlineData("Timeout = [|\"0\"|]")]
    [InlineData("Timeout = [|\"10:60:00\"|]")]
    [InlineData("Timeout = [|\"0:0:99999\"|]")]
    [InlineData("Tags = [[|\"!\"|]]")]
    public async Task Nothing_is_offered_where_the_meaning_is_open(string argument) =>
        Assert.Empty(await OffersAsync(Code.Of($"[Job({argument})] public sealed partial record Ping;")));
}
