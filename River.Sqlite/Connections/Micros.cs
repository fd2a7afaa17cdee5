namespace River.Sqlite.Connections;

/// <summary>
/// Times as the file holds them: whole microseconds since 1970 in UTC. Integers compare and add as they are, where text
/// would sort wrongly as soon as one writer formats it differently, and PostgreSQL keeps the same precision.
/// </summary>
internal static class Micros
{
    private static readonly long Last = Of(DateTimeOffset.MaxValue);

    public static long Of(DateTimeOffset time) => (time.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks) / TimeSpan.TicksPerMicrosecond;

    public static long Of(TimeSpan duration) => duration.Ticks / TimeSpan.TicksPerMicrosecond;

    /// <summary>A moment that can be read back, however long the wait.</summary>
    public static long After(long now, TimeSpan delay) => Math.Min(now + Of(delay), Last);

    /// <exception cref="OverflowException">No client writes such a number.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Nor such a one.</exception>
    public static DateTimeOffset Time(long micros) => DateTimeOffset.UnixEpoch.AddTicks(checked(micros * TimeSpan.TicksPerMicrosecond));
}
