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
}
