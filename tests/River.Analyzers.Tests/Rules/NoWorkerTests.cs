using River.Analyzers.Tests.Harness;
using Xunit;

namespace River.Analyzers.Tests.Rules;

public sealed class NoWorkerTests() : RuleTest("RIVER013")
{
    private const string Host =
        """
        var services = new ServiceCollection();
        services.AddRiver(river => river.UsePostgres("Host=x").AddJobs());

        """;

    private const string Queues =
        """
        [assembly: Queue("default")]
        [assembly: Queue("mail")]
        [assembly: Queue("fax", External = true)]
        [assembly: Queue("tenant_*", Dynamic = true)]
        """;

    private static Code Program(string code, string host = Host) => Code.Of(host + code).And("Queues.cs", Queues).AsProgram();

    [Fact]
    public Task A_job_that_nobody_works_is_reported_at_its_name() => SaysAsync(
        Program(
            """
            [Job(Queue = "mail")]
            public sealed partial record [|SendInvoice|](long OrderId);
            """),
        "job 'SendInvoice' has no worker", "queue 'mail'", "External = true");

    [Fact]
    public Task Worked_external_and_self_working_jobs_are_fine() => ReportsAsync(Program(
        """
        [Job]
        public sealed partial record Worked;

        [Job(External = true)]
        public sealed partial record Elsewhere;

        [Job(Queue = "fax")]
        public sealed partial record OfFax;

        [Job]
        public sealed partial record Itself { public Task WorkAsync() => Task.CompletedTask; }

        public class WorkerBase : IWorker<Worked>
        {
            public Task WorkAsync(Job<Worked> job, CancellationToken cancellationToken) => Task.CompletedTask;
        }
        """));

    [Fact]
    public Task A_worker_that_is_not_registered_is_none() => ReportsAsync(Program(
        """
        [Job]
        public sealed partial record [|Ping|];

        [NotRegistered]
        public class PingWorker : IWorker<Ping>
        {
            public Task WorkAsync(Job<Ping> job, CancellationToken cancellationToken) => Task.CompletedTask;
        }

        public abstract class PingBase : IWorker<Ping>
        {
            public abstract Task WorkAsync(Job<Ping> job, CancellationToken cancellationToken);
        }
        """));

    [Theory]
    [InlineData("river.Work(\"mail\", 0)")]
    [InlineData("river.Work(Queues.Mail, maxWorkers: 0)")]
    [InlineData("river.Work(maxWorkers: 0, queue: \"mail\")")]
    [InlineData("river.Work(\"mail\", args.Length)")]
    [InlineData("river.Work(args[0], 0)")]
    [InlineData("river.Configure(options => options.MaxWorkers[\"mail\"] = 0)")]
    public Task A_queue_that_the_program_may_not_work_is_passed_over(string call) => ReportsAsync(Program(
        """
        [Job(Queue = "mail")]
        public sealed partial record SendInvoice(long OrderId);
        """,
        $"new ServiceCollection().AddRiver(river => {call});\n"));

    [Theory]
    [InlineData("river.Work(\"mail\", 5)")]
    [InlineData("river.Work(\"default\", 0)")]
    [InlineData("river.Work(args[0], 7)")]
    [InlineData("river.Configure(options => options.MaxWorkers[\"mail\"] = 3)")]
    public Task Other_calls_change_nothing(string call) => ReportsAsync(Program(
        """
        [Job(Queue = "mail")]
        public sealed partial record [|SendInvoice|](long OrderId);
        """,
        $"new ServiceCollection().AddRiver(river => {call});\n"));

    [Fact]
    public Task A_member_of_a_family_is_worked_with_it() => ReportsAsync(Program(
        """
        [Job(Queue = "tenant_7")]
        public sealed partial record [|OfTenant|];
        """));

    [Fact]
    public Task Programs_that_only_enqueue_are_passed_over() => ReportsAsync(Program(
        "[Job] public sealed partial record Ping;",
        "new ServiceCollection().AddRiverClient(river => river.AddJobs());\n"));

    [Fact]
    public Task Libraries_are_passed_over() => ReportsAsync(Code.Of(
        """
        [Job] public sealed partial record Ping;

        public static class Setup { public static void Add(IServiceCollection services) => services.AddRiver(river => { }); }
        """).And("Queues.cs", Queues));

    [Fact]
    public Task A_job_of_a_reference_is_reported_where_the_program_takes_it_in() => SaysAsync(
        Code.Of("[|new ServiceCollection().AddRiver(river => river.AddJobs())|];").AsProgram().Referencing(Contracts),
        "job 'SendInvoice' has no worker");

    [Fact]
    public Task A_worker_here_or_in_another_reference_works_it() => ReportsAsync(
        Code.Of(
            """
            new ServiceCollection().AddRiver(river => river.AddJobs());

            public class SendInvoiceWorker : IWorker<Contracts.SendInvoice>
            {
                public Task WorkAsync(Job<Contracts.SendInvoice> job, CancellationToken cancellationToken) => Task.CompletedTask;
            }
            """).AsProgram().Referencing(Contracts));

    [Fact]
    public Task An_invalid_job_is_left_to_the_rule_that_says_why() => ReportsAsync(Program(
        """
        [Job(MaxAttempts = {|RIVER006:0|})]
        public sealed partial record Ping;
        """));

    [Fact]
    public Task The_fix_writes_a_worker_next_to_the_job() => FixesAsync(
        Program(
            """
            [Job]
            public sealed partial record [|PingJob|](int Id);

            public static partial class Outer
            {
                [Job]
                internal sealed partial record [|Pong|];
            }

            public class PongWorker;
            """),
        Program(
            """
            [Job]
            public sealed partial record PingJob(int Id);

            public sealed class PingWorker : IWorker<PingJob>
            {
                public Task WorkAsync(Job<PingJob> job, CancellationToken cancellationToken)
                {
                    throw new NotImplementedException();
                }
            }

            public static partial class Outer
            {
                [Job]
                internal sealed partial record Pong;

                internal sealed class PongWorker2 : IWorker<Pong>
                {
                    public Task WorkAsync(Job<Pong> job, CancellationToken cancellationToken)
                    {
                        throw new NotImplementedException();
                    }
                }
            }

            public class PongWorker;
            """));

    [Fact]
    public Task For_a_job_of_a_reference_it_goes_to_the_end_of_the_program() => FixesAsync(
        Code.Of(
            """
            [|new ServiceCollection().AddRiver(river => river.AddJobs())|];

            public class Last;

            """).AsProgram().Referencing(Contracts),
        Code.Of(
            """
            new ServiceCollection().AddRiver(river => river.AddJobs());

            public class Last;

            public sealed class SendInvoiceWorker : IWorker<Contracts.SendInvoice>
            {
                public Task WorkAsync(Job<Contracts.SendInvoice> job, CancellationToken cancellationToken)
                {
                    throw new NotImplementedException();
                }
            }

            """).AsProgram().Referencing(Contracts));

    private static Code Contracts => Code.Of(
        """
        [assembly: Queue("mail")]

        namespace Contracts;

        [Job(Queue = "mail")]
        public sealed partial record SendInvoice(long OrderId);

        [Job(External = true, Queue = "mail")]
        public sealed partial record Elsewhere;
        """).Named("Contracts");
}
