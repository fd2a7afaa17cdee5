using River.Storage;

namespace River.Presence;

/// <summary>The times of heartbeats and of rescue, all from two options; docs/adr has the arithmetic.</summary>
internal sealed class BeatRhythm(TimeSpan interval, TimeSpan lease)
{
    /// <summary>How much larger than the interval the lease must be.</summary>
    public const int LeastBeats = 3;

    public static readonly TimeSpan LongestRetry = TimeSpan.FromSeconds(1);

    public TimeSpan Interval => interval;

    /// <summary>How long one beat may take, so that another can follow within the lease.</summary>
    public TimeSpan Limit => lease / LeastBeats;

    /// <summary>
    /// How long a client must have been the rescuer before it takes jobs of silent clients: so long that every client which
    /// was kept from beating, as by a restart of the database, has had time to beat again. 8 s with a lease of 15 s.
    /// </summary>
    public TimeSpan Grace => lease * 8 / 15;

    /// <summary>With a lease of 15 s, 12 s to rescue, and a gap of at most 8 s.</summary>
    public BeatTerms Terms { get; } = new(lease, lease * 4 / 5, lease * 8 / 15);
}
