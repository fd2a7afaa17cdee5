using System.Text.Json;
using BenchmarkDotNet.Attributes;
using River.Serialization;

namespace River.Benchmarks.Micro;

/// <summary>Arguments to stored JSON and back, as enqueueing and working do it.</summary>
public class SerializationBenchmarks
{
    private readonly ArgsWriter _writer = new();
    private readonly JobRequest _small = JobRequest.For(new Small(42));
    private readonly JobRequest _invoice = JobRequest.For(InvoiceWorker.Example);
    private byte[] _smallJson = [];
    private byte[] _invoiceJson = [];

    [GlobalSetup]
    public void Setup()
    {
        _smallJson = WriteSmall();
        _invoiceJson = WriteInvoice();
    }

    [Benchmark]
    public byte[] WriteSmall() => _writer.Write(_small);

    [Benchmark]
    public byte[] WriteInvoice() => _writer.Write(_invoice);

    [Benchmark]
    public object? ReadSmall() => JsonSerializer.Deserialize(_smallJson, _small.Descriptor.Contract);

    [Benchmark]
    public object? ReadInvoice() => JsonSerializer.Deserialize(_invoiceJson, _invoice.Descriptor.Contract);
}
