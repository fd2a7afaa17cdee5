using System.Text.Json;
using River.Benchmarks.Measuring;
using River.Benchmarks.Rows;

namespace River.Benchmarks.Report;

/// <summary>A run as JSON, and put among the rows that were saved before.</summary>
internal sealed class BenchmarkReport(Machine machine, RunOptions options, IReadOnlyList<RowResult> results)
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static string Docs => Path.Combine(Repository.Folder, "docs");

    private static string Saved => Path.Combine(Docs, "benchmarks.json");

    private IReadOnlyList<SavedRow> Rows => [.. results.Select(result => SavedRow.Of(result, machine, options))];

    public string Json() => Text(Rows);

    /// <summary>Writes <c>docs/benchmarks.md</c> and <c>docs/benchmarks.json</c>; rows that this run didn't measure keep their figures.</summary>
    public async Task SaveAsync(CancellationToken stop)
    {
        var rows = Rows.Where(row => row.Contenders.Count > 0).ToDictionary(row => row.Id, StringComparer.Ordinal);
        foreach (var row in await ReadAsync(stop))
            rows.TryAdd(row.Id, row);
        SavedRow[] ordered = [.. Catalog.All.Where(row => rows.ContainsKey(row.Id)).Select(row => rows[row.Id])];
        await File.WriteAllTextAsync(Saved, Text(ordered), stop);
        await File.WriteAllTextAsync(Path.Combine(Docs, "benchmarks.md"), await BenchmarkPage.OfAsync(ordered, stop), stop);
        Console.WriteLine($"Written: {Path.Combine(Docs, "benchmarks.md")} and benchmarks.json.");
    }

    private static string Text(IReadOnlyList<SavedRow> rows) => JsonSerializer.Serialize(new SavedReport(rows), Indented) + "\n";

    private static async Task<IReadOnlyList<SavedRow>> ReadAsync(CancellationToken stop)
    {
        if (!File.Exists(Saved))
            return [];
        await using var file = File.OpenRead(Saved);
        return (await JsonSerializer.DeserializeAsync<SavedReport>(file, Indented, stop))?.Rows ?? [];
    }
}
