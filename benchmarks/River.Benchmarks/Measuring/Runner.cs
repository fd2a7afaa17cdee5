using System.Diagnostics;
using River.Benchmarks.Report;
using River.Benchmarks.Server;

namespace River.Benchmarks.Measuring;

/// <summary>Runs rows: in each repeat every contender once, so that all meet the same machine.</summary>
internal sealed class Runner(BenchServer server, RunOptions options)
{
    public async Task<IReadOnlyList<RowResult>> RunAsync(IReadOnlyList<Row> rows, CancellationToken stop)
    {
        var results = new List<RowResult>();
        var watch = Stopwatch.StartNew();
        foreach (var row in rows)
        {
            Console.WriteLine();
            Console.WriteLine($"{row.Id}: {row.Title} (after {watch.Elapsed:mm\\:ss}, load {Machine.Load()})");
            var before = ProcessorTicks.Read();
            var result = await RunAsync(row, stop);
            result.Stolen = before.StolenUntil(ProcessorTicks.Read());
            Console.WriteLine($"  the host kept back {result.Stolen:0} % of the processors' time");
            results.Add(result);
            if (stop.IsCancellationRequested)
                break;
        }

        return results;
    }

    private async Task<RowResult> RunAsync(Row row, CancellationToken stop)
    {
        var result = new RowResult(row);
        var contenders = row.Contenders.Where(contender => options.Measures(contender.Name, contender.Role)).ToArray();
        var measured = contenders.Select(contender => new ContenderResult(contender)).ToArray();
        foreach (var contender in measured)
            result.Add(contender);
        var gone = new HashSet<int>();
        for (var repeat = 0; repeat <= options.Repeats; repeat++)
        {
            for (var turn = 0; turn < contenders.Length; turn++)
            {
                // Who comes first in a row meets methods that are still being compiled and a log without used segments.
                var i = (turn + Math.Max(0, repeat - 1)) % contenders.Length;

                // Repeat 0 warms up.
                if (gone.Contains(i) || (repeat == 0 && (options.Smoke || !contenders[i].WarmsUp)) || repeat > contenders[i].MostRepeats)
                    continue;
                try
                {
                    if (options.Smoke && contenders[i].Role == Role.Peer)
                        throw new NotHereException("--smoke leaves out the peers");
                    foreach (var sample in await contenders[i].RunAsync(Trial(warmsUp: repeat == 0, stop)))
                    {
                        if (repeat == 0)
                            continue;
                        measured[i].Add(sample);
                        Console.WriteLine($"  {repeat}/{options.Repeats} {contenders[i].Name}: {TextTable.Line(sample)}");
                    }
                }
                catch (NotHereException absent)
                {
                    gone.Add(i);
                    result.Notes.Add($"{contenders[i].Name}: not run here: {absent.Message}");
                    Console.WriteLine($"  {contenders[i].Name}: not run here: {absent.Message}");
                }
                catch (Exception) when (stop.IsCancellationRequested)
                {
                    return result;
                }
                catch (Exception error)
                {
                    gone.Add(i);
                    result.Failures.Add($"{contenders[i].Name}: {error.Message}");
                    Console.WriteLine($"  {contenders[i].Name} FAILED: {error}");
                }
            }
        }

        return result;
    }

    private Trial Trial(bool warmsUp, CancellationToken stop) => warmsUp
        ? new Trial(server, Math.Clamp(options.Jobs / 2, 100, 100_000), TimeSpan.FromSeconds(1), options, IsWarmUp: true, stop)
        : new Trial(server, options.Jobs, TimeSpan.FromSeconds(options.Seconds), options, IsWarmUp: false, stop);
}

/// <summary>A contender needs something that this machine lacks.</summary>
internal sealed class NotHereException(string message) : Exception(message);
