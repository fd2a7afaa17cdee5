using River.TestSupport.Time;
using Xunit;

namespace River.TestSupport.Tests;

public sealed class FakeTimeProviderTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly FakeTimeProvider _time = new();
    private readonly List<string> _fired = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void Timers_fire_in_the_order_of_their_due_times_and_see_them_as_now()
    {
        var start = _time.GetUtcNow();
        Arm("late", 3 * Second);
        Arm("early", 1 * Second);
        Arm("also late", 3 * Second);
        Arm("not yet", 5 * Second);

        _time.Advance(4 * Second);

        Assert.Equal(["early at 1", "late at 3", "also late at 3"], _fired);
        Assert.Equal(start + (4 * Second), _time.GetUtcNow());
        Assert.Equal(1, _time.ArmedTimers);
        return;

        void Arm(string name, TimeSpan due) =>
            _time.CreateTimer(_ => _fired.Add($"{name} at {(_time.GetUtcNow() - start).TotalSeconds}"), null, due, Timeout.InfiniteTimeSpan);
    }

    [Fact]
    public void After_a_jump_late_timers_see_the_time_after_it()
    {
        var start = _time.GetUtcNow();
        _time.CreateTimer(_ => _fired.Add($"late at {(_time.GetUtcNow() - start).TotalSeconds}"), null, Second, Timeout.InfiniteTimeSpan);
        _time.CreateTimer(_ => _fired.Add("not yet"), null, 5 * Second, Timeout.InfiniteTimeSpan);

        _time.Jump(4 * Second);

        Assert.Equal(["late at 4"], _fired);
        Assert.Equal(Second, _time.NextTimer);
    }

    [Fact]
    public async Task Time_is_moved_until_the_task_is_done_also_for_a_timer_that_is_armed_late()
    {
        var (start, done) = (_time.GetUtcNow(), new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        _time.CreateTimer(_ => _time.CreateTimer(_ => done.SetResult(), null, 2 * Second, Timeout.InfiniteTimeSpan), null, Second, Timeout.InfiniteTimeSpan);

        await _time.AdvanceUntilAsync(done.Task, Second, TestContext.Current.CancellationToken);

        Assert.Equal(3 * Second, _time.GetUtcNow() - start);
        await Assert.ThrowsAsync<FormatException>(() => _time.AdvanceUntilAsync(Task.FromException(new FormatException()), Second, TestContext.Current.CancellationToken));
    }

    [Fact]
    public void A_timer_armed_by_a_callback_fires_within_the_same_step()
    {
        _time.CreateTimer(
            _ => _time.CreateTimer(_ => _fired.Add("second"), null, Second, Timeout.InfiniteTimeSpan),
            null, Second, Timeout.InfiniteTimeSpan);

        _time.Advance(2 * Second);

        Assert.Equal(["second"], _fired);
    }

    [Fact]
    public void A_periodic_timer_fires_each_period_until_it_is_disposed()
    {
        var timer = _time.CreateTimer(_ => _fired.Add("tick"), null, Second, 2 * Second);
        _time.Advance(5 * Second);
        Assert.Equal(3, _fired.Count);

        timer.Dispose();
        _time.Advance(10 * Second);

        Assert.Equal(3, _fired.Count);
        Assert.False(timer.Change(Second, Second));
    }

    [Fact]
    public void A_timer_changed_to_infinite_never_fires()
    {
        var timer = _time.CreateTimer(_ => _fired.Add("never"), null, Second, Second);
        timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

        _time.Advance(10 * Second);

        Assert.Empty(_fired);
    }

    [Fact]
    public async Task A_delay_ends_when_time_has_passed_it()
    {
        var delay = Task.Delay(10 * Second, _time, Token);
        _time.Advance(9 * Second);
        Assert.False(delay.IsCompleted);

        _time.Advance(Second);

        await delay;
    }

    [Fact]
    public async Task A_timer_due_at_once_needs_no_advance()
    {
        var fired = new TaskCompletionSource();
        _time.CreateTimer(_ => fired.SetResult(), null, TimeSpan.Zero, Timeout.InfiniteTimeSpan);

        await fired.Task.SoonAsync(Token);
    }

    [Fact]
    public async Task Waiting_for_timers_ends_when_the_code_under_test_sleeps()
    {
        var waiting = _time.WaitForTimersAsync(2, Token);
        using var first = _time.CreateTimer(_ => { }, null, Second, Timeout.InfiniteTimeSpan);
        Assert.False(waiting.IsCompleted);

        using var second = _time.CreateTimer(_ => { }, null, Second, Timeout.InfiniteTimeSpan);

        await waiting;
    }

    [Fact]
    public async Task A_loop_is_stepped_from_sleep_to_sleep()
    {
        var turns = 0;
        var loop = Task.Run(async () =>
        {
            for (; turns < 3; turns++)
                await Task.Delay(7 * Second, _time, Token);
        }, Token);

        for (var i = 0; i < 3; i++)
            Assert.Equal(7 * Second, await _time.AdvanceToNextTimerAsync(Token));

        await loop;
        Assert.Equal(3, turns);
    }

    [Fact]
    public void Timestamps_advance_with_the_clock()
    {
        var started = _time.GetTimestamp();

        _time.Advance(90 * Second);

        Assert.Equal(90 * Second, _time.GetElapsedTime(started));
    }
}
