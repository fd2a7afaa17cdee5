using River.Maintenance;
using River.Registration;
using River.Tests.Harness;
using Xunit;

namespace River.Tests.Maintenance;

public sealed class RetentionPlanTests
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    [Fact]
    public void By_default_jobs_are_kept_as_long_as_River_keeps_them()
    {
        var plan = Plan(new RetentionOptions());

        Assert.Equal([(JobState.Completed, 24 * Hour), (JobState.Cancelled, 24 * Hour), (JobState.Discarded, 168 * Hour)], plan.Select(one => (one.State, one.KeptFor)));
        Assert.All(plan, one => Assert.Equal((true, 0), (one.Scope.Rest, one.Scope.OwnKinds.Length + one.Scope.OwnQueues.Length)));
    }

    [Fact]
    public void What_is_kept_for_ever_has_no_class()
    {
        var plan = Plan(new RetentionOptions { Completed = Timeout.InfiniteTimeSpan, Cancelled = TimeSpan.MaxValue });

        Assert.Equal([JobState.Discarded], plan.Select(one => one.State));
    }

    [Fact]
    public void Each_time_is_a_class_of_its_own_and_the_longest_takes_everything()
    {
        var options = new RetentionOptions { Queues = { ["mail"] = new() { Completed = 48 * Hour }, ["noise"] = new() { Completed = TimeSpan.Zero } }, Kinds = { ["audit"] = new() { Completed = 48 * Hour } } };

        var completed = Plan(options).Where(one => one.State == JobState.Completed).ToArray();

        Assert.Equal([48 * Hour, 24 * Hour, TimeSpan.Zero], completed.Select(one => one.KeptFor));
        Assert.Equal(River.Storage.PruneScope.All, completed[0].Scope);
        Assert.True(completed[1].Scope is { Rest: true, Kinds: [], Queues: [], OwnKinds: ["audit"], OwnQueues: ["mail", "noise"] });
        Assert.True(completed[2].Scope is { Rest: false, Kinds: [], Queues: ["noise"] });
        Assert.Equal(3, Plan(options).Count - Plan(new RetentionOptions()).Count + 1);
    }

    [Fact]
    public void Beside_what_is_kept_for_ever_nothing_takes_everything()
    {
        var options = new RetentionOptions { Queues = { ["archive"] = new() { Discarded = Timeout.InfiniteTimeSpan } } };

        var discarded = Assert.Single(Plan(options), one => one.State == JobState.Discarded);

        Assert.True(discarded.Scope is { Rest: true, Queues: [], OwnQueues: ["archive"] });
    }

    [Fact]
    public void A_kind_stands_for_all_names_of_its_job()
    {
        var options = new RetentionOptions { Kinds = { ["probe"] = new() { Completed = Hour }, ["foreign"] = new() { Completed = Hour } } };

        var own = Assert.Single(Plan(options), one => one.State == JobState.Completed && one.KeptFor == Hour);

        Assert.Equal(["foreign", "old_probe", "probe"], own.Scope.Kinds.Order(StringComparer.Ordinal));
    }

    private static IReadOnlyList<RetentionClass> Plan(RetentionOptions options)
    {
        var registry = new JobRegistry();
        registry.Add(new JobManifest("plan-tests") { Jobs = [Probe.Descriptor] });
        return RetentionPlan.Of(options, registry);
    }
}
