using System;
using System.Globalization;

namespace River.Grammar;

/// <summary>
/// How far the last retry of River's default policy lies ahead: attempt⁴ seconds after each failure, without jitter,
/// each wait capped at River's longest duration (2⁶³−1 ns, 292 years).
/// </summary>
internal static class RetryHorizon
{
    /// <summary>River's longest duration.</summary>
    public const double LongestWaitSeconds = long.MaxValue / 1e9;

    /// <summary>The first failure whose wait is the longest one.</summary>
    public const int FirstCappedAttempt = 310;

    private const double SecondsPerDay = 86_400;
    private const double DaysPerYear = 365.25;

    /// <summary>The sum of all waits between the first attempt and the last, in days; 0 where nothing is retried.</summary>
    public static double Days(int maxAttempts)
    {
        double seconds = 0;
        for (var attempt = 1; attempt < maxAttempts && attempt < FirstCappedAttempt; attempt++)
            seconds += WaitSeconds(attempt);
        if (maxAttempts > FirstCappedAttempt)
            seconds += ((double)maxAttempts - FirstCappedAttempt) * LongestWaitSeconds;
        return seconds / SecondsPerDay;
    }

    /// <summary>The greatest number of attempts whose last retry lies within so many days; at least 1, at most 32,767.</summary>
    public static int MostAttemptsWithin(double days)
    {
        var attempts = 1;
        while (attempts < short.MaxValue && Days(attempts + 1) <= days)
            attempts++;
        return attempts;
    }

    /// <summary>A horizon as messages say it: <c>97.6 days</c>, <c>about 220,000 years</c>.</summary>
    public static string Describe(double days)
    {
        if (days < 1)
            return (days * 24).ToString("0.0", CultureInfo.InvariantCulture) + " hours";
        if (days < 2 * DaysPerYear)
            return days.ToString("0.0", CultureInfo.InvariantCulture) + " days";
        return "about " + TwoDigits(days / DaysPerYear).ToString("#,0.#", CultureInfo.InvariantCulture) + " years";
    }

    /// <summary>The wait after a failure, below <see cref="FirstCappedAttempt"/>, without jitter.</summary>
    public static double WaitSeconds(int attempt) => Math.Pow(attempt, 4);

    private static double TwoDigits(double number)
    {
        var unit = Math.Pow(10, Math.Floor(Math.Log10(number)) - 1);
        return Math.Round(number / unit) * unit;
    }
}
