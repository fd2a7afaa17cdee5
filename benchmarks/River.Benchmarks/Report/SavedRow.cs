using River.Benchmarks.Measuring;

namespace River.Benchmarks.Report;

/// <summary>Everything measured so far, as <c>docs/benchmarks.json</c> keeps it: a run replaces the rows that it measured.</summary>
internal sealed record SavedReport(IReadOnlyList<SavedRow> Rows);

/// <summary>A row with the machine and the options of the run that measured it.</summary>
internal sealed record SavedRow(
    string Id, string Title, string Target, Machine Machine, SavedOptions Options, IReadOnlyList<SavedContender> Contenders, IReadOnlyList<string> Notes, IReadOnlyList<string> Failures)
{
    /// <summary>What of the processors' time the host kept back meanwhile, in percent of what was wanted; null where that wasn't looked at.</summary>
    public double? Stolen { get; init; }

    public static SavedRow Of(RowResult result, Machine machine, RunOptions options)
    {
        var ours = result.Contenders.FirstOrDefault(contender => contender.Role == Role.River && contender.Samples.Count > 0);
        return new SavedRow(
            result.Row.Id,
            result.Row.Title,
            result.Row.Target,
            machine,
            new SavedOptions(options.Repeats, options.Jobs, options.Seconds, options.Finished, options.Quick),
            [.. result.Contenders.Where(contender => contender.Samples.Count > 0).Select(contender => new SavedContender(
                contender.Name,
                contender.Role.ToString(),
                ours is null || contender == ours ? null : RowResult.Ratio(ours, contender),
                [.. contender.Spreads().Select(spread => new SavedFigure(spread.Name, spread.Unit, spread.Median, spread.Least, spread.Most, spread.Repeats))],
                contender.Samples[^1].Course))],
            result.Notes,
            result.Failures)
        {
            Stolen = Math.Round(result.Stolen, 1),
        };
    }
}

/// <summary>What the options of a run change in its figures.</summary>
internal sealed record SavedOptions(int Repeats, int Jobs, int Seconds, int Finished, bool Quick);

/// <summary>A contender's figures; <see cref="OursToThis"/> is null for ourselves.</summary>
internal sealed record SavedContender(string Name, string Role, double? OursToThis, IReadOnlyList<SavedFigure> Figures, IReadOnlyList<Moment> Course)
{
    public bool Is(Role role) => string.Equals(Role, role.ToString(), StringComparison.Ordinal);
}

/// <summary>A figure over all repeats.</summary>
internal sealed record SavedFigure(string Name, string Unit, double Median, double Least, double Most, int N);
