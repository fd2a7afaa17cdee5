using System.Globalization;
using River;
using River.Benchmarks;
using River.Benchmarks.Jobs;
using River.Benchmarks.Measuring;
using River.Benchmarks.Report;
using River.Benchmarks.Rows;
using River.Benchmarks.Server;

[assembly: Queue("default", MaxWorkers = 100)]
[assembly: Queue("q_*", MaxWorkers = 1, Dynamic = true)]

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
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    stop.Cancel();
};

await using var server = await BenchServer.StartAsync(stop.Token);
var machine = Machine.Of(server, options);
Console.WriteLine(machine.OneLine);
var results = await new Runner(server, options).RunAsync(rows, stop.Token);
Console.WriteLine();
Console.Write(TextTable.Of(results));
var report = new BenchmarkReport(machine, options, results);
if (options.Json is { } json)
    await File.WriteAllTextAsync(json, report.Json(), CancellationToken.None);
if (options.Save && !stop.IsCancellationRequested)
    await report.SaveAsync(CancellationToken.None);
return results.All(result => result.Failures.Count == 0) ? 0 : 1;
