using River.Storage;
using Xunit;

namespace River.Tests.Stores;

public abstract partial class StoreConformance
{
    [Fact]
    public async Task Declaring_a_schedule_again_changes_nothing()
    {
        var declaredAt = Clock.Now;
        var first = await Store.Schedules.DeclareAsync(["hourly", "daily"], Token);
        Clock.Advance(TimeSpan.FromMinutes(1));

        var again = await Other.Schedules.DeclareAsync(["daily", "weekly", "hourly"], Token);

        Assert.Equal([new("daily", LastSlot: null, declaredAt, declaredAt), new ScheduleRow("hourly", LastSlot: null, declaredAt, declaredAt)], first.OrderBy(row => row.Id, StringComparer.Ordinal));
        Assert.Equal(
            [new("daily", LastSlot: null, declaredAt, Clock.Now), new("hourly", LastSlot: null, declaredAt, Clock.Now), new ScheduleRow("weekly", LastSlot: null, Clock.Now, Clock.Now)],
            again.OrderBy(row => row.Id, StringComparer.Ordinal));
    }

    [Fact]
    public async Task Taking_a_slot_inserts_its_job()
    {
        await Store.Schedules.DeclareAsync(["hourly"], Token);
        var slot = Clock.Now;

        Assert.True(await Store.Schedules.TakeSlotAsync("hourly", lastSlot: null, slot, Job(scheduledAt: slot), Token));

        Assert.Equal(slot, Assert.Single(await Store.Schedules.DeclareAsync(["hourly"], Token)).LastSlot);
        await ClaimOneAsync();
    }

    [Fact]
    public async Task Slots_are_taken_one_after_the_other()
    {
        await Store.Schedules.DeclareAsync(["hourly"], Token);
        var first = Clock.Now;
        Assert.True(await Store.Schedules.TakeSlotAsync("hourly", lastSlot: null, first, Job(), Token));
        var second = Clock.Advance(TimeSpan.FromHours(1));

        Assert.False(await Store.Schedules.TakeSlotAsync("hourly", lastSlot: null, second, Job(), Token));
        Assert.False(await Store.Schedules.TakeSlotAsync("hourly", lastSlot: second, second, Job(), Token));
        Assert.True(await Store.Schedules.TakeSlotAsync("hourly", lastSlot: first, second, Job(), Token));

        Assert.Equal(2, (await AllAsync()).Count);
    }

    [Fact]
    public async Task One_of_many_racers_takes_a_slot()
    {
        await Store.Schedules.DeclareAsync(["hourly"], Token);

        var taken = await Task.WhenAll(Enumerable.Range(0, 20).Select(number =>
            (number % 2 == 0 ? Store : Other).Schedules.TakeSlotAsync("hourly", lastSlot: null, Clock.Now, Job(), Token)));

        Assert.Single(taken, won => won);
        Assert.Single(await AllAsync());
    }

    [Fact]
    public async Task A_slot_in_the_databases_future_is_refused()
    {
        await Store.Schedules.DeclareAsync(["hourly"], Token);
        var slot = Clock.Now.AddSeconds(1);
        Assert.False(await Store.Schedules.TakeSlotAsync("hourly", lastSlot: null, slot, Job(), Token));
        Assert.Empty(await AllAsync());

        Clock.Advance(TimeSpan.FromSeconds(1));

        Assert.True(await Store.Schedules.TakeSlotAsync("hourly", lastSlot: null, slot, Job(), Token));
    }

    [Fact]
    public async Task A_slot_of_an_unknown_schedule_is_refused()
    {
        Assert.False(await Store.Schedules.TakeSlotAsync("unknown", lastSlot: null, Clock.Now, Job(), Token));
        Assert.Empty(await AllAsync());
    }

    [Fact]
    public async Task A_duplicate_job_still_takes_the_slot()
    {
        await Store.Schedules.DeclareAsync(["hourly"], Token);
        await InsertAsync(Job(key: Key(1)));

        Assert.True(await Store.Schedules.TakeSlotAsync("hourly", lastSlot: null, Clock.Now, Job(key: Key(1)), Token));

        Assert.Equal(Clock.Now, Assert.Single(await Store.Schedules.DeclareAsync(["hourly"], Token)).LastSlot);
        Assert.Single(await AllAsync());
    }

    [Fact]
    public async Task A_slot_whose_job_is_refused_stays_free()
    {
        await Store.Schedules.DeclareAsync(["hourly"], Token);

        await Assert.ThrowsAnyAsync<Exception>(() => Store.Schedules.TakeSlotAsync("hourly", lastSlot: null, Clock.Now, Job(priority: 9), Token));

        Assert.Null(Assert.Single(await Store.Schedules.DeclareAsync(["hourly"], Token)).LastSlot);
        Assert.True(await Store.Schedules.TakeSlotAsync("hourly", lastSlot: null, Clock.Now, Job(), Token));
    }

    [Fact]
    public async Task A_paused_schedule_gives_no_slots_until_it_goes_on()
    {
        await Store.Schedules.DeclareAsync(["hourly", "daily"], Token);
        var pausedAt = Clock.Now;
        Assert.True(await Other.Schedules.PauseAsync("hourly", transaction: null, Token));
        Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.True(await Store.Schedules.PauseAsync("hourly", transaction: null, Token));

        Assert.Equal(pausedAt, Assert.Single(await Store.Schedules.DeclareAsync(["hourly"], Token)).PausedAt);
        Assert.False(await Store.Schedules.TakeSlotAsync("hourly", lastSlot: null, Clock.Now, Job(), Token));
        Assert.True(await Store.Schedules.TakeSlotAsync("daily", lastSlot: null, Clock.Now, Job(), Token));

        Assert.True(await Store.Schedules.ResumeAsync("hourly", transaction: null, Token));
        Assert.Null(Assert.Single(await Store.Schedules.DeclareAsync(["hourly"], Token)).PausedAt);
        Assert.True(await Store.Schedules.TakeSlotAsync("hourly", lastSlot: null, Clock.Now, Job(), Token));
    }

