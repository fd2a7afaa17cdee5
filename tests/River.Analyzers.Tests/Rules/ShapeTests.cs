using River.Analyzers.Tests.Harness;
using Xunit;

namespace River.Analyzers.Tests.Rules;

public sealed class NotSerializableTests() : RuleTest("RIVER015")
{
    [Fact]
    public Task A_member_that_cannot_be_stored_is_reported_at_the_member() => SaysAsync(
        """
        [Job]
        public sealed partial record Upload(long Id, System.IO.Stream [|Content|]);
        """,
        "'Upload.Content' can't be serialized");

    [Theory]
    [InlineData("IReadOnlySet<int>", "ISet")]
    [InlineData("(int A, string B)", "tuple")]
    [InlineData("Dictionary<int, string>", "its keys are 'int', but JSON's are texts; use string keys")]
    [InlineData("Dictionary<string, Dictionary<Guid, int>>", "its keys are 'Guid'")]
    [InlineData("Numbers", "collection")]
    public Task Collections_that_are_not_covered_say_what_to_take_instead(string type, string words) => SaysAsync(
        $$"""
        [Job] public sealed partial record Ping({{type}} [|Values|]);
        public sealed class Numbers : List<int>;
        """,
        "'Ping.Values' can't be serialized", words);

    [Fact]
    public Task What_can_be_stored_is_fine() => IsSilentAsync(
        """
        [Job]
        public sealed partial record Upload(long Id, string Path, List<Part> Parts) { public int Count => Parts.Count; }

        public sealed record Part(int Number, Part? Next);
        """);
}

public sealed class UnregistrableTests() : RuleTest("RIVER034")
{
    [Theory]
    [InlineData("public sealed partial record [|Ping|]<T>;", "generic")]
    [InlineData("public abstract partial record [|Ping|];", "abstract")]
    [InlineData("file sealed partial record [|Ping|];", "local to its file")]
    [InlineData("public static partial class [|Ping|];", "static")]
    [InlineData("public sealed partial class [|Ping|] { private Ping(int x) { } }", "constructor")]
    public Task Shapes_that_no_generated_code_can_name_are_reported(string declaration, string reason) =>
        SaysAsync("[Job] " + declaration, "'Ping' can't be registered", reason);

    [Theory]
    [InlineData("[[|Periodic(\"@daily\")|]] public sealed class Clock;", "[Periodic] is read on a job or on a worker")]
    [InlineData("[[|Periodic(\"@daily\")|]] public abstract class Base : IWorker<Ping> { public abstract Task WorkAsync(Job<Ping> job, CancellationToken cancellationToken); }", "neither abstract nor generic")]
    [InlineData("[[|Unique(Args = true)|]] public sealed record Address(string Street);", "[Unique] is read on a job")]
    [InlineData("[[|Unique(Args = true)|]] public struct Place;", "put it on the type with [Job]")]
    [InlineData("[[|Unique(Args = true)|]] public sealed class PingWorker : IWorker<Ping> { public Task WorkAsync(Job<Ping> job, CancellationToken cancellationToken) => Task.CompletedTask; }", "isn't a job")]
    public Task An_attribute_that_nobody_would_read_is_reported(string declaration, string reason) =>
        SaysAsync("[Job] public sealed partial record Ping;\n" + declaration, "can't be registered", reason);

    [Fact]
    public Task A_worker_that_is_kept_out_on_purpose_may_keep_its_schedule() => IsSilentAsync(
        """
        [Job] public sealed partial record Ping;
        [NotRegistered, Periodic("@daily")] public sealed class PingWorker : IWorker<Ping> { public Task WorkAsync(Job<Ping> job, CancellationToken cancellationToken) => Task.CompletedTask; }
        """);

    [Fact]
    public Task Two_schedules_of_one_id_on_one_job_are_reported_at_the_second() => SaysAsync(
        """[Job, Periodic("@daily"), Periodic("@hourly", Id = "other"), Periodic("@weekly", Id = [|"ping"|])] public sealed partial record Ping;""",
        "'Ping' can't be registered: the schedule id 'ping' is given twice", "give each [Periodic] an Id of its own");

    [Fact]
    public async Task Two_schedules_of_one_id_on_different_types_name_each_other()
    {
        var found = await ReportsAsync(
            """
            [Job, [|Periodic("@daily")|]] public sealed partial record Ping;
            [Job, Periodic("@daily", Id = [|"ping"|])] public sealed partial record Pong;
            """);

        Assert.Contains("here and by 'Pong'", found[0].GetMessage(), StringComparison.Ordinal);
        Assert.Contains("here and by 'Ping'", found[1].GetMessage(), StringComparison.Ordinal);
        Assert.All(found, diagnostic => Assert.Single(diagnostic.AdditionalLocations));
    }

    [Fact]
    public Task A_job_and_its_worker_with_one_schedule_each_need_ids() => ReportsAsync(
        """
        [Job, [|Periodic("@daily")|]] public sealed partial record Ping;
        [[|Periodic("@hourly")|]] public sealed class PingWorker : IWorker<Ping> { public Task WorkAsync(Job<Ping> job, CancellationToken cancellationToken) => Task.CompletedTask; }
        """);

    [Fact]
    public async Task Schedules_of_two_libraries_that_clash_are_reported_where_a_program_takes_them_in()
    {
        const string queues = "[assembly: Queue(\"default\")]";
        var program = Code.Of("[|new ServiceCollection().AddRiver(river => river.Work(\"default\", 0).AddJobs())|];").AsProgram().Referencing(
            Code.Of("[Job, Periodic(\"@daily\", Id = \"nightly\")] public sealed partial record Ping;").And("Queues.cs", queues).Named("One"),
            Code.Of("[Job, Periodic(\"@daily\", Id = \"nightly\")] public sealed partial record Pong;").And("Queues.cs", queues).Named("Two"));

        await SaysAsync(program, "'nightly' is given twice", "'ping' in 'One'", "'pong' in 'Two'");
    }

    [Fact]
    public Task Schedules_with_ids_of_their_own_are_fine() => IsSilentAsync(
        """
        [Job, Periodic("@daily"), Periodic("@hourly", Id = "ping_hourly")] public sealed partial record Ping;
        [Job, Periodic("@daily")] public sealed partial record Pong;
        """);

    [Fact]
    public Task Other_types_of_such_shapes_are_fine() => IsSilentAsync("file abstract record Ping<T>;");
}
