namespace River.Tests.Harness;

/// <summary>The machine's clock, which a test can move on at one stroke, as when a machine wakes from a freeze. Timers don't notice.</summary>
internal sealed class Skew : TimeProvider
{
    private long _ticks;
    private long _wallTicks;

    /// <summary>Moves everything: the clock on the wall and the one that measures.</summary>
    public void Add(TimeSpan time)
    {
        Interlocked.Add(ref _ticks, time.Ticks);
        SetWall(time);
    }

    /// <summary>Moves the clock on the wall only, as an administrator does.</summary>
    public void SetWall(TimeSpan by) => Interlocked.Add(ref _wallTicks, by.Ticks);

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + TimeSpan.FromTicks(Interlocked.Read(ref _wallTicks));

    public override long GetTimestamp() => System.GetTimestamp() + (long)(TimeSpan.FromTicks(Interlocked.Read(ref _ticks)).TotalSeconds * System.TimestampFrequency);

    public override long TimestampFrequency => System.TimestampFrequency;
}
