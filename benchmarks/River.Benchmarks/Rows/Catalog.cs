using River.Benchmarks.Measuring;

namespace River.Benchmarks.Rows;

/// <summary>All rows, in the order of the table.</summary>
internal static class Catalog
{
    public static IReadOnlyList<Row> All { get; } =
    [
        .. BurnDown.Rows,
        .. Producing.Rows,
        .. Enqueueing.Rows,
        .. Latency.Rows,
        .. DueAtOnce.Rows,
        .. ManyQueues.Rows,
        .. FewWorkers.Rows,
        .. Idling.Rows,
        .. Tables.Rows,
        .. Pressure.Rows,
    ];

    /// <summary>The rows that the command line names.</summary>
    /// <param name="options">The command line.</param>
    /// <param name="fault">Why there are none, or the list that was asked for.</param>
    public static IReadOnlyList<Row> Select(RunOptions options, out string fault)
    {
        var list = string.Join('\n', All.Select(row => $"  {row.Id,-16} {row.Title}"));
        fault = list;
        if (options.List)
            return [];
        var unknown = options.Rows.FirstOrDefault(id => All.All(row => !string.Equals(row.Id, id, StringComparison.Ordinal)));
        if (unknown is not null)
        {
            fault = $"There is no row '{unknown}'. The rows are:\n{list}";
            return [];
        }

        return options.Rows.Count == 0 ? All : [.. All.Where(row => options.Rows.Contains(row.Id, StringComparer.Ordinal))];
    }
}
