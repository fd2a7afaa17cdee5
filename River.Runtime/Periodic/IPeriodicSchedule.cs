namespace River;

/// <summary>
/// When a periodic job runs. Cron expressions and intervals come from <see cref="PeriodicSchedule"/>; implement it for
/// anything else, such as a calendar of holidays.
/// </summary>
/// <remarks>
/// It must be a function of its argument alone: every process asks it and must get the same answer, also for moments long
/// past. It must return soon, and may be called from any thread. A schedule that throws, takes longer than 10 s or doesn't
/// advance is set aside with growing waits and a logged <see cref="PeriodicScheduleException"/>; the others go on.
/// </remarks>
public interface IPeriodicSchedule
{
    /// <summary>The first slot strictly after a moment.</summary>
    /// <param name="after">The slot before, or the moment when the database first saw the schedule; in UTC.</param>
    /// <returns>The slot, of which whole microseconds count; null when there is none any more.</returns>
    DateTimeOffset? NextAfter(DateTimeOffset after);
}
