using System.Diagnostics;

namespace River.Benchmarks.Measuring;

/// <summary>Times as figures: the middle, and how bad it gets.</summary>
internal static class Percentiles
{
    public static Sample Of(IReadOnlyList<long> ticks)
    {
        var sorted = ticks.Order().Select(value => Stopwatch.GetElapsedTime(0, value).TotalMilliseconds).ToArray();
        return new Sample(At("p50", 0.5), At("p95", 0.95), At("p99", 0.99), new Figure("worst", sorted[^1], "ms"));

        Figure At(string name, double share) => new(name, sorted[Math.Min(sorted.Length - 1, (int)Math.Ceiling(share * sorted.Length) - 1)], "ms");
    }
}
