using System.Diagnostics;
using River.Benchmarks.Server;

namespace River.Benchmarks.Measuring;

/// <summary>What stretches of work cost: time, processor time here and in the server, allocations.</summary>
internal sealed class Usage
{
    private readonly BenchServer _server;
    private readonly Stopwatch _watch = new();
    private Spent _before;
    private Spent _from;

    private Usage(BenchServer server) => _server = server;

    public TimeSpan Elapsed => _watch.Elapsed;

    public static Usage Begin(BenchServer server)
    {
        var usage = Paused(server);
        usage.GoOn();
        return usage;
    }

    /// <summary>One that counts nothing until it is told to.</summary>
    public static Usage Paused(BenchServer server)
    {
        GC.Collect();
        return new Usage(server);
    }

    public void GoOn()
    {
        _from = Now(begins: true);
        _watch.Start();
    }

    public void Pause()
    {
        _watch.Stop();
        _before = Total();
    }

    /// <summary>What each job cost, beside the rate.</summary>
    public IEnumerable<Figure> PerJob(long jobs, bool allocations = false)
    {
        var total = _watch.IsRunning ? Total() : _before;
        yield return new Figure("client CPU", total.Processor.TotalMicroseconds / jobs, "µs/job");
        if (total.Server is { } server)
            yield return new Figure("server CPU", server.TotalMicroseconds / jobs, "µs/job");
        if (allocations)
            yield return new Figure("allocated", (double)total.Allocated / jobs, "B/job");
    }

    /// <summary>The look itself allocates and takes time: at the beginning that comes first, at the end last.</summary>
    private Spent Now(bool begins)
    {
        var server = begins ? _server.ProcessorTime() : null;
        var spent = new Spent(Environment.CpuUsage.TotalTime, server, GC.GetTotalAllocatedBytes(precise: true));
        return begins ? spent : spent with { Server = _server.ProcessorTime() };
    }

    private Spent Total()
    {
        var now = Now(begins: false);
        return new(
            _before.Processor + now.Processor - _from.Processor,
            now.Server - _from.Server is { } server ? server + (_before.Server ?? TimeSpan.Zero) : null,
            _before.Allocated + now.Allocated - _from.Allocated);
    }

    private readonly record struct Spent(TimeSpan Processor, TimeSpan? Server, long Allocated);
}
