namespace River.Benchmarks.Measuring;

/// <summary>What all runs of one contender measured.</summary>
internal sealed class ContenderResult(Contender contender)
{
    private readonly List<Sample> _samples = [];

    public string Name => contender.Name;

    public Role Role => contender.Role;

    public IReadOnlyList<Sample> Samples => _samples;

    public void Add(Sample sample) => _samples.Add(sample);

    public IEnumerable<Spread> Spreads() => _samples.Count == 0
        ? []
        : _samples[0].Figures.Select(figure => Spread.Of(figure, [.. _samples.SelectMany(sample => sample.Figures).Where(other => string.Equals(other.Name, figure.Name, StringComparison.Ordinal)).Select(other => other.Value)]));
}

/// <summary>A figure over all repeats.</summary>
internal sealed record Spread(string Name, string Unit, Better Better, double Median, double Least, double Most, int Repeats)
{
    public static Spread Of(Figure figure, double[] values)
    {
        Array.Sort(values);
        var middle = values.Length / 2;
        var median = values.Length % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
        return new Spread(figure.Name, figure.Unit, figure.Better, median, values[0], values[^1], values.Length);
    }
}

/// <summary>A measured row.</summary>
internal sealed class RowResult(Row row)
{
    private readonly List<ContenderResult> _contenders = [];

    public Row Row => row;

    public IReadOnlyList<ContenderResult> Contenders => _contenders;

    /// <summary>What of the processors' time the host kept back while the row was measured, in percent of what was wanted.</summary>
    public double Stolen { get; set; }

    /// <summary>What went wrong, or couldn't be run here.</summary>
    public List<string> Failures { get; } = [];

    public List<string> Notes { get; } = [];

    public void Add(ContenderResult contender) => _contenders.Add(contender);

    /// <summary>
    /// How many times better or worse the first contender is in its main figure: above 1 is faster for a rate, longer for
    /// a time. The median over repeats, each compared with the other's run beside it, so that a machine that slows down
    /// slows both.
    /// </summary>
    public static double? Ratio(ContenderResult ours, ContenderResult theirs)
    {
        if (ours.Samples.Count == 0 || theirs.Samples.Count == 0)
            return null;
        if (!string.Equals(ours.Samples[0].Figures[0].Unit, theirs.Samples[0].Figures[0].Unit, StringComparison.Ordinal))
            return null;
        var ratios = ours.Samples.Count == theirs.Samples.Count
            ? ours.Samples.Zip(theirs.Samples, (a, b) => a.Figures[0].Value / b.Figures[0].Value).ToArray()
            : [ours.Spreads().First().Median / theirs.Spreads().First().Median];
        return Spread.Of(new Figure("", 0, ""), ratios).Median;
    }
}
