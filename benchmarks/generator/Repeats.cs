using System.Diagnostics;

namespace River.Benchmarks.GeneratorCost;

/// <summary>Repeats a measurement as often as asked, but begins no run that would end after the limit: what takes long varies little.</summary>
internal sealed class Repeats(int runs, TimeSpan limit, Action<string> say)
{
    /// <summary>Runs that don't count: as many as fit into two thirds of the time that counts, as methods are compiled for good only after many calls.</summary>
    public Repeats WarmUp => new(int.MaxValue, limit * 2 / 3, say);

    /// <summary>The results of one run or more.</summary>
    public T[] Of<T>(Func<T> once)
    {
        var results = new List<T>();
        var started = Stopwatch.GetTimestamp();
        TimeSpan took;
        do
        {
            results.Add(once());
            took = Stopwatch.GetElapsedTime(started);
            say($"  run {results.Count}{(runs == int.MaxValue ? "" : $" of {runs} at most")}, {took.TotalSeconds:N0} s so far");
        }
        while (results.Count < runs && took + (took / results.Count) <= limit);
        return [.. results];
    }
}
