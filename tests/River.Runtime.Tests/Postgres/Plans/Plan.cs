using System.Diagnostics;
using System.Text.Json;
using Npgsql;

namespace River.Tests.Postgres.Plans;

/// <summary>How PostgreSQL would run a statement, as <c>EXPLAIN</c> tells.</summary>
internal sealed class Plan
{
    private readonly JsonElement _root;

    private Plan(JsonElement root, TimeSpan took)
    {
        _root = root;
        Took = took;
    }

    public TimeSpan Took { get; }

    /// <summary>How many rows were looked at, those passed over included.</summary>
    public long RowsRead(string table) => Scans(table).Sum(node => Number(node, "Actual Loops") * (Number(node, "Actual Rows") + Number(node, "Rows Removed by Filter") + Number(node, "Rows Removed by Index Recheck")));

    /// <summary>Ways to a table, such as <c>Index Scan by river_job_pkey</c>.</summary>
    public IEnumerable<string> ScansOf(string table) => Scans(table).Select(node => $"{Text(node, "Node Type")} by {Text(node, "Index Name") ?? "nothing"}");

    public override string ToString() => _root.GetRawText();

    /// <summary>Prepares a statement as it is and explains one execution, rolled back.</summary>
    public static async Task<Plan> OfAsync(NpgsqlConnection connection, string settings, string statement, string arguments, string types = "")
    {
        await ExecuteAsync(connection, settings);
        await ExecuteAsync(connection, $"DEALLOCATE ALL; PREPARE explained{types} AS {statement}");
        await using var transaction = await connection.BeginTransactionAsync();
        var started = Stopwatch.GetTimestamp();
        await using var explain = new NpgsqlCommand($"EXPLAIN (FORMAT JSON, ANALYZE, TIMING off) EXECUTE explained({arguments})", connection, transaction);
        var json = (string)(await explain.ExecuteScalarAsync())!;
        var took = Stopwatch.GetElapsedTime(started);
        await transaction.RollbackAsync();
        return new Plan(JsonElement.Parse(json)[0].GetProperty("Plan"), took);
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string text)
    {
        await using var command = new NpgsqlCommand(text, connection);
        await command.ExecuteNonQueryAsync();
    }

    private IEnumerable<JsonElement> Scans(string table) => Nodes(_root).Where(node =>
        Text(node, "Node Type") != "ModifyTable"
        && (Text(node, "Relation Name") == table || (Text(node, "Index Name") ?? "").StartsWith($"{table}_", StringComparison.Ordinal)));

    private static long Number(JsonElement node, string name) => node.TryGetProperty(name, out var value) ? (long)value.GetDouble() : 0;

    private static IEnumerable<JsonElement> Nodes(JsonElement node) =>
        node.TryGetProperty("Plans", out var children) ? children.EnumerateArray().SelectMany(Nodes).Prepend(node) : [node];

    private static string? Text(JsonElement node, string name) => node.TryGetProperty(name, out var value) ? value.GetString() : null;
}
