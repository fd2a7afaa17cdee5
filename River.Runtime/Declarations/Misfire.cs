namespace River;

/// <summary>
/// What happens to the slots of a schedule that passed while no process could take them. A slot counts as missed once the
/// next one is due as well, or, for <see cref="Skip"/>, once it is more than a minute old.
/// </summary>
public enum Misfire
{
    /// <summary>The latest missed slot runs, late; the ones before it don't. The default.</summary>
    One,

    /// <summary>No missed slot runs; the schedule goes on with the next one.</summary>
    Skip,

    /// <summary>Every missed slot runs, the oldest first, up to <see cref="PeriodicAttribute.MisfireLimit"/>; the ones before those don't.</summary>
    All,
}
