using System.Globalization;
using System.Runtime.InteropServices;
using Npgsql;
using River.Benchmarks.Measuring;
using River.Benchmarks.Server;

namespace River.Benchmarks.Report;

/// <summary>What the figures were measured on.</summary>
internal sealed record Machine(string Date, int Cores, string Processor, double MemoryGigabytes, string System, string Postgres, string DotNet, string Npgsql, double InUse, string Settings)
{
    public string OneLine => $"{Date}, {WithoutMoment}, {InUse:0} % of the processors in use";

    /// <summary>The machine alone, which is the same for rows measured at different times.</summary>
    public string WithoutMoment => $"{Cores} cores ({Processor}), {MemoryGigabytes:0} GB, {System}, PostgreSQL {Postgres} ({Settings}), {DotNet}, Npgsql {Npgsql}";

    /// <summary>Whether others kept the processors from us when the run began.</summary>
    public bool WasBusy => InUse > 20;

    public static async Task<Machine> OfAsync(BenchServer server, RunOptions options, CancellationToken stop) => new(
        DateTimeOffset.UtcNow.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture),
        Environment.ProcessorCount,
        ProcessorName(),
        GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 1e9,
        RuntimeInformation.OSDescription,
        server.Version,
        RuntimeInformation.FrameworkDescription,
        typeof(NpgsqlConnection).Assembly.GetName().Version!.ToString(3),
        await InUseAsync(stop),
        string.Join(", ", new[] { "fsync on" }.Concat(BenchServer.Settings.Select(setting => $"{setting.Key} {setting.Value}"))) + (options.Analyze ? ", seeded tables analysed" : ", seeded tables not analysed"));

    /// <summary>The load averages over 1, 5 and 15 minutes.</summary>
    public static string Load() => File.Exists("/proc/loadavg") ? string.Join(' ', File.ReadAllText("/proc/loadavg").Split(' ')[..3]) : "unknown";

    /// <summary>What of all processors' time is used in two seconds of doing nothing here, in percent; 0 where that can't be seen.</summary>
    private static async Task<double> InUseAsync(CancellationToken stop)
    {
        var before = ProcessorTicks.Read();
        await Task.Delay(TimeSpan.FromSeconds(2), stop);
        return before.UsedUntil(ProcessorTicks.Read());
    }

    private static string ProcessorName()
    {
        const string Path = "/proc/cpuinfo";
        var line = File.Exists(Path) ? File.ReadLines(Path).FirstOrDefault(text => text.StartsWith("model name", StringComparison.Ordinal)) : null;
        return line is null ? RuntimeInformation.ProcessArchitecture.ToString() : line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
    }
}
