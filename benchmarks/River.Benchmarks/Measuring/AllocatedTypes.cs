using System.Diagnostics.Tracing;
using System.Globalization;

namespace River.Benchmarks.Measuring;

/// <summary>
/// What a stretch of work allocates by type, from the runtime's own samples: about one for each 100 KB, taken at random, so that the
/// sums are right on average whatever the sizes.
/// </summary>
internal sealed class AllocatedTypes : EventListener
{
    private const EventKeywords Sampled = (EventKeywords)0x80000000000;
    private const int Mean = 102_400;

    private readonly Dictionary<string, (double Bytes, int Samples)> _types = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();

    /// <summary>The types that took most, in bytes a job.</summary>
    public IEnumerable<string> PerJob(long jobs)
    {
        lock (_gate)
        {
            return [.. _types.OrderByDescending(type => type.Value.Bytes)
                .Select(type => string.Create(CultureInfo.InvariantCulture, $"{type.Value.Bytes / jobs,8:0.0} B/job  {type.Key} ({type.Value.Samples} samples)"))];
        }
    }

    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        if (string.Equals(eventSource.Name, "Microsoft-Windows-DotNETRuntime", StringComparison.Ordinal))
            EnableEvents(eventSource, EventLevel.Informational, Sampled);
    }

    protected override void OnEventWritten(EventWrittenEventArgs eventData)
    {
        if (eventData.EventName is not "AllocationSampled" || eventData.Payload is not { } payload || eventData.PayloadNames is not { } names)
            return;
        var type = (string)payload[names.IndexOf("TypeName")]!;
        var size = Convert.ToDouble(payload[names.IndexOf("ObjectSize")], CultureInfo.InvariantCulture);
        lock (_gate)
        {
            // Large objects are found more often than once in so many bytes.
            var (bytes, samples) = _types.GetValueOrDefault(type);
            _types[type] = (bytes + (size / (1 - Math.Exp(-size / Mean))), samples + 1);
        }
    }
}
