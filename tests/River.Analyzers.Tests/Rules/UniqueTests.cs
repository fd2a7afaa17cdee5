using Microsoft.CodeAnalysis;
using River.Analyzers.Tests.Harness;
using Xunit;

namespace River.Analyzers.Tests.Rules;

public sealed class UniqueStatesTests() : RuleTest("RIVER016")
{
    [Theory]
    [InlineData("JobStates.Available | JobStates.Pending | JobStates.Scheduled", "leave out Running, and River requires it", "add JobStates.Running")]
    [InlineData("JobStates.Available", "leave out Pending, Running and Scheduled", "add JobStates.Pending | JobStates.Running | JobStates.Scheduled")]
    [InlineData("JobStates.Default & ~JobStates.Pending", "leave out Pending", "add JobStates.Pending")]
    [InlineData("0", "leave out Available, Pending, Running and Scheduled", "write JobStates.Default, or JobStates.Incomplete")]
    [InlineData("JobStates.None", "leave out Available", "JobStates.Default")]
    [InlineData("(JobStates)511", "bits that stand for no state", "by their names")]
    public Task States_that_lack_a_required_one_are_reported_where_they_are_written(string states, string what, string advice) => SaysAsync(
        $"[Job, Unique(Args = true, States = [|{states}|])] public sealed partial record Ping;",
        "the unique states of 'Ping' are refused", what, advice);

    [Fact]
    public Task The_usual_sets_and_sets_of_ones_own_are_fine() => IsSilentAsync(
        """
        [Job, Unique(States = JobStates.Default)] public sealed partial record Usual;
        [Job, Unique(States = JobStates.Incomplete)] public sealed partial record OneAtATime;
        [Job, Unique(States = JobStates.Available | JobStates.Pending | JobStates.Running | JobStates.Scheduled)] public sealed partial record Least;
        [Job, Unique(States = (JobStates)255)] public sealed partial record All;
        public static class Other { public const JobStates States = JobStates.Running; }
        """);

    [Fact]
    public Task The_fix_adds_what_is_missing_and_keeps_what_is_there() => FixesAsync(
        """
        [Job, Unique(Args = true, States = [|JobStates.Available | JobStates.Completed|], Queue = true)]
        public sealed partial record Ping;

        [Job, Unique(States = [|0|])]
        public sealed partial record Pong;

        [Job, Unique(States = [|true ? JobStates.Running : JobStates.Available|])]
        public sealed partial record Pang;
        """,
        """
        [Job, Unique(Args = true, States = JobStates.Available | JobStates.Completed | JobStates.Pending | JobStates.Running | JobStates.Scheduled, Queue = true)]
        public sealed partial record Ping;

        [Job, Unique(States = JobStates.Default)]
        public sealed partial record Pong;

        [Job, Unique(States = (true ? JobStates.Running : JobStates.Available) | JobStates.Available | JobStates.Pending | JobStates.Scheduled)]
        public sealed partial record Pang;
        """);

    [Fact]
    public Task The_fix_names_the_states_so_that_they_are_found() => FixesAsync(
        """
        using static River.JobStates;

        [Job, Unique(States = [|Available|])]
        public sealed partial record Ping;
        """,
        """
        using static River.JobStates;

        [Job, Unique(States = Available | Pending | Running | Scheduled)]
        public sealed partial record Ping;
        """);

    [Fact]
    public async Task Bits_of_no_state_are_not_fixed() =>
        Assert.Empty(await OffersAsync(Code.Of("[Job, Unique(States = [|(JobStates)511|])] public sealed partial record Ping;")));
}

public sealed class InvalidUniqueTests() : RuleTest("RIVER017")
{
    [Theory]
    [InlineData("infinite", "for as long as it is in one of its unique states")]
    [InlineData("0s", "write '1s' or more")]
    [InlineData("999ms", "at least one second")]
    public Task A_period_that_is_no_bucket_is_reported(string period, string words) => SaysAsync(
        $"[Job, Unique(Args = true, Period = [|\"{period}\"|])] public sealed partial record Ping;",
        "'Ping' can't be unique like this", $"its unique period is '{period}'", words);

    [Fact]
    public Task A_period_of_a_second_and_more_is_fine() => IsSilentAsync(
        """
        [Job, Unique(Period = "1s")] public sealed partial record Ping;
        [Job, Unique(Period = "7.00:00:00", ExcludeKind = true)] public sealed partial record Pong;
        [Job, Unique(Period = null)] public sealed partial record Pang;
        """);

