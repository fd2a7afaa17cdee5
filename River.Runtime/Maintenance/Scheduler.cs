using Microsoft.Extensions.Logging;
using River.Fetching;
using River.Storage;
using River.Supervision;
using River.Telemetry;

namespace River.Maintenance;

/// <summary>
/// The leader's duty to make due jobs available. Looks every five seconds, every second while it hears nothing, and at the
/// very moment at which it knows a job to be due.
/// </summary>
internal sealed class Scheduler(JobStore store, Fetcher fetcher, StatementLimit limit, TimeProvider time, ILogger logger)
{
    /// <summary>How many jobs one promotion takes: few at first, so that the first of many that are due together start at once, then more.</summary>
    private const int FirstPromotion = 500;
    private const int LargestPromotion = 5_000;
    private const int Growth = 3;

    private static readonly TimeSpan DeafInterval = TimeSpan.FromSeconds(1);

    private readonly Signal _wake = new(time);
    private long _nextLook = long.MaxValue;
    private volatile bool _isListening;
    private int _size = FirstPromotion;

    private TimeSpan Interval => _isListening ? DueSoon.LookInterval : DeafInterval;

    /// <summary>Whether notifications arrive. From their beginning on nothing is missed; what was before is looked at now.</summary>
    public void Listening(bool arrives)
    {
        _isListening = arrives;
        NudgeDue(TimeSpan.Zero);
    }

    /// <summary>A job falls due after a wait.</summary>
    public void NudgeDue(TimeSpan delay)
    {
        // What is further ahead is seen by a look before it is due.
        if (delay >= DueSoon.LookInterval)
            return;
        var due = time.GetTimestamp() + (long)(delay.TotalSeconds * time.TimestampFrequency);
        for (var known = Volatile.Read(ref _nextLook); due < known; known = Volatile.Read(ref _nextLook))
        {
            if (Interlocked.CompareExchange(ref _nextLook, due, known) != known)
                continue;
            _wake.Set();
            return;
        }
    }

    /// <summary>One promotion, and the wait for the next.</summary>
    public async Task TurnAsync(LeaderTerm term, CancellationToken stop)
    {
        Interlocked.Exchange(ref _nextLook, long.MaxValue);
        var promotion = await limit.RunAsync(token => store.Due.PromoteAsync(term, _size, token), stop).ConfigureAwait(false);
        if (promotion.Count > 0)
            logger.JobsPromoted(promotion.Count, promotion.Queues.Count);
        foreach (var queue in promotion.Queues)
            fetcher.Nudge(queue);
        if (promotion.Count >= _size)
        {
            _size = Math.Min(_size * Growth, LargestPromotion);
            return;
        }

        _size = FirstPromotion;
        var looked = time.GetTimestamp();
        var wait = promotion.NextDueIn is { } next && next < Interval ? next : Interval;
        while (Remaining(looked, wait) is var remaining && remaining > TimeSpan.Zero)
            await _wake.WaitAsync(remaining, stop).ConfigureAwait(false);
    }

    private TimeSpan Remaining(long looked, TimeSpan wait)
    {
        var remaining = wait - time.GetElapsedTime(looked);
        var nextLook = Volatile.Read(ref _nextLook);
        if (nextLook == long.MaxValue)
            return remaining;
        var untilNudge = time.GetElapsedTime(time.GetTimestamp(), nextLook);
        return untilNudge < remaining ? untilNudge : remaining;
    }
}
