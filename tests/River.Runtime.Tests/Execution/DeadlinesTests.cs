using River.Execution;
using River.TestSupport.Time;
using Xunit;

namespace River.Tests.Execution;

public sealed class DeadlinesTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void Timeouts_of_every_length_leave_few_lines_and_timers_behind()
    {
        var deadlines = new Deadlines(_time);

        for (var i = 1; i <= 10_000; i++)
        {
            var deadline = new Told();
            deadlines.Add(deadline, TimeSpan.FromMilliseconds(i));
            deadlines.Remove(deadline);
        }

        Assert.InRange(deadlines.Lines, 1, 32);
        Assert.Equal(deadlines.Lines, _time.ArmedTimers);
        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal((0, 0), (deadlines.Lines, _time.ArmedTimers));
    }

    [Fact]
    public void Of_many_lines_those_in_use_stay_and_tell_in_time()
    {
        var deadlines = new Deadlines(_time);
        Told[] told = [.. Enumerable.Range(1, 100).Select(_ => new Told())];
        for (var i = 0; i < told.Length; i++)
            deadlines.Add(told[i], TimeSpan.FromSeconds(i + 1));

        for (var i = 0; i < told.Length; i += 2)
            deadlines.Remove(told[i]);
        _time.Advance(TimeSpan.FromSeconds(told.Length));

        Assert.All(told, (one, i) => Assert.Equal(i % 2, one.Times));
        Assert.Equal(0, deadlines.Lines);
    }

    [Fact]
    public void A_late_timer_of_an_ended_line_leaves_the_next_line_of_that_length_alone()
    {
        var late = new LateTimers(_time);
        var deadlines = new Deadlines(late);
        for (var i = 1; i <= 32; i++)
            deadlines.Add(new Told(), TimeSpan.FromHours(i));
        var (first, second) = (new Told(), new Told());
        deadlines.Add(first, TimeSpan.FromSeconds(1));
        deadlines.Remove(first);
        deadlines.Add(second, TimeSpan.FromSeconds(1));

        late.Fire(32);

        Assert.Equal(33, deadlines.Lines);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal((0, 1), (first.Times, second.Times));
    }

    private sealed class Told : Deadline
    {
        public int Times { get; private set; }

        protected internal override void Expired() => Times++;
    }

    /// <summary>Timers that can fire although they were disposed, as one may that is just being disposed.</summary>
    private sealed class LateTimers(TimeProvider inner) : TimeProvider
    {
        private readonly List<Action> _all = [];

        public override long TimestampFrequency => inner.TimestampFrequency;

        public void Fire(int index) => _all[index]();

        public override long GetTimestamp() => inner.GetTimestamp();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            _all.Add(() => callback(state));
            return inner.CreateTimer(callback, state, dueTime, period);
        }
    }
}
