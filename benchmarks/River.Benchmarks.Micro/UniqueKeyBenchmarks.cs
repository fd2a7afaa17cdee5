using BenchmarkDotNet.Attributes;
using River.Serialization;
using River.Uniqueness;

namespace River.Benchmarks.Micro;

/// <summary>River's unique key: a hash of kind, arguments in a canonical form, and period.</summary>
public class UniqueKeyBenchmarks
{
    private readonly UniqueKeys _keys = new();
    private readonly JobDescriptor _job = JobRequest.For(InvoiceWorker.Example).Descriptor;
    private readonly byte[] _args = new ArgsWriter().Write(JobRequest.For(InvoiceWorker.Example));
    private readonly DateTimeOffset _now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    [Benchmark]
    public byte[] ByArguments() => _keys.Of(_job, _job.Facts.Unique!, _args, "default", _now);
}
