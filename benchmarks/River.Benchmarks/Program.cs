using System.Globalization;
using System.Runtime.InteropServices;
using River;
using River.Benchmarks;
using River.Benchmarks.Jobs;
using River.Benchmarks.Measuring;
using River.Benchmarks.Report;
using River.Benchmarks.Rows;
using River.Benchmarks.Server;

[assembly: Queue("default", MaxWorkers = 100)]
[assembly: Queue("q_*", MaxWorkers = 1, Dynamic = true)]

// As a shell tells of a program that SIGINT ended.
const int Stopped = 130;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
if (args is [ChildClient.Verb, ..])
    return await ChildClient.RunAsync(args);
if (!RunOptions.TryRead(args, out var options, out var fault))
{
    Console.Error.WriteLine(fault);
    return 2;
}

var rows = Catalog.Select(options, out fault);
if (rows.Count == 0)
{
    Console.Error.WriteLine(fault);
    return 2;
}

using var stop = new CancellationTokenSource();
using var onTerminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
using var onInterrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);

BenchServer server;
try
{
    server = await BenchServer.StartAsync(stop.Token);
}
catch (Exception) when (stop.IsCancellationRequested)
{
    return Stopped;
}

await using var running = server;
var machine = await Machine.OfAsync(server, options, stop.Token);
Console.WriteLine(machine.OneLine);
var results = await new Runner(server, options).RunAsync(rows, stop.Token);
Console.WriteLine();
Console.Write(TextTable.Of(results));
var report = new BenchmarkReport(machine, options, results);
if (options.Json is { } json)
    await File.WriteAllTextAsync(json, report.Json(), CancellationToken.None);
if (options.Save && !stop.IsCancellationRequested)
    await report.SaveAsync(CancellationToken.None);
if (stop.IsCancellationRequested)
    return Stopped;
return results.All(result => result.Failures.Count == 0) ? 0 : 1;

// The first signal ends the rows and the server, a second one the program at once: the hosts of the rows heed signals too, and
// would keep it.
void Stop(PosixSignalContext context)
{
    context.Cancel = true;
    if (stop.IsCancellationRequested)
        Environment.Exit(Stopped);
    stop.Cancel();
}
