namespace River.Benchmarks.Measuring;

/// <summary>Which way a figure gets better.</summary>
internal enum Better
{
    Higher,
    Lower,
}

/// <summary>A number with its name and unit.</summary>
internal sealed record Figure(string Name, double Value, string Unit, Better Better = Better.Lower);

/// <summary>What one run measured; the first figure is the row's own, the others explain it.</summary>
internal sealed record Sample(params IReadOnlyList<Figure> Figures)
{
    /// <summary>How it went over time; empty where that isn't looked at.</summary>
    public IReadOnlyList<Moment> Course { get; init; } = [];
}

/// <summary>The state of a run at one moment of it.</summary>
internal sealed record Moment(double Seconds, double JobsPerSecond, long DeadRows, double TableMegabytes);
