using River.Analyzers.Tests.Harness;
using Xunit;

namespace River.Analyzers.Tests.Rules;

public sealed class CronNeverFiresTests() : RuleTest("RIVER010")
{
    [Theory]
    [InlineData("0 0 30 2 *")]
    [InlineData("0 0 31 2,4,6,9,11 *")]
    [InlineData("0 30 4 31 4,6 ?")]
    [InlineData("TZ=Europe/Rome 0 0 30,31 feb *")]
    public Task A_date_that_no_calendar_has_is_reported(string cron) => SaysAsync(
        $"[Job, Periodic([|\"{cron}\"|])] public sealed partial record Ping;", $"cron expression '{cron}' never fires");

    [Fact]
    public Task Dates_that_come_round_are_fine() => IsSilentAsync(
        """
        [Job, Periodic("0 0 29 2 *"), Periodic("0 0 31 * *", Id = "a1"), Periodic("0 0 31 2 1", Id = "a2"), Periodic("@every 90s", Id = "a3"), Periodic("0 0 31 2,3 *", Id = "a4")]
        public sealed partial record Ping;
        """);

    [Fact]
    public Task What_cannot_be_read_is_another_rules() => ReportsAsync(
        """[Job, Periodic("0 0 {|RIVER009:32|} 2 *")] public sealed partial record Ping;""");
}

public sealed class UnknownTimeZoneTests() : RuleTest("RIVER011")
{
    [Theory]
    [InlineData("Europe/Berlim", "did you mean 'Europe/Berlin'?")]
    [InlineData("europe/berlin", "did you mean 'Europe/Berlin'?")]
    [InlineData("America/NewYork", "did you mean 'America/New_York'?")]
    [InlineData("W. Europe Standard Time", "a name of Windows'")]
    [InlineData("Somewhere/Over the rainbow", "write an IANA name")]
    [InlineData("Europe/Xyzzyx", "write an IANA name")]
    [InlineData("", "write an IANA name")]
    public Task A_zone_that_the_list_lacks_is_reported_where_it_is_written(string zone, string advice) => SaysAsync(
        $"[Job, Periodic(\"@daily\", TimeZone = [|\"{zone}\"|])] public sealed partial record Ping;",
        $"time zone '{zone}' is not in the IANA list (tzdata 2025b)", advice);

    [Fact]
    public Task A_zone_in_front_of_the_expression_is_read_too() => ReportsAsync(
        """[Job, Periodic("CRON_TZ=[|Asia/Tokio|] 0 9 * * *")] public sealed partial record Ping;""");

    [Fact]
    public Task Zones_and_links_of_the_list_are_fine() => IsSilentAsync(
        """
        [Job, Periodic("@daily", TimeZone = "Europe/Kyiv"), Periodic("@daily", Id = "a1", TimeZone = "US/Pacific"), Periodic("@daily", Id = "a2", TimeZone = "UTC")]
        [Periodic("@daily", Id = "a3", TimeZone = null), Periodic("TZ=America/Argentina/Buenos_Aires 0 0 * * *", Id = "a4"), Periodic("@daily", Id = "a5", TimeZone = "America/Coyhaique"), Periodic("@daily", Id = "a6", TimeZone = "Etc/GMT+12")]
        public sealed partial record Ping;

        public static class Other { public const string TimeZone = "Nowhere"; }
        """);

    [Fact]
    public Task The_fix_writes_the_nearest_name() => FixesAsync(
        """
        [Job, Periodic("@daily", TimeZone = [|"Europe/Berlim"|])]
        public sealed partial record Ping;

        [Job, Periodic(@"TZ=[|Asia/Tokio|] 0 9 * * *")]
        public sealed partial record Pong;

        [Job, Periodic("@daily", TimeZone = [|Zones.Home|])]
        public sealed partial record Pang;

        public static class Zones { public const string Home = "europe/rome"; }
        """,
        """
        [Job, Periodic("@daily", TimeZone = "Europe/Berlin")]
        public sealed partial record Ping;

        [Job, Periodic(@"TZ=Asia/Tokyo 0 9 * * *")]
        public sealed partial record Pong;

        [Job, Periodic("@daily", TimeZone = "Europe/Rome")]
        public sealed partial record Pang;

        public static class Zones { public const string Home = "europe/rome"; }
        """);
}

public sealed class UnscheduledJobTests() : RuleTest("RIVER026")
{
    private const string Queues = "[assembly: Queue(\"default\")]";
    private const string Worker = "public Task WorkAsync(Job<Ping> job, CancellationToken cancellationToken) => Task.CompletedTask;";

    [Fact]
    public Task A_schedule_in_a_program_that_only_enqueues_is_reported() => SaysAsync(
        Program(
            """
            new ServiceCollection().AddRiverClient(river => river.AddJobs());

            [Job, [|Periodic("@daily")|]] public sealed partial record Ping;
            """),
        "the schedule on 'Ping' would never be followed", "AddRiverClient", "AddRiver");

    [Fact]
    public Task On_a_worker_and_more_than_once_it_is_reported_too() => ReportsAsync(Program(
        $$"""
        new ServiceCollection().AddRiverClient(river => river.AddJobs());

        [Job] public sealed partial record Ping;
        [[|Periodic("@daily")|], [|Periodic("@hourly", Id = "hourly")|]] public sealed class PingWorker : IWorker<Ping> { {{Worker}} }
        """));

    [Fact]
    public Task The_periodic_calls_are_reported() => ReportsAsync(Program(
        """
        new ServiceCollection().AddRiverClient(river => river.AddJobs());

        public static class Use { public static Task It(IRiverHost host) => [|host.AddPeriodicAsync(null!)|]; }
        """));

    [Fact]
    public Task Programs_that_work_jobs_and_libraries_may_have_schedules() => Task.WhenAll(
        IsSilentAsync("[Job, Periodic(\"@daily\")] public sealed partial record Ping; public static class Use { public static void It(IServiceCollection services) => services.AddRiverClient(river => { }); }"),
        ReportsAsync(Program(
            $$"""
            if (args.Length == 0)
                new ServiceCollection().AddRiverClient(river => river.AddJobs());
            else
                new ServiceCollection().AddRiver(river => river.AddJobs());

            [Job, Periodic("@daily")] public sealed partial record Ping;
            public sealed class PingWorker : IWorker<Ping> { {{Worker}} }
            """)));

    [Fact]
    public Task Schedules_of_references_are_their_hosts() => ReportsAsync(
        Program("new ServiceCollection().AddRiverClient(river => river.AddJobs());").Referencing(
            Code.Of("[Job, Periodic(\"@daily\")] public sealed partial record Ping;").And("Queues.cs", Queues).Named("Contracts")));

    private static Code Program(string code) => Code.Of(code).And("Queues.cs", Queues).AsProgram();
}