    [Theory]
    [InlineData("public int Id { get; set; } [[|Unique|]] private int Secret { get; set; }")]
    [InlineData("[[|Unique|]] public int Field;")]
    [InlineData("[[|Unique|]] public static int Static { get; set; }")]
    [InlineData("[[|Unique|], System.Text.Json.Serialization.JsonIgnore] public int Ignored { get; set; }")]
    [InlineData("public Ping([[|Unique|]] int other = 0) { } [System.Text.Json.Serialization.JsonConstructor] public Ping() { }")]
    public Task A_mark_on_what_is_not_stored_is_reported_at_the_mark(string members) => SaysAsync(
        $"[Job] public sealed partial class Ping {{ {members} }}",
        "'Ping' can't be unique like this", "isn't stored");

    [Fact]
    public Task A_mark_inside_a_nested_type_counts_too() => ReportsAsync(
        """
        [Job] public sealed partial record Ping([Unique] int Id, Address To);
        public sealed record Address([Unique] string Street) { [[|Unique|]] internal string? Hidden { get; set; } }
        """);

    [Theory]
    [InlineData("a.b")]
    [InlineData("a*")]
    [InlineData("a?")]
    [InlineData("a|b")]
    [InlineData("#")]
    [InlineData("@id")]
    [InlineData(":id")]
    [InlineData("")]
    public Task A_JSON_name_that_a_key_would_mangle_is_reported_at_the_name(string name) => SaysAsync(
        $"[Job, Unique(Args = true)] public sealed partial record Ping([property: System.Text.Json.Serialization.JsonPropertyName([|\"{name}\"|])] int Id, string Text);",
        $"the JSON name '{name}' of 'Id'");

    [Fact]
    public Task Names_outside_the_key_may_be_anything() => IsSilentAsync(
        """
        using System.Text.Json.Serialization;

        [Job] public sealed partial record Ping([property: JsonPropertyName("a.b")] int Id);
        [Job] public sealed partial record Pong([property: JsonPropertyName("a.b")] int Id, [Unique] string Text);
        [Job, Unique(Queue = true)] public sealed partial record Pang([property: JsonPropertyName("a.b")] int Id);
        [Job, Unique(Args = true)] public sealed partial record Peng([property: JsonPropertyName("a:b-c$")] int Id);
        """);

    [Fact]
    public Task A_key_of_nothing_is_reported() => SaysAsync(
        "[Job, Unique(ExcludeKind = [|true|])] public sealed partial record Ping(int Id);", "ExcludeKind leaves nothing in its key", "add Args, Period or Queue");

    [Fact]
    public async Task A_floating_point_member_of_a_key_is_a_warning()
    {
        var found = await ReportsAsync(
            """
            [Job, Unique(Args = true)] public sealed partial record Ping(double [|Amount|], int Id, float? [|Rate|]);
            [Job] public sealed partial record Pong([Unique] Half [|Share|], double Ignored);
            [Job, Unique(Queue = true)] public sealed partial record Pang(double Amount);
            [Job, Unique(Args = true)] public sealed partial record Peng(decimal Amount);
            """);

        Assert.All(found, diagnostic => Assert.Equal(DiagnosticSeverity.Warning, diagnostic.Severity));
    }
}

public sealed class PeriodAsMutexTests() : RuleTest("RIVER032")
{
    private const string Worker = "public Task WorkAsync(Job<Import> job, CancellationToken cancellationToken) => Task.CompletedTask;";

    [Theory]
    [InlineData("[Job, Periodic(\"@hourly\")]", "is enqueued on a schedule")]
    [InlineData("[Job(Timeout = \"infinite\")]", "its Timeout is 'infinite'")]
    [InlineData("[Job(Timeout = \"61m\")]", "its Timeout is '61m'")]
    public Task A_period_beside_a_schedule_or_a_longer_timeout_is_reported(string job, string reason) => SaysAsync(
        job + "[Unique(Args = true, Period = [|\"1h\"|])] public sealed partial record Import;",
        "unique period used as a mutex: 'Import'", reason, "JobStates.Incomplete");

    [Fact]
    public Task The_schedule_may_stand_on_the_worker() => ReportsAsync(
        $$"""
        [Job, Unique(Period = [|"1h"|])] public sealed partial record Import;
        [Periodic("@hourly")] public sealed class ImportWorker : IWorker<Import> { {{Worker}} }
        """);

