using System.Collections.Concurrent;
using System.Reflection;
using System.Text.Json.Nodes;
using River.Periodic;
using River.Storage;
using River.Tests.Harness;
using River.TestSupport.Postgres;
using River.TestSupport.Time;
using Xunit;

namespace River.Tests.Periodic;

/// <summary>Schedules that are added, removed, paused and triggered while clients run.</summary>
public sealed class PeriodicControlTests(PostgresFixture postgres)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory, EachStore]
    public async Task A_schedule_added_while_running_takes_its_slots_and_a_removed_one_no_more(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var client = Worker(database);
        await client.StartAsync();

        await client.Host.AddPeriodicAsync(PeriodicJob.Create("beat", PeriodicSchedule.Cron("* * * * * *"), static _ => new Probe(1), new() { Misfire = Misfire.All, Enqueue = new() { Priority = 3, Tags = ["added"] } }), Token);
        var rows = await JobsAsync(client, 3);

        AssertConsecutive(rows);
        Assert.All(rows, row => Assert.Equal((3, "added"), (row.Priority, Assert.Single(row.Tags))));
        Assert.Equal("beat", rows[0].ReadMetadata().GetProperty("river:periodic_job_id").GetString());
        Assert.True(await client.Host.RemovePeriodicAsync("beat", Token));
        Assert.False(await client.Host.RemovePeriodicAsync("beat", Token));
        // One that sleeps past the next slot shows that the removed one is gone, and not only late.
        await client.Host.AddPeriodicAsync(PeriodicJob.Create("after", PeriodicSchedule.Every(TimeSpan.FromSeconds(2)), static _ => new Other(1)), Token);
        await Eventually.Async(async () => (await client.Jobs.ListAsync(new JobFilter { Kinds = ["other"] }, Token)).Count > 0, Patience, Token);
        var last = (await ListAsync(client, "beat")).LastSlot;
        var after = (await client.Jobs.ListAsync(new JobFilter { Kinds = ["other"] }, Token))[0].ScheduledAt;
        Assert.True(after - last > TimeSpan.FromSeconds(1), $"{last:O} {after:O}");
    }

    [Theory, EachStore]
    public async Task A_schedule_that_two_processes_add_runs_once_for_each_slot(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var first = Worker(database);
        await using var second = Worker(database);
        foreach (var client in (TestClient[])[first, second])
        {
            // Also before the client starts.
            await client.Host.AddPeriodicAsync(PeriodicJob.Create("beat", PeriodicSchedule.Cron("* * * * * *"), static _ => new Probe(1), new() { Misfire = Misfire.All, RunOnStart = true }), Token);
            await client.StartAsync();
        }

        var rows = await JobsAsync(first, 5);

        AssertConsecutive([.. rows.Skip(1)]);
        Assert.InRange(rows[1].ScheduledAt - rows[0].ScheduledAt, TimeSpan.Zero, TimeSpan.FromSeconds(1));
    }

    [Theory, EachStore]
    public async Task An_id_is_added_once_and_its_queue_must_be_declared(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var client = TestClient.Create(database, setup => setup.Schedules.Add(ScheduleRegistration.For("declared", "@yearly", static _ => new Probe(1))));
        await client.StartAsync();
        await client.Host.AddPeriodicAsync(Yearly("added"), Token);

        foreach (var id in (string[])["declared", "added"])
            Assert.Equal(id, (await Assert.ThrowsAsync<PeriodicExistsException>(() => client.Host.AddPeriodicAsync(Yearly(id), Token))).ScheduleId);
        await Assert.ThrowsAsync<UnknownQueueException>(() => client.Host.AddPeriodicAsync(Yearly("elsewhere", new() { Enqueue = new() { Queue = "nowhere" } }), Token));

        Assert.DoesNotContain("elsewhere", (await client.Jobs.ListPeriodicAsync(Token)).Select(row => row.Id));
        Assert.True(await client.Host.RemovePeriodicAsync("declared", Token));
        await client.Host.AddPeriodicAsync(Yearly("declared"), Token);
    }

    [Fact]
    public void A_periodic_job_that_can_not_be_is_refused_when_it_is_made()
    {
        Assert.Contains("x y", Assert.Throws<ArgumentException>(() => Yearly("x y")).Message, StringComparison.Ordinal);
        Assert.Contains("MisfireLimit is 0", Assert.Throws<ArgumentException>(() => Yearly("good", new() { MisfireLimit = 0 })).Message, StringComparison.Ordinal);
        Assert.Contains("10001", Assert.Throws<ArgumentException>(() => Yearly("good", new() { MisfireLimit = 10_001 })).Message, StringComparison.Ordinal);
        Assert.Contains("Misfire is 7", Assert.Throws<ArgumentException>(() => Yearly("good", new() { Misfire = (Misfire)7 })).Message, StringComparison.Ordinal);
        foreach (var options in (EnqueueOptions[])[new() { Delay = TimeSpan.Zero }, new() { ScheduledAt = DateTimeOffset.UnixEpoch }])
            Assert.Contains("Delay and ScheduledAt", Assert.Throws<ArgumentException>(() => Yearly("good", new() { Enqueue = options })).Message, StringComparison.Ordinal);
        Assert.Contains("'periodic'", Assert.Throws<ArgumentException>(() => Yearly("good", new() { Enqueue = new() { Metadata = new JsonObject { ["periodic"] = false } } })).Message, StringComparison.Ordinal);
        Assert.Contains("river:own", Assert.Throws<InvalidJobException>(() => Yearly("good", new() { Enqueue = new() { Metadata = new JsonObject { ["river:own"] = 1 } } })).Message, StringComparison.Ordinal);
    }

    // river-facts 11.3 topic 54
    [Theory, EachStore]
    public async Task A_factory_that_makes_no_job_skips_its_slot_for_all_and_the_others_carry_the_schedules_metadata(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var first = Worker(database);
        await using var second = Worker(database);
        var skipped = new ConcurrentQueue<DateTimeOffset>();
        var options = new PeriodicJobOptions { Misfire = Misfire.All, Enqueue = new() { Metadata = new JsonObject { ["team"] = "billing" } } };
        foreach (var client in (TestClient[])[first, second])
        {
            await client.Host.AddPeriodicAsync(PeriodicJob.Create("odd", PeriodicSchedule.Cron("* * * * * *"), Make, options), Token);
            await client.StartAsync();
        }

        Probe? Make(PeriodicContext context)
        {
            if (context.Slot.Second % 2 != 0)
                return new Probe(context.Slot.Second);
            skipped.Enqueue(context.Slot);
            return null;
        }

        var rows = await JobsAsync(first, 3);

        Assert.All(rows, row => Assert.NotEqual(0, row.ScheduledAt.Second % 2));
        Assert.Equal(rows.Count, rows.DistinctBy(row => row.ScheduledAt).Count());
        Assert.NotEmpty(skipped);
        Assert.True((await ListAsync(first, "odd")).LastSlot >= skipped.First());
        var metadata = rows[0].ReadMetadata();
        Assert.Equal(("billing", true, "odd"), (metadata.GetProperty("team").GetString(), metadata.GetProperty("periodic").GetBoolean(), metadata.GetProperty("river:periodic_job_id").GetString()));
        Assert.Contains(first.Logs.All.Concat(second.Logs.All), record => record.Id == 7004);
    }

    [Theory, EachStore]
    public async Task What_no_enqueue_would_take_is_refused_when_the_schedule_is_added(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var client = Worker(database);
        await client.StartAsync();
        (string Option, EnqueueOptions Enqueue)[] refused =
        [
            ("Priority", new() { Priority = 9 }),
            ("MaxAttempts", new() { MaxAttempts = 0 }),
            ("Tags", new() { Tags = ["two words"] }),
            ("Unique.Period", new() { Unique = new() { Period = TimeSpan.FromMilliseconds(1) } }),
            ("Queue", new() { Queue = "no queue" }),
        ];

        foreach (var (option, enqueue) in refused)
        {
            var atOnce = await Assert.ThrowsAsync<InvalidJobException>(() => client.EnqueueAsync(new Probe(1), enqueue));
            var error = await Assert.ThrowsAsync<InvalidJobException>(() => client.Host.AddPeriodicAsync(Yearly("refused", new() { Enqueue = enqueue }), Token));
            Assert.Equal((option, atOnce.Message), (error.Member, error.Message));
        }

        Assert.DoesNotContain("refused", (await client.Jobs.ListPeriodicAsync(Token)).Select(row => row.Id));
    }

    [Theory, EachStore]
    public async Task A_trigger_that_the_factory_skips_is_answered_and_a_declared_schedule_may_skip_too(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        var asked = 0;
        await using var client = TestClient.Create(database, setup =>
        {
            setup.Schedules.Add(ScheduleRegistration.For<Probe>("yearly", "@yearly", _ => Interlocked.Increment(ref asked) == 1 ? null : new Probe(asked)));
            setup.Work<Probe>((_, _) => Task.CompletedTask);
        });
        await client.StartAsync();
        await Eventually.Async(async () => (await client.Jobs.ListPeriodicAsync(Token)).Count == 1, Patience, Token);

        await client.Jobs.TriggerPeriodicAsync("yearly", Token);
        await Eventually.Async(async () => Volatile.Read(ref asked) == 1 && (await ListAsync(client, "yearly")).TriggeredAt is null, Patience, Token);
        Assert.Empty(await client.Jobs.ListAsync(new JobFilter { Kinds = ["probe"] }, Token));

        await client.Jobs.TriggerPeriodicAsync("yearly", Token);
        Assert.Single(await JobsAsync(client, 1));
    }

    [Theory, EachStore]
    public async Task A_paused_schedule_takes_no_slot_and_goes_on_with_the_latest_missed_one(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var client = Worker(database, ("beat", "* * * * * *", new()), ("other", "* * * * * *", new()));
        await client.StartAsync();
        await Eventually.Async(async () => (await client.Jobs.ListPeriodicAsync(Token)).Count(row => row.LastSlot is not null) == 2, Patience, Token);

        await client.Jobs.PausePeriodicAsync("beat", Token);

        var paused = await ListAsync(client, "beat");
        Assert.True(paused.IsPaused);
        Assert.Null(paused.NextSlot);
        var until = (await ListAsync(client, "other")).LastSlot!.Value.AddSeconds(3);
        await Eventually.Async(async () => (await ListAsync(client, "other")).LastSlot > until, Patience, Token);
        Assert.Equal(paused.LastSlot, (await ListAsync(client, "beat")).LastSlot);

        await client.Jobs.ResumePeriodicAsync("beat", Token);

        await Eventually.Async(async () => (await ListAsync(client, "beat")).LastSlot > paused.LastSlot, Patience, Token);
        // Of the slots missed at least three are left out.
        var slots = (await JobsAsync(client, 2)).Where(row => Id(row) == "beat").Select(row => row.ScheduledAt).ToList();
        Assert.DoesNotContain(paused.LastSlot!.Value.AddSeconds(1), slots);
        Assert.DoesNotContain(paused.LastSlot.Value.AddSeconds(2), slots);
    }

    [Theory, EachStore]
    public async Task A_trigger_from_a_client_that_only_enqueues_yields_one_job_at_once(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        var contexts = new ConcurrentQueue<PeriodicContext>();
        await using var first = Worker(database, contexts);
        await using var second = Worker(database, contexts);
        await Task.WhenAll(first.StartAsync(), second.StartAsync());
        await Eventually.Async(async () => (await first.Jobs.ListPeriodicAsync(Token)).Count == 1, Patience, Token);
        // Never started: as a client that only enqueues.
        await using var outsider = TestClient.Create(database, static _ => { });
        await outsider.Jobs.PausePeriodicAsync("yearly", Token);

        await outsider.Jobs.TriggerPeriodicAsync("yearly", Token);

        var row = Assert.Single(await JobsAsync(outsider, 1));
        Assert.Equal("yearly", Id(row));
        await first.Jobs.TriggerPeriodicAsync("yearly", Token);
        var rows = await JobsAsync(outsider, 2);
        Assert.Equal(2, rows.Count);
        var listed = Assert.Single(await outsider.Jobs.ListPeriodicAsync(Token));
        Assert.Equal((null, null), (listed.LastSlot, listed.TriggeredAt));
        Assert.All(rows, job => Assert.Contains(contexts, context => context.IsTriggered && context.Slot == job.ScheduledAt));
    }

    [Theory, EachStore]
    public async Task A_trigger_is_found_where_no_notification_arrives(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var client = TestClient.Create(database, setup =>
        {
            setup.Options = options => options.PollOnly = true;
            setup.Schedules.Add(ScheduleRegistration.For("yearly", "@yearly", static _ => new Probe(1)));
            setup.Work<Probe>((_, _) => Task.CompletedTask);
        });
        await client.StartAsync();
        await Eventually.Async(async () => (await client.Jobs.ListPeriodicAsync(Token)).Count == 1, Patience, Token);
        await using var outsider = TestClient.Create(database, static _ => { });

        await outsider.Jobs.TriggerPeriodicAsync("yearly", Token);

        Assert.Single(await JobsAsync(outsider, 1));
    }

    [Theory, EachStore]
    public async Task A_trigger_counts_when_its_transaction_commits_and_waits_for_a_process(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var outsider = TestClient.Create(database, static _ => { });
        await outsider.Store.Schedules.DeclareAsync(["yearly"], Token);
        await outsider.Jobs.TriggerPeriodicAsync("yearly", Token);
        var triggered = (await ListAsync(outsider, "yearly")).TriggeredAt;
        await outsider.Jobs.TriggerPeriodicAsync("yearly", Token);
        Assert.NotNull(triggered);
        Assert.Equal(triggered, (await ListAsync(outsider, "yearly")).TriggeredAt);

        await using var client = Worker(database, ("yearly", "@yearly", new()));
        await client.StartAsync();

        Assert.Equal(triggered, Assert.Single(await JobsAsync(outsider, 1)).ScheduledAt);
    }

    [Theory, EachStore]
    public async Task A_schedule_that_nobody_ever_ran_is_told_by_a_typed_error(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var client = TestClient.Create(database, static _ => { });

        Assert.Empty(await client.Jobs.ListPeriodicAsync(Token));
        foreach (var change in (Func<string, CancellationToken, Task>[])[client.Jobs.PausePeriodicAsync, client.Jobs.ResumePeriodicAsync, client.Jobs.TriggerPeriodicAsync])
            Assert.Equal("yearly", (await Assert.ThrowsAsync<PeriodicNotFoundException>(() => change("yearly", Token))).ScheduleId);
    }

    [Theory, EachStore]
    public async Task A_list_tells_the_next_slot_of_what_this_process_knows(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var client = Worker(database, ("known", "@yearly", new()));
        await client.StartAsync();
        await client.Store.Schedules.DeclareAsync(["stranger"], Token);
        await Eventually.Async(async () => (await client.Jobs.ListPeriodicAsync(Token)).Count == 2, Patience, Token);

        var known = await ListAsync(client, "known");
        Assert.Equal(new DateTimeOffset(known.DeclaredAt.Year + 1, 1, 1, 0, 0, 0, TimeSpan.Zero), known.NextSlot);
        Assert.Null((await ListAsync(client, "stranger")).NextSlot);
    }

    [Theory, EachStore]
    public async Task Schedules_that_throw_stand_still_or_hang_keep_no_other_back(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var client = Worker(database);
        await client.StartAsync();
        using var hang = new ManualResetEventSlim();
        try
        {
            await Add("hanging", new Custom(after =>
            {
                hang.Wait(Patience);
                return after.AddYears(1);
            }));
            await Add("throwing", new Custom(_ => throw new InvalidTimeZoneException("no calendar")));
            await Add("standing", new Custom(after => after));
            await Add("beat", PeriodicSchedule.Cron("* * * * * *"));

            var rows = await JobsAsync(client, 4);

            AssertConsecutive(rows);
            // The second best: held up by the schedule that hangs, all of these slots would be made up for after 10 s.
            Assert.InRange(rows.Select(row => row.CreatedAt - row.ScheduledAt).Order().ElementAt(1), TimeSpan.Zero, TimeSpan.FromSeconds(5));
            foreach (var id in (string[])["throwing", "standing"])
                await Eventually.Async(() => client.Logs.All.Any(record => record.Error is PeriodicScheduleException error && error.ScheduleId == id), Patience, Token);
        }
        finally
        {
            hang.Set();
        }

        Task Add(string id, IPeriodicSchedule schedule) =>
            client.Host.AddPeriodicAsync(PeriodicJob.Create(id, schedule, static _ => new Probe(1), new() { Misfire = Misfire.All }), Token);
    }

    [Fact]
    public async Task Code_that_hangs_is_a_typed_fault_and_is_not_called_again_before_it_returned()
    {
        var calls = 0;
        using var hang = new ManualResetEventSlim();
        var schedule = LiveSchedule.Of(
            PeriodicJob.Create(
                "hanging",
                new Custom(after =>
                {
                    Interlocked.Increment(ref calls);
                    hang.Wait(Patience);
                    return after.AddDays(1);
                }),
                static _ => new Probe(1)),
            codeLimit: TimeSpan.FromSeconds(1));
        var row = new ScheduleRow("hanging", LastSlot: null, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch);

        Assert.Contains("longer than 1 s", (await Assert.ThrowsAsync<PeriodicScheduleException>(() => schedule.PlanAsync(row, Token))).Message, StringComparison.Ordinal);
        Assert.Contains("hasn't returned", (await Assert.ThrowsAsync<PeriodicScheduleException>(() => schedule.PlanAsync(row, Token))).Message, StringComparison.Ordinal);
        Assert.Equal(1, calls);
        hang.Set();
        await Eventually.Async(() => !schedule.IsInCode, Patience, Token);
        DateTimeOffset? next = null;
        await Eventually.Async(async () => (next = await NextAsync()) is not null, Patience, Token);
        Assert.Equal(DateTimeOffset.UnixEpoch.AddDays(1), next);

        async Task<DateTimeOffset?> NextAsync()
        {
            try
            {
                return (await schedule.PlanAsync(row, Token)).Next;
            }
            catch (PeriodicScheduleException)
            {
                // A busy machine may take a second to call it.
                return null;
            }
        }
    }

    /// <summary>What generated code of the first version calls: its exact signature must stay for as long as such assemblies are about.</summary>
    [Fact]
    public void The_first_factory_of_registrations_is_kept()
    {
        var first = typeof(ScheduleRegistration).GetMethods(BindingFlags.Public | BindingFlags.Static)
            .Single(method => method.Name == "For" && method.GetParameters() is [_, _, _, { Name: "timeZone" }, { Name: "runOnStart" }]);

        var registration = (ScheduleRegistration)first.MakeGenericMethod(typeof(Probe))
            .Invoke(null, ["nightly", "@daily", (Func<PeriodicContext, Probe>)(static _ => new Probe(1)), "Europe/London", true])!;

        Assert.Equal(("nightly", "Europe/London", true, Misfire.One, 100), (registration.Id, registration.TimeZone, registration.RunOnStart, registration.Facts.Misfire, registration.Facts.MisfireLimit));
    }

    private static PeriodicJob Yearly(string id, PeriodicJobOptions? options = null) =>
        PeriodicJob.Create(id, PeriodicSchedule.Cron("@yearly"), static _ => new Probe(1), options);

    private static TestClient Worker(TestDatabase database, params (string Id, string Cron, ScheduleFacts Facts)[] schedules) => TestClient.Create(database, setup =>
    {
        foreach (var (id, cron, facts) in schedules)
            setup.Schedules.Add(ScheduleRegistration.For(id, cron, static _ => new Probe(1), facts));
        setup.Work<Probe>((_, _) => Task.CompletedTask);
        setup.Work<Other>((_, _) => Task.CompletedTask);
    });

    private static TestClient Worker(TestDatabase database, ConcurrentQueue<PeriodicContext> contexts) => TestClient.Create(database, setup =>
    {
        setup.Schedules.Add(ScheduleRegistration.For("yearly", "@yearly", context =>
        {
            contexts.Enqueue(context);
            return new Probe(1);
        }));
        setup.Work<Probe>((_, _) => Task.CompletedTask);
    });

    private static string Id(JobRow row) => row.ReadMetadata().GetProperty("river:periodic_job_id").GetString()!;

    private static void AssertConsecutive(IReadOnlyList<JobRow> rows)
    {
        var slots = rows.Select(row => row.ScheduledAt).Order().ToList();
        Assert.Equal(Enumerable.Range(0, slots.Count).Select(second => slots[0].AddSeconds(second)), slots);
    }

    private static async Task<PeriodicRow> ListAsync(TestClient client, string id) =>
        (await client.Jobs.ListPeriodicAsync(Token)).Single(row => row.Id == id);

    private static async Task<IReadOnlyList<JobRow>> JobsAsync(TestClient client, int count)
    {
        IReadOnlyList<JobRow> rows = [];
        await Eventually.Async(
            async () => (rows = await client.Jobs.ListAsync(new JobFilter { Kinds = ["probe"] }, Token)).Count >= count,
            Patience,
            Token);
        return rows;
    }
}
