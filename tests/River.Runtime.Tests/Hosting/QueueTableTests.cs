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

        Assert.Equal([new("default", new QueuePlan(100)), new("mail", new QueuePlan(10))], table.Named);
        Assert.Equal([new("tenant_*", new QueuePlan(5))], table.Families);
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

        Assert.Equal([new("default", new QueuePlan(100)), new("elsewhere", new QueuePlan(2)), new("tenant_8", new QueuePlan(9))], table.Named);
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

    [Fact]
    public void Calls_at_run_time_go_before_the_cluster_which_goes_before_configuration()
    {
        var options = new RiverOptions();
        options.MaxWorkers["mail"] = 6;
        var table = Table(options);

        table.SetOfCluster(new Dictionary<string, int> { ["mail"] = 7, ["tenant_3"] = 2, ["elsewhere"] = 9, ["unknown"] = 9 });
        Assert.Equal((7, 2, 5, 0, 0), (table.SlotsOf("mail"), table.SlotsOf("tenant_3"), table.SlotsOf("tenant_4"), table.SlotsOf("elsewhere"), table.SlotsOf("unknown")));

        table.Resize("mail", 8);
        table.SetOfCluster(new Dictionary<string, int> { ["mail"] = 3 });
        Assert.Equal((8, 5), (table.SlotsOf("mail"), table.SlotsOf("tenant_3")));

        table.Remove("mail");
        Assert.Equal(0, table.SlotsOf("mail"));
        table.Add("mail", new QueueSettings());
        Assert.Equal(3, table.SlotsOf("mail"));
        table.SetOfCluster(new Dictionary<string, int>());
        Assert.Equal(6, table.SlotsOf("mail"));
        table.Configure(new RiverOptions());
        Assert.Equal(10, table.SlotsOf("mail"));
    }

    [Fact]
    public void A_queue_of_a_family_inherits_its_settings_and_may_have_its_own()
    {
        var options = new RiverOptions();
        options.MaxWorkers["tenant_*"] = 20;
        options.MinWorkers["tenant_*"] = 2;
        options.JobTimeouts["tenant_*"] = TimeSpan.FromSeconds(5);
        options.MaxWorkers["tenant_big"] = 40;
        options.MinWorkers["tenant_small"] = 1;
        var table = Table(options);

        var timeout = TimeSpan.FromSeconds(5);
        Assert.Equal(new QueuePlan(20, 2, timeout), table.Find("tenant_7"));
        Assert.Equal(new QueuePlan(40, 2, timeout), table.Find("tenant_big"));
        Assert.Equal(new QueuePlan(20, 1, timeout), table.Find("tenant_small"));
        table.Resize("tenant_7", 30);
        Assert.Equal(new QueuePlan(30, 2, timeout), table.Find("tenant_7"));
        table.Remove("tenant_*");
        Assert.Null(table.Find("tenant_8"));
        Assert.Equal(30, table.SlotsOf("tenant_7"));
    }

    [Fact]
    public void A_queue_switched_off_or_worked_elsewhere_can_be_added()
    {
        var options = new RiverOptions();
        options.MaxWorkers["mail"] = 0;
        var table = Table(options);

        table.Add("mail", new QueueSettings());
        table.Add("elsewhere", new QueueSettings { MaxWorkers = 3, MinWorkers = 2 });
        table.Add("new", new QueueSettings());

        Assert.Equal((10, 3, 100), (table.SlotsOf("mail"), table.SlotsOf("elsewhere"), table.SlotsOf("new")));
        Assert.Equal(2, table.Find("elsewhere")!.MinWorkers);
        Assert.Throws<QueueWorkedException>(() => table.Add("tenant_9", new QueueSettings()));
        Assert.Throws<QueueNotWorkedException>(() => table.Remove("nothing"));
        Assert.Throws<QueueNotWorkedException>(() => table.Resize("nothing", 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => table.Resize("elsewhere", 1));
    }

    [Fact]
    public void Whoever_works_the_queues_is_told_of_each_change_and_of_nothing_else()
    {
        var table = Table(new RiverOptions());
        var changes = 0;
        table.Attach(() => changes++);

        table.Add("new", new QueueSettings());
        table.Resize("new", 4);
        table.SetOfCluster(new Dictionary<string, int> { ["mail"] = 7 });
        table.SetOfCluster(new Dictionary<string, int> { ["mail"] = 7 });
        table.Remove("new");
        table.Configure(new RiverOptions());
        table.Detach();
        table.Resize("mail", 4);

        Assert.Equal(5, changes);
    }

    private static QueueTable Table(RiverOptions options) => new(new DeclaredQueues(TestManifests.Registry(TestManifests.Contracts())), options);
}
