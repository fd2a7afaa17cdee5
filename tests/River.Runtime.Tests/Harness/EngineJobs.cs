using System.Text.Json.Serialization;

namespace River.Tests.Harness;

/// <summary>A job on the queue <c>default</c> that says nothing about itself.</summary>
internal sealed record Probe(int Number) : IJobArgs<Probe>
{
    public static JobDescriptor<Probe> Descriptor { get; } =
        JobDescriptor.Create("probe", () => EngineJson.Default.Probe, new JobFacts { Aliases = ["old_probe"] });
}

/// <summary>A job of another kind, on the queue <c>other</c>.</summary>
internal sealed record Other(int Number) : IJobArgs<Other>
{
    public static JobDescriptor<Other> Descriptor { get; } =
        JobDescriptor.Create("other", () => EngineJson.Default.Other, new JobFacts { Queue = "other" });
}

/// <summary>A job with a short timeout and a retry policy of its own.</summary>
internal sealed record Brief(int Number) : IJobArgs<Brief>
{
    public static JobDescriptor<Brief> Descriptor { get; } =
        JobDescriptor.Create("brief", () => EngineJson.Default.Brief, new JobFacts
        {
            Timeout = TimeSpan.FromMilliseconds(100),
            RetryPolicy = static _ => new FixedRetry(TimeSpan.FromMinutes(7)),
        });
}

/// <summary>A job that may run for ever.</summary>
internal sealed record Endless : IJobArgs<Endless>
{
    public static JobDescriptor<Endless> Descriptor { get; } =
        JobDescriptor.Create("endless", () => EngineJson.Default.Endless, new JobFacts { Timeout = Timeout.InfiniteTimeSpan });
}

/// <summary>Which job asks for its own timeout and wait.</summary>
internal sealed record Opinionated(int TimeoutMs, int? RetrySeconds) : IJobArgs<Opinionated>, IJobTimeout<Opinionated>, IRetryPolicy<Opinionated>
{
    public static JobDescriptor<Opinionated> Descriptor { get; } =
        JobDescriptor.Create("opinionated", () => EngineJson.Default.Opinionated, new JobFacts
        {
            RetryPolicy = static _ => new FixedRetry(TimeSpan.FromMinutes(7)),
        });

    public TimeSpan? Timeout(Job<Opinionated> job) => TimeoutMs == 0 ? null : TimeSpan.FromMilliseconds(TimeoutMs);

    public TimeSpan? NextRetry(Job<Opinionated> job, Exception error) =>
        RetrySeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : null;
}

internal sealed class FixedRetry(TimeSpan wait) : IRetryPolicy
{
    public TimeSpan NextRetry(JobRow job, Exception error) => wait;
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(Probe))]
[JsonSerializable(typeof(Other))]
[JsonSerializable(typeof(Brief))]
[JsonSerializable(typeof(Endless))]
[JsonSerializable(typeof(Opinionated))]
internal sealed partial class EngineJson : JsonSerializerContext;
