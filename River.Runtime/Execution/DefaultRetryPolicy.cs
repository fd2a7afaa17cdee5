using River.Grammar;
using River.Hosting;

namespace River.Execution;

/// <summary>River's own policy: n⁴ seconds after the n-th failure, a tenth more or less, at most 292 years.</summary>
internal static class DefaultRetryPolicy
{
    private const double Spread = 0.1;

    /// <summary>The longest wait that River's Go clients can express: 2⁶³−1 ns.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromTicks(long.MaxValue / TimeSpan.NanosecondsPerTick);

    /// <summary>Counts errors, not attempts: a rescue adds one as well, and a snooze doesn't.</summary>
    public static TimeSpan NextRetry(JobRow row, Randomness randomness)
    {
        var failure = row.Errors.Count + 1;
        if (failure >= RetryHorizon.FirstCappedAttempt)
            return LongestWait;
        var seconds = RetryHorizon.WaitSeconds(failure) * (1 - Spread + (2 * Spread * randomness.Fraction()));
        return seconds < RetryHorizon.LongestWaitSeconds ? TimeSpan.FromSeconds(seconds) : LongestWait;
    }
}
