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
internal sealed record Sample(params IReadOnlyList<Figure> Figures);
