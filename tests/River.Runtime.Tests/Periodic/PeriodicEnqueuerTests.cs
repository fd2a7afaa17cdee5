using System.Collections.Concurrent;
using River.Tests.Harness;
using River.TestSupport.Postgres;
using River.TestSupport.Time;
using Xunit;

namespace River.Tests.Periodic;

public sealed class PeriodicEnqueuerTests(PostgresFixture postgres)
{
    [Theory, EachStore]
    public async Task Each_slot_yields_one_job_however_many_clients_there_are(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var first = Periodic(database, "* * * * * *", misfire: Misfire.All);
        await using var second = Periodic(database, "* * * * * *", misfire: Misfire.All);
        await using var third = Periodic(database, "* * * * * *", misfire: Misfire.All);
        await Task.WhenAll(first.StartAsync(), second.StartAsync(), third.StartAsync());

        var rows = await JobsAsync(first, 4);

        Assert.Equal(rows.Count, rows.Select(row => row.ScheduledAt).Distinct().Count());
        Assert.All(rows, row => Assert.Equal(0, row.ScheduledAt.Ticks % TimeSpan.TicksPerSecond));
        for (var i = 1; i < rows.Count; i++)
            Assert.Equal(rows[i - 1].ScheduledAt.AddSeconds(1), rows[i].ScheduledAt);
        Assert.All(rows, row =>
        {
            Assert.True(row.ReadMetadata().GetProperty("periodic").GetBoolean());
            Assert.Equal("beat", row.ReadMetadata().GetProperty("river:periodic_job_id").GetString());
        });
    }

    [Theory, EachStore]
    public async Task A_slot_is_worked_at_its_time(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var client = Periodic(database, "* * * * * *");
        await client.StartAsync();

        var rows = await JobsAsync(client, 6);
        var lateness = new List<TimeSpan>();
        foreach (var row in rows.Take(6))
        {
            await client.Store.SettledAsync(row.Id, JobState.Completed);
            lateness.Add((await client.GetAsync(row.Id)).AttemptedAt!.Value - row.ScheduledAt);
        }

        // The best of them: a busy machine's hiccups are not ours.
        Assert.InRange(lateness.Min(), TimeSpan.Zero, TimeSpan.FromSeconds(2));
    }

    [Theory, EachStore]
    public async Task A_run_on_start_happens_once_for_the_schedule_and_not_for_each_process(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using (var first = Periodic(database, "0 0 1 1 *", runOnStart: true))
        {
            await first.StartAsync();
            await JobsAsync(first, 1);
        }

        await using var second = Periodic(database, "0 0 1 1 *", runOnStart: true);
        await using var third = Periodic(database, "0 0 1 1 *", runOnStart: true);
        await Task.WhenAll(second.StartAsync(), third.StartAsync());
        var other = await second.EnqueueAsync(new Other(1));
        await Eventually.Async(async () => (await second.GetAsync(other)).State == JobState.Completed, TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        await Task.WhenAll(second.StopAsync(), third.StopAsync());

        Assert.Single(await JobsAsync(second, 1));
    }

    [Theory, EachStore]
    public async Task After_an_absence_only_the_latest_missed_slot_runs(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var client = Periodic(database, "0 0 * * *");
        var now = TimeProvider.System.GetUtcNow();
        client.Store.Inner.Clock = () => now.AddDays(-10);
        await client.Store.OpenAsync(TestContext.Current.CancellationToken);
        await client.Store.Schedules.DeclareAsync(["beat"], TestContext.Current.CancellationToken);
        client.Store.Inner.Clock = null;
        await client.StartAsync();

        var row = Assert.Single(await JobsAsync(client, 1));

        Assert.Equal(new DateTimeOffset(row.ScheduledAt.UtcDateTime.Date, TimeSpan.Zero), row.ScheduledAt);
        Assert.InRange(now - row.ScheduledAt, TimeSpan.Zero, TimeSpan.FromDays(1.1));
    }

    [Theory, EachStore]
    public async Task A_schedule_whose_job_cannot_be_made_keeps_no_other_back(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var client = TestClient.Create(database, setup =>
        {
            setup.Schedules.Add(ScheduleRegistration.For<Probe>("broken", "* * * * * *", static _ => throw new InvalidTimeZoneException("no arguments")));
            setup.Schedules.Add(ScheduleRegistration.For("beat", "* * * * * *", static _ => new Probe(1)));
            setup.Work<Probe>((_, _) => Task.CompletedTask);
        });
        await client.StartAsync();

        await JobsAsync(client, 3);

        Assert.Contains(client.Logs.All, record => record.Error is InvalidTimeZoneException && record.Message.Contains("broken", StringComparison.Ordinal));
    }

    [Theory, EachStore]
    public async Task The_arguments_are_made_for_the_slot(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        var contexts = new ConcurrentQueue<PeriodicContext>();
        await using var client = TestClient.Create(database, setup =>
        {
            setup.Schedules.Add(ScheduleRegistration.For("beat", "* * * * * *", context =>
            {
                contexts.Enqueue(context);
                return new Probe(context.Slot.Second);
            }));
            setup.Work<Probe>((_, _) => Task.CompletedTask);
        });
        await client.StartAsync();

        var rows = await JobsAsync(client, 2);

        var taken = contexts.Where(context => rows.Any(row => row.ScheduledAt == context.Slot)).ToList();
        Assert.Equal("beat", taken[0].ScheduleId);
        Assert.Null(taken[0].PreviousSlot);
        Assert.Equal(taken[0].Slot, taken[1].PreviousSlot);
    }

    private static TestClient Periodic(TestDatabase database, string cron, bool runOnStart = false, Misfire misfire = Misfire.One) => TestClient.Create(database, setup =>
    {
        setup.Schedules.Add(ScheduleRegistration.For("beat", cron, static _ => new Probe(1), new ScheduleFacts { RunOnStart = runOnStart, Misfire = misfire }));
        setup.Work<Probe>((_, _) => Task.CompletedTask);
        setup.Work<Other>((_, _) => Task.CompletedTask);
    });

    /// <summary>The jobs of the schedule, once there are at least so many.</summary>
    private static async Task<IReadOnlyList<JobRow>> JobsAsync(TestClient client, int count)
    {
        IReadOnlyList<JobRow> rows = [];
        await Eventually.Async(
            async () => (rows = await client.Jobs.ListAsync(new JobFilter { Kinds = ["probe"] }, TestContext.Current.CancellationToken)).Count >= count,
            TimeSpan.FromSeconds(30),
            TestContext.Current.CancellationToken);
        return rows;
    }
}
