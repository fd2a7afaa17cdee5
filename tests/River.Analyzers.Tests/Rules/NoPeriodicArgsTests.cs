using River.Analyzers.Tests.Harness;
using Xunit;

namespace River.Analyzers.Tests.Rules;

public sealed class NoPeriodicArgsTests() : RuleTest("RIVER012")
{
    [Fact]
    public Task Arguments_that_nobody_gives_are_reported_at_the_schedule() => SaysAsync(
        """
        [Job]
        [[|Periodic("@daily")|]]
        public sealed partial record Report(DateTime Day);
        """,
        "'Report' can't be scheduled", "public static Report Create(PeriodicContext context)");

    [Fact]
    public Task A_schedule_on_the_worker_is_reported_there() => ReportsAsync(
        """
        [Job]
        public sealed partial record Report { public required string Name { get; init; } }

        [[|Periodic("@daily")|]]
        public sealed class ReportWorker : IWorker<Report>
        {
            public Task WorkAsync(Job<Report> job, CancellationToken cancellationToken) => Task.CompletedTask;
        }
        """);

    [Fact]
    public Task A_factory_of_another_shape_is_none() => ReportsAsync(
        """
        [Job, [|Periodic("@daily")|]]
        public sealed partial record Report(DateTime Day)
        {
            public static Report Create() => new(DateTime.MinValue);

            public static object Create(PeriodicContext context) => new Report(context.Slot.UtcDateTime);
        }
        """);

    [Fact]
    public Task Jobs_without_arguments_with_defaults_or_with_a_factory_are_fine() => IsSilentAsync(
        """
        [Job, Periodic("@daily")]
        public sealed partial record Reconcile;

        [Job, Periodic("@daily")]
        public sealed partial record Sweep(int Days = 30);

        [Job, Periodic("@daily")]
        public sealed partial record Report(DateTimeOffset Day)
        {
            public static Report Create(PeriodicContext context) => new(context.Slot);
        }
        """);
}
