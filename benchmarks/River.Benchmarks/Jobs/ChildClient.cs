using System.Diagnostics;
using System.Globalization;
using River.Benchmarks.Rows;
using River.Benchmarks.Server;

namespace River.Benchmarks.Jobs;

/// <summary>A client in a process of its own, so that its memory and processor time are its own.</summary>
internal sealed class ChildClient : IAsyncDisposable
{
    public const string Verb = "child";
    private const string Address = "RIVER_BENCHMARKS_DATABASE";

    private readonly Process _process;

    private ChildClient(Process process) => _process = process;

    /// <summary>How long it took to start.</summary>
    public TimeSpan Start { get; private set; }

    /// <param name="database">The jobs' database.</param>
    /// <param name="queues">How many queues it works; 0: a host without a client.</param>
    /// <param name="workers">How many workers each queue has.</param>
    /// <param name="compilesOnce">Whether each method is compiled once and for good, and not first roughly and again when it has been called thirty times.</param>
    public static async Task<ChildClient> StartAsync(BenchDatabase database, int queues, int workers, bool compilesOnce = false)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            Environment = { [Address] = database.ConnectionString },
        };

        if (compilesOnce)
            start.Environment["DOTNET_TieredCompilation"] = "0";

        // Under `dotnet x.dll` the process is dotnet's.
        if (string.Equals(Path.GetFileNameWithoutExtension(Environment.ProcessPath), "dotnet", StringComparison.Ordinal))
            start.ArgumentList.Add(typeof(ChildClient).Assembly.Location);
        foreach (var argument in new[] { Verb, queues.ToString(CultureInfo.InvariantCulture), workers.ToString(CultureInfo.InvariantCulture) })
            start.ArgumentList.Add(argument);
        var child = new ChildClient(Process.Start(start) ?? throw new InvalidOperationException("The client's process doesn't start."));
        child.Start = TimeSpan.FromMilliseconds((await child.ReadAsync())[0]);
        return child;
    }

    /// <summary>
    /// Megabytes resident, megabytes of live objects, and jobs worked so far; seconds of processor time before the look and
    /// after it, since counting live objects takes a full collection.
    /// </summary>
    public async Task<(double Resident, double Heap, double Processor, double ProcessorAfter, double Jobs)> LookAsync()
    {
        await _process.StandardInput.WriteLineAsync("look");
        await _process.StandardInput.FlushAsync();
        return await ReadAsync() is [var resident, var heap, var processor, var after, var jobs] ? (resident, heap, processor, after, jobs) : throw new InvalidOperationException("The client's process answered something else.");
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        try
        {
            await _process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            _process.Kill();
        }

        _process.Dispose();
    }

    /// <summary>What the process itself does: starts a client, answers to looks, stops at the end of its input.</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        var (queues, workers) = (int.Parse(args[1], CultureInfo.InvariantCulture), int.Parse(args[2], CultureInfo.InvariantCulture));
        var tally = new Tally(long.MaxValue);
        var watch = Stopwatch.StartNew();
        using var host = queues == 0 ? await Clients.StartEmptyAsync() : await Clients.StartWorkingAsync(
            Environment.GetEnvironmentVariable(Address)!,
            river =>
            {
                for (var number = 0; queues > 1 && number < queues; number++)
                    river.Work(ManyQueues.QueueName(number), workers);
                if (queues == 1)
                    river.Work("default", workers);
            },
            tally);
        Console.WriteLine(watch.Elapsed.TotalMilliseconds);
        while (await Console.In.ReadLineAsync() is not null)
        {
            var processor = Environment.CpuUsage.TotalTime.TotalSeconds;
            var heap = GC.GetTotalMemory(forceFullCollection: true) / 1e6;
            Console.WriteLine($"{Environment.WorkingSet / 1e6} {heap} {processor} {Environment.CpuUsage.TotalTime.TotalSeconds} {tally.Done}");
        }

        await host.StopAsync();
        return 0;
    }

    private async Task<double[]> ReadAsync()
    {
        var line = await _process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("The client's process ended.");
        return [.. line.Split(' ').Select(part => double.Parse(part, CultureInfo.InvariantCulture))];
    }
}
