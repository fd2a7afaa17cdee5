namespace River.TestSupport.Time;

/// <summary>The moment a test tells a store is now, in the whole microseconds that a store keeps.</summary>
public sealed class TestClock
{
    private readonly Lock _gate = new();
    private DateTimeOffset _now;

    public TestClock() : this(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero))
    {
    }

    public TestClock(DateTimeOffset now) => _now = Whole(now);

    public DateTimeOffset Now
    {
        get
        {
            lock (_gate)
                return _now;
        }
        set
        {
            lock (_gate)
                _now = Whole(value);
        }
    }

    public DateTimeOffset Advance(TimeSpan by)
    {
        lock (_gate)
            return _now = Whole(_now + by);
    }

    private static DateTimeOffset Whole(DateTimeOffset moment) =>
        new(moment.UtcTicks - (moment.UtcTicks % TimeSpan.TicksPerMicrosecond), TimeSpan.Zero);
}
