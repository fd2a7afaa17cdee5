using River.Hosting;
using River.Registration;
using Xunit;

namespace River.Tests.Hosting;

public sealed class QueueTableTests
{
    [Fact]
    public void Every_declared_queue_that_is_not_external_is_worked()
    {
        var table = Table(new RiverOptions());

        Assert.Equal([new("default", 100), new("mail", 10)], table.Named);
        Assert.Equal([new("tenant_*", 5)], table.Families);
        Assert.Equal((10, 5, 0, 0), (table.SlotsOf("mail"), table.SlotsOf("tenant_7"), table.SlotsOf("elsewhere"), table.SlotsOf("unknown")));
    }

    [Fact]
    public void The_host_overrules_the_declarations()
    {
        var options = new RiverOptions();
        options.MaxWorkers["mail"] = 0;
        options.MaxWorkers["elsewhere"] = 2;
        options.MaxWorkers["tenant_7"] = 0;
        options.MaxWorkers["tenant_8"] = 9;
        options.MaxWorkers["tenant_*"] = 1;

        var table = Table(options);

        Assert.Equal([new("default", 100), new("elsewhere", 2), new("tenant_8", 9)], table.Named);
        Assert.Equal((0, 0, 9, 1), (table.SlotsOf("mail"), table.SlotsOf("tenant_7"), table.SlotsOf("tenant_8"), table.SlotsOf("tenant_9")));
    }

    [Fact]
    public void Where_libraries_disagree_about_a_number_the_program_wins_and_else_the_smaller_one()
    {
        var registry = TestManifests.Registry(
            new JobManifest("one") { Queues = [new("a", MaxWorkers: 7)] },
            new JobManifest("two") { Queues = [new("a", MaxWorkers: 3)] },
            new JobManifest("program") { Queues = [new("a", MaxWorkers: 20)] });

        Assert.Equal(20, new QueueTable(new DeclaredQueues(registry, "program"), new RiverOptions()).SlotsOf("a"));
        var declared = new DeclaredQueues(registry);
        Assert.Equal(3, new QueueTable(declared, new RiverOptions()).SlotsOf("a"));
        Assert.False(Assert.Single(declared.Conflicts).IsSevere);
    }

    private static QueueTable Table(RiverOptions options) => new(new DeclaredQueues(TestManifests.Registry(TestManifests.Contracts())), options);
}
