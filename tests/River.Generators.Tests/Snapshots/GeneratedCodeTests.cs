using River.Generators.Tests.Projects;

namespace River.Generators.Tests.Snapshots;

/// <summary>What a person reads when they go to the definition of something generated.</summary>
public sealed class GeneratedCodeTests
{
    [Fact]
    public Task A_job_with_two_members() => Snapshot.Match(TestProject.Library("""
        namespace Shop;

        /// <summary>Cleans up after a flux.</summary>
        /// <param name="FluxId">The flux.</param>
        [Job(Queue = "cancel_queue")]
        public sealed partial record Cleanup(long FluxId, bool InKubernetes = false);
        """, """[assembly: Queue("cancel_queue", MaxWorkers = 10)]""").Generate().AssertCompiles());

    [Fact]
    public Task Everything_that_can_be_declared() => Snapshot.Match(TestProject.Library("""
        namespace Shop;

        [Job(Kind = "shop.order", Queue = Queues.HighPrio, MaxAttempts = 5, Priority = 2, Tags = ["shop"], Timeout = "15m", KindAliases = ["order"], RetryPolicy = typeof(Patient))]
        [Unique(Period = "1h", States = JobStates.Incomplete)]
        public sealed partial record PlaceOrder([Unique] long Id, Customer Customer, IReadOnlyList<Line> Lines, Urgency Urgency) : IArgsUpgrade
        {
            [Upgrades("urgency", "customer.site")]
            static void IArgsUpgrade.Upgrade(System.Text.Json.Nodes.JsonObject args, JobRow job) => args.Remove("urgent");

            public string Channel { get; init; } = "web";
            public required DateTimeOffset At { get; init; }
        }

        public sealed record Customer(string Name, Uri? Site = null);
        public readonly record struct Line(string Sku, int Count = 1);
        public enum Urgency { Low, High }

        public sealed class Patient(TimeProvider time) : IRetryPolicy
        {
            public TimeSpan NextRetry(JobRow job, Exception error) => time is null ? default : TimeSpan.FromMinutes(1);
        }
        """, """[assembly: Queue("high_prio")]""").Named("Shop").Generate().AssertCompiles());

    [Fact]
    public Task A_program_with_workers_schedules_and_references()
    {
        var contracts = TestProject.Library("""[assembly: Queue("mail")] namespace Contracts; [Job(Queue = Queues.Mail)] public sealed partial record SendMail(string To);""").Named("Shop.Contracts").Generate();
        return Snapshot.Match(TestProject.Program("""
            using Microsoft.Extensions.DependencyInjection;

            [assembly: Queue("tenant_*", Dynamic = true)]

            Console.WriteLine();

            [Job, Periodic("*/5 * * * *", RunOnStart = true), Periodic("0 3 * * *", Id = "nightly", TimeZone = "Europe/London", Misfire = Misfire.All, MisfireLimit = 7)]
            public sealed partial record Reconcile
            {
                public ValueTask WorkAsync(Job<Reconcile> job, [FromKeyedServices("main")] TimeProvider time, CancellationToken cancellationToken) => default;
            }

            public sealed class MailWorker(IServiceProvider services, TimeProvider? time = null) : IWorker<Contracts.SendMail>
            {
                public Task WorkAsync(Job<Contracts.SendMail> job, CancellationToken cancellationToken) => Task.CompletedTask;
            }
            """).With(contracts).Generate().AssertCompiles());
    }

    [Fact]
    public Task A_job_nested_in_other_types_with_a_context_of_its_own() => Snapshot.Match(TestProject.Library("""
        namespace @class;

        public partial class Outer
        {
            [Job(JsonContext = typeof(Mine), Timeout = "infinite")]
            internal partial struct Odd
            {
                public object? Anything { get; set; }
            }
        }

        public abstract class Mine(System.Text.Json.JsonSerializerOptions? options) : System.Text.Json.Serialization.JsonSerializerContext(options)
        {
            public static Mine Default => null!;
        }
        """).Named("Odd").Generate().AssertCompiles());
}
