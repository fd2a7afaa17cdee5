using System.Diagnostics;
using River.Benchmarks.Server;

namespace River.Benchmarks.Measuring;

/// <summary>What a stretch of work cost: time, processor time here and in the server, allocations, WAL.</summary>
internal sealed class Usage
{
    private readonly BenchServer _server;
    private readonly Stopwatch _watch = new();
    private readonly TimeSpan _processor;
    private readonly TimeSpan? _serverProcessor;
    private readonly long _allocated;

    private Usage(BenchServer server)
    {
        _server = server;
        _processor = Environment.CpuUsage.TotalTime;
        _serverProcessor = server.ProcessorTime();
        _allocated = GC.GetTotalAllocatedBytes(precise: true);
        _watch.Start();
    }

    public TimeSpan Elapsed => _watch.Elapsed;

    public static Usage Begin(BenchServer server)
    {
        GC.Collect();
        return new Usage(server);
    }

    /// <summary>What each job cost, beside the rate.</summary>
    public IEnumerable<Figure> PerJob(long jobs, bool allocations = false)
    {
        yield return new Figure("client CPU", (Environment.CpuUsage.TotalTime - _processor).TotalMicroseconds / jobs, "µs/job");
        if (_serverProcessor is { } before && _server.ProcessorTime() is { } after)
            yield return new Figure("server CPU", (after - before).TotalMicroseconds / jobs, "µs/job");
        if (allocations)
            yield return new Figure("allocated", (double)(GC.GetTotalAllocatedBytes(precise: true) - _allocated) / jobs, "B/job");
    }
}
