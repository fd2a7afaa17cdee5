using System.Globalization;
using System.Text;
using River.Benchmarks.Measuring;

namespace River.Benchmarks.Report;

/// <summary>Results for people at a terminal.</summary>
internal static class TextTable
{
    public static string Of(IReadOnlyList<RowResult> results)
    {
        var text = new StringBuilder();
        foreach (var result in results)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"{result.Row.Id}: {result.Row.Title}; target {result.Row.Target}");
            var ours = result.Contenders.FirstOrDefault(contender => contender.Role == Role.River);
            foreach (var contender in result.Contenders.Where(contender => contender.Samples.Count > 0))
            {
                var spreads = contender.Spreads().ToArray();
                text.Append(CultureInfo.InvariantCulture, $"  {contender.Name,-44} {Median(spreads[0]),22}  ({Number(spreads[0].Least)}–{Number(spreads[0].Most)}, n={spreads[0].Repeats})");
                if (ours is not null && contender != ours && RowResult.Ratio(ours, contender) is { } ratio)
                    text.Append(CultureInfo.InvariantCulture, $"  ours/this {ratio:0.00}");
                text.AppendLine();
                if (spreads.Length > 1)
                    text.AppendLine(CultureInfo.InvariantCulture, $"      {string.Join(", ", spreads.Skip(1).Select(spread => Median(spread)))}");
            }

            foreach (var failure in result.Failures)
                text.AppendLine(CultureInfo.InvariantCulture, $"  FAILED {failure}");
        }

        return text.ToString();
    }

    public static string Line(Sample sample) => string.Join(", ", sample.Figures.Select(figure => $"{figure.Name} {Number(figure.Value)} {figure.Unit}"));

    public static string Number(double value) => Math.Abs(value) switch
    {
        >= 100 => value.ToString("N0", CultureInfo.InvariantCulture),
        >= 10 => value.ToString("0.0", CultureInfo.InvariantCulture),
        _ => value.ToString("0.00", CultureInfo.InvariantCulture),
    };

    private static string Median(Spread spread) => $"{spread.Name} {Number(spread.Median)} {spread.Unit}";
}
