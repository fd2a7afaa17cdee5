namespace River.Fetching;

/// <summary>
/// Lets a loop that is about to send a statement wait for jobs that are just about to end, so that one statement does for
/// many: as long as jobs go on ending, and at most for a fraction of what a statement takes. Never waits where no job runs,
/// nor for one that doesn't end.
/// </summary>
/// <param name="time">Measures the wait.</param>
/// <param name="taken">The slots that jobs run in.</param>
internal sealed class Gathering(TimeProvider time, TakenSlots taken)
{
    /// <summary>The part of a statement's time that is worth waiting to be rid of the next one.</summary>
    private const int Share = 4;

    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(1);

    private TimeSpan _limit = TimeSpan.Zero;

    /// <summary>Says how long a statement took.</summary>
    public void Saves(TimeSpan statement) => _limit = statement / Share < Longest ? statement / Share : Longest;

    public async ValueTask WaitAsync()
    {
        var before = taken.Count;
        var started = time.GetTimestamp();
        while (before > 0)
        {
            // Behind all that waits for a thread of the pool: jobs just started, and those that are about to end.
            await Task.Yield();
            var now = taken.Count;
            if (now >= before || time.GetElapsedTime(started) > _limit)
                return;
            before = now;
        }
    }
}
