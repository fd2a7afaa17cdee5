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

    public static Contender GraphileWorker(string mode, Func<Trial, int>? jobs = null) => Of("graphile-worker", mode, jobs);

    public static Contender PgBoss(string mode, Func<Trial, int>? jobs = null) => Of("pg-boss", mode, jobs);

    public static Contender RiverGo(string mode, Func<Trial, int>? jobs = null) => Of("river-go", mode, jobs);

    private static Contender Of(string name, string mode, Func<Trial, int>? jobs) => new(name, Role.Peer, async trial =>
    {
        var (folder, program, first) = await (string.Equals(name, "river-go", StringComparison.Ordinal) ? BuiltAsync(name, trial.Stop) : InstalledAsync(name, trial.Stop));
        await using var database = await trial.Server.CreateEmptyDatabaseAsync(trial.Stop);
        var seconds = Math.Min(trial.Duration.TotalSeconds, string.Equals(mode, "produce", StringComparison.Ordinal) ? double.MaxValue : 5);
        var line = await RunAsync(folder, program, [.. first, mode, Url(database), (jobs?.Invoke(trial) ?? trial.Jobs).ToString(CultureInfo.InvariantCulture), seconds.ToString(CultureInfo.InvariantCulture)], trial.Stop);
        using var answer = JsonDocument.Parse(line);
        return answer.RootElement.TryGetProperty("times", out var times)
            ? Percentiles.Of([.. times.EnumerateArray().Select(time => (long)(time.GetDouble() / 1_000 * Stopwatch.Frequency))])
            : new Sample(new Figure("rate", answer.RootElement.GetProperty("rate").GetDouble(), "jobs/s", Better.Higher));
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
        await PrepareAsync("go", folder, ["build", "-mod=mod", "-o", program, "."], () => File.Exists(program), stop);
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
