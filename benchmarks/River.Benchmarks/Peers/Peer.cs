using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Npgsql;
using River.Benchmarks.Measuring;
using River.Benchmarks.Server;

namespace River.Benchmarks.Peers;

/// <summary>Another job system, run by its program in <c>benchmarks/peers</c> on a database of its own.</summary>
internal static class Peer
{
    private static readonly SemaphoreSlim Preparing = new(1);

    /// <summary>What a peer may tell of itself, under the names and in the units of our own figures.</summary>
    private static readonly Figure[] Units =
    [
        new("rate", 0, "jobs/s", Better.Higher),
        new("all done", 0, "s"),
        new("first start", 0, "ms"),
        new("claim to completed", 0, "KB/job"),
        new("transactions", 0, "per s"),
        new("client CPU", 0, "% of a core"),
        new("start", 0, "ms"),
    ];

    public static Contender GraphileWorker(string mode, Func<Trial, int>? jobs = null) => Of("graphile-worker", mode, jobs);

    public static Contender PgBoss(string mode, Func<Trial, int>? jobs = null) => Of("pg-boss", mode, jobs);

    public static Contender RiverGo(string mode, Func<Trial, int>? jobs = null) => Of("river-go", mode, jobs);

    private static Contender Of(string name, string mode, Func<Trial, int>? jobs) => new(name, Role.Peer, async trial =>
    {
        var (folder, program, first) = await (string.Equals(name, "river-go", StringComparison.Ordinal) ? BuiltAsync(name, trial.Stop) : InstalledAsync(name, trial.Stop));
        await using var database = await trial.Server.CreateEmptyDatabaseAsync(trial.Stop);
        var seconds = Math.Min(trial.Duration.TotalSeconds, mode is "produce" or "idle-1" or "idle-1800" ? double.MaxValue : 5);
        var line = await RunAsync(folder, program, [.. first, mode, Url(database), (jobs?.Invoke(trial) ?? trial.Jobs).ToString(CultureInfo.InvariantCulture), seconds.ToString(CultureInfo.InvariantCulture)], trial.Stop);
        using var answer = JsonDocument.Parse(line);
        return answer.RootElement.TryGetProperty("times", out var times)
            ? Percentiles.Of([.. times.EnumerateArray().Select(time => (long)(time.GetDouble() / 1_000 * Stopwatch.Frequency))])
            : new Sample([.. Units.Where(figure => answer.RootElement.TryGetProperty(figure.Name, out _)).Select(figure => figure with { Value = answer.RootElement.GetProperty(figure.Name).GetDouble() })]);
    })
    {
        // A process of its own each time, so there is nothing to warm.
        WarmsUp = false,
    };

    private static async Task<(string Folder, string Program, string[] First)> InstalledAsync(string name, CancellationToken stop)
    {
        var folder = Folder(name);
        await PrepareAsync("npm", folder, ["ci", "--no-audit", "--no-fund", "--loglevel=error"], () => Directory.Exists(Path.Combine(folder, "node_modules", name)), stop);
        return (folder, "node", ["bench.js"]);
    }

    private static async Task<(string Folder, string Program, string[] First)> BuiltAsync(string name, CancellationToken stop)
    {
        var folder = Folder(name);
        var program = Path.Combine(folder, "bin", name);
        if (!File.Exists(program))
            await PrepareAsync("go", folder, ["build", "-mod=mod", "-o", program, "."], () => false, stop);
        return (folder, program, []);
    }

    private static async Task PrepareAsync(string tool, string folder, string[] arguments, Func<bool> isDone, CancellationToken stop)
    {
        await Preparing.WaitAsync(stop);
        try
        {
            if (!OnPath(tool))
                throw new NotHereException($"{tool} isn't on PATH");
            if (!isDone())
                await RunAsync(folder, tool, arguments, stop);
        }
        catch (InvalidOperationException error)
        {
            throw new NotHereException($"its packages can't be had: {error.Message.Split('\n')[0]}");
        }
        finally
        {
            Preparing.Release();
        }
    }

    private static string Folder(string name) => Path.Combine(Repository.Folder, "benchmarks", "peers", name);

    /// <summary>Runs a program to its end and returns its last line.</summary>
    private static async Task<string> RunAsync(string folder, string program, string[] arguments, CancellationToken stop)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} doesn't start.");
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(stop);
            var errors = process.StandardError.ReadToEndAsync(stop);
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
            limit.CancelAfter(TimeSpan.FromMinutes(5));
            await process.WaitForExitAsync(limit.Token);
            var lines = (await output).Split('\n', StringSplitOptions.RemoveEmptyEntries);
            return process.ExitCode == 0
                ? lines.Length == 0 ? "" : lines[^1]
                : throw new InvalidOperationException($"{program} {arguments[0]} ended with {process.ExitCode}: {await errors}");
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
    }

    private static bool OnPath(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, program)) || File.Exists(Path.Combine(folder, program + ".exe")));

    private static string Url(BenchDatabase database)
    {
        var parts = new NpgsqlConnectionStringBuilder(database.ConnectionString);
        return $"postgres://{Uri.EscapeDataString(parts.Username!)}:{Uri.EscapeDataString(parts.Password ?? "")}@{parts.Host}:{parts.Port.ToString(CultureInfo.InvariantCulture)}/{parts.Database}";
    }
}