    [Fact]
    public async Task A_trigger_is_taken_once_also_of_a_paused_schedule()
    {
        await Store.Schedules.DeclareAsync(["hourly"], Token);
        await Store.Schedules.PauseAsync("hourly", transaction: null, Token);
        var triggeredAt = Clock.Now;
        Assert.True(await Other.Schedules.TriggerAsync("hourly", transaction: null, Token));
        Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.True(await Other.Schedules.TriggerAsync("hourly", transaction: null, Token));
        var row = Assert.Single(await Store.Schedules.DeclareAsync(["hourly"], Token));
        Assert.Equal(triggeredAt, row.TriggeredAt);

        var taken = await Task.WhenAll(Enumerable.Range(0, 20).Select(number =>
            (number % 2 == 0 ? Store : Other).Schedules.TakeTriggerAsync("hourly", triggeredAt, Job(), Token)));

        Assert.Single(taken, won => won);
        Assert.Single(await AllAsync());
        row = Assert.Single(await Store.Schedules.DeclareAsync(["hourly"], Token));
        Assert.Null(row.TriggeredAt);
        Assert.Null(row.LastSlot);
    }

    [Fact]
    public async Task A_trigger_of_another_moment_is_left_alone()
    {
        await Store.Schedules.DeclareAsync(["hourly"], Token);
        await Store.Schedules.TriggerAsync("hourly", transaction: null, Token);

        Assert.False(await Store.Schedules.TakeTriggerAsync("hourly", Clock.Now.AddSeconds(-1), Job(), Token));

        Assert.Empty(await AllAsync());
        Assert.NotNull(Assert.Single(await Store.Schedules.DeclareAsync(["hourly"], Token)).TriggeredAt);
    }

    [Fact]
    public async Task A_trigger_whose_job_is_refused_waits_on()
    {
        await Store.Schedules.DeclareAsync(["hourly"], Token);
        await Store.Schedules.TriggerAsync("hourly", transaction: null, Token);

        await Assert.ThrowsAnyAsync<Exception>(() => Store.Schedules.TakeTriggerAsync("hourly", Clock.Now, Job(priority: 9), Token));

        Assert.True(await Store.Schedules.TakeTriggerAsync("hourly", Clock.Now, Job(), Token));
    }

    [Fact]
    public async Task Changes_of_an_unknown_schedule_are_refused()
    {
        Assert.False(await Store.Schedules.PauseAsync("unknown", transaction: null, Token));
        Assert.False(await Store.Schedules.ResumeAsync("unknown", transaction: null, Token));
        Assert.False(await Store.Schedules.TriggerAsync("unknown", transaction: null, Token));
    }

    [Fact]
    public async Task Schedules_are_listed_in_the_order_of_their_ids()
    {
        var declaredAt = Clock.Now;
        await Store.Schedules.DeclareAsync(["b", "a:Z", "a_a"], Token);
        var slot = Clock.Advance(TimeSpan.FromHours(1));
        await Store.Schedules.TakeSlotAsync("b", lastSlot: null, slot, Job(), Token);
        await Store.Schedules.TriggerAsync("a_a", transaction: null, Token);
        await Store.Schedules.PauseAsync("a:Z", transaction: null, Token);

        Assert.Equal(
            [
                new("a:Z", LastSlot: null, declaredAt, Clock.Now, PausedAt: slot),
                new("a_a", LastSlot: null, declaredAt, Clock.Now, TriggeredAt: slot),
                new ScheduleRow("b", slot, declaredAt, Clock.Now),
            ],
            await Store.Schedules.ListAsync(transaction: null, Token));
    }

    [Fact]
    public async Task A_changed_schedule_wakes_the_listeners_and_an_unknown_one_nobody()
    {
        await Store.Schedules.DeclareAsync(["it's \"hourly\" \\"], Token);
        await using var listener = await Listener.StartAsync(Other);

        await Store.Schedules.PauseAsync("it's \"hourly\" \\", transaction: null, Token);
        await Store.Schedules.ResumeAsync("it's \"hourly\" \\", transaction: null, Token);
        await Store.Schedules.TriggerAsync("it's \"hourly\" \\", transaction: null, Token);
        await Store.Schedules.TriggerAsync("unknown", transaction: null, Token);

        for (var i = 0; i < 3; i++)
            Assert.Equal(new Wakeup(WakeupKind.PeriodicChanged), await listener.NextAsync());
        await AssertSilentAsync(listener);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Changes_of_a_schedule_join_a_transaction(bool commit)
    {
        await Store.Schedules.DeclareAsync(["hourly"], Token);

        await InTransactionAsync(commit, async transaction =>
        {
            Assert.True(await Store.Schedules.PauseAsync("hourly", transaction, Token));
            Assert.True(await Store.Schedules.TriggerAsync("hourly", transaction, Token));
            Assert.Equal(Clock.Now, Assert.Single(await Store.Schedules.ListAsync(transaction, Token)).PausedAt);
        });

        var row = Assert.Single(await Store.Schedules.ListAsync(transaction: null, Token));
        Assert.Equal(commit ? Clock.Now : null, row.PausedAt);
        Assert.Equal(commit ? Clock.Now : null, row.TriggeredAt);
    }
}
