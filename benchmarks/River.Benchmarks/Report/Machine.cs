using System.Globalization;
using System.Runtime.InteropServices;
using Npgsql;
using River.Benchmarks.Server;

namespace River.Benchmarks.Report;

/// <summary>What the figures were measured on.</summary>
internal sealed record Machine(string Date, int Cores, string Processor, double MemoryGigabytes, string System, string Postgres, string DotNet, string Npgsql, string LoadAtStart, string Settings)
{
    public string OneLine => $"{Date}, {Cores} cores ({Processor}), {MemoryGigabytes:0} GB, {System}, PostgreSQL {Postgres} ({Settings}), {DotNet}, Npgsql {Npgsql}, load average at start {LoadAtStart}";

    /// <summary>Whether others kept the processors from us when the run began.</summary>
    public bool WasBusy => double.TryParse(LoadAtStart.Split(' ')[0], CultureInfo.InvariantCulture, out var load) && load > Cores / 2.0;

    public static Machine Of(BenchServer server, RunOptions options) => new(
        DateTimeOffset.UtcNow.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture),
        Environment.ProcessorCount,
        ProcessorName(),
        GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 1e9,
        RuntimeInformation.OSDescription,
        server.Version,
        RuntimeInformation.FrameworkDescription,
        typeof(NpgsqlConnection).Assembly.GetName().Version!.ToString(3),
        Load(),
        string.Join(", ", new[] { "fsync on" }.Concat(BenchServer.Settings.Select(setting => $"{setting.Key} {setting.Value}"))) + (options.Analyze ? ", seeded tables analysed" : ", seeded tables not analysed"));

    /// <summary>The load averages over 1, 5 and 15 minutes.</summary>
    public static string Load() => File.Exists("/proc/loadavg") ? string.Join(' ', File.ReadAllText("/proc/loadavg").Split(' ')[..3]) : "unknown";

    private static string ProcessorName()
    {
        const string Path = "/proc/cpuinfo";
        var line = File.Exists(Path) ? File.ReadLines(Path).FirstOrDefault(text => text.StartsWith("model name", StringComparison.Ordinal)) : null;
        return line is null ? RuntimeInformation.ProcessArchitecture.ToString() : line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
    }
}