    [Fact]
    public async Task The_schedule_may_stand_in_another_project()
    {
        var code = Code.Of(
            $$"""
            [[|Periodic("@hourly")|]] public sealed class ImportWorker : IWorker<Import> { {{Worker}} }
            """).Referencing(Code.Of("[Job, Unique(Period = \"1h\")] public sealed partial record Import;").Named("Contracts"));

        await ReportsAsync(code);
        Assert.Empty(await OffersAsync(code));
    }

    [Fact]
    public Task A_period_without_schedule_and_with_a_shorter_timeout_is_fine() => IsSilentAsync(
        """
        [Job, Unique(Period = "1h")] public sealed partial record Plain;
        [Job(Timeout = "1h"), Unique(Args = true, Period = "1h")] public sealed partial record Equal;
        [Job(Timeout = "infinite"), Periodic("@hourly"), Unique(States = JobStates.Incomplete)] public sealed partial record OneAtATime;
        [Job, Periodic("@hourly")] public sealed partial record Scheduled;
        """);

    [Fact]
    public Task The_fix_makes_it_unique_while_incomplete() => FixesAsync(
        """
        [Job, Periodic("@hourly"), Unique(Args = true, Period = [|"1h"|], Queue = true)]
        public sealed partial record Import;

        [Job, Periodic("@hourly")]
        [Unique(Period = [|"1h"|])]
        public sealed partial record Alone;

        [Job, Periodic("@hourly"), Unique(States = JobStates.Default, Period = [|"1h"|])]
        public sealed partial record WithStates;
        """,
        """
        [Job, Periodic("@hourly"), Unique(Args = true, States = JobStates.Incomplete, Queue = true)]
        public sealed partial record Import;

        [Job, Periodic("@hourly")]
        [Unique(States = JobStates.Incomplete)]
        public sealed partial record Alone;

        [Job, Periodic("@hourly"), Unique(States = JobStates.Incomplete)]
        public sealed partial record WithStates;
        """);
}

public sealed class NeverDuplicateTests() : RuleTest("RIVER038")
{
    [Theory]
    [InlineData("DateTimeOffset [|RequestedAt|]", "'RequestedAt' is a moment in time")]
    [InlineData("int Id, DateTime? [|Timestamp|]", "'Timestamp' is a moment in time")]
    [InlineData("Guid [|CorrelationId|]", "'CorrelationId' is a random Guid")]
    public Task A_member_that_is_new_each_time_is_reported(string parameters, string what) => SaysAsync(
        $"[Job, Unique(Args = true)] public sealed partial record Ping({parameters});", "'Ping' is unique by all its arguments", what, "[Unique]");

    [Fact]
    public Task An_initializer_tells_it_too() => ReportsAsync(
        """
        [Job, Unique(Args = true)]
        public sealed partial record Ping
        {
            public Guid [|Id|] { get; init; } = Guid.NewGuid();
            public Guid OrderId { get; init; }
            public DateTimeOffset [|Day|] { get; init; } = DateTimeOffset.UtcNow;
        }
        """);

    [Fact]
    public Task A_new_Guid_where_the_job_is_made_is_reported_there() => SaysAsync(
        """
        [Job, Unique(Args = true)] public sealed partial record Ping(int Id, Guid Key);
        public static class Use { public static object[] Them(Guid order) => [new Ping(1, [|Guid.NewGuid()|]), new Ping(1, order)]; }
        """,
        "'Key' is a new Guid here");

    [Fact]
    public Task Keys_days_and_marked_members_are_fine() => IsSilentAsync(
        """
        [Job, Unique(Args = true)] public sealed partial record ByKey(Guid OrderId, DateOnly Day, DateTime ReportDate, DateTimeOffset PeriodStart);
        [Job] public sealed partial record Marked([Unique] int Id, DateTimeOffset CreatedAt);
        [Job, Unique(Args = true)] public sealed partial record MarkedToo([Unique] int Id, DateTimeOffset CreatedAt);
        [Job, Unique(Queue = true)] public sealed partial record NotByArgs(DateTimeOffset CreatedAt);
        [Job] public sealed partial record NotUnique(DateTimeOffset CreatedAt);
        [Job, Periodic("@daily"), Unique(Args = true)]
        public sealed partial record Scheduled(DateTimeOffset At) { public static Scheduled Create(PeriodicContext context) => new(context.Slot); }
        public static class Use { public static object[] Them() => [new NotUnique(DateTimeOffset.UtcNow), new Random2(Guid.NewGuid())]; }
        public sealed record Random2(Guid Id);
        """);
}
