using System.Text.Json.Serialization;
using River.Registration;

namespace River.Tests;

/// <summary>A job as the generator would write it, in as few lines as possible.</summary>
internal sealed record SendMail(long OrderId, string? Subject = null) : IJobArgs<SendMail>
{
    public static JobDescriptor<SendMail> Descriptor { get; } =
        JobDescriptor.Create("send_mail", () => TestJson.Default.SendMail, new JobFacts { Queue = "mail" });
}

/// <summary>A second kind, on the queue <c>default</c>, with everything declared that a declaration can say.</summary>
internal sealed record Cleanup(long FluxId, bool InKubernetes = false) : IJobArgs<Cleanup>
{
    public static JobDescriptor<Cleanup> Descriptor { get; } =
        JobDescriptor.Create("cleanup", () => TestJson.Default.Cleanup, new JobFacts
        {
            Queue = "default",
            Aliases = ["clean_up"],
            MaxAttempts = 5,
            Priority = 3,
            Tags = ["declared"],
            Timeout = TimeSpan.FromSeconds(30),
        });
}

/// <summary>Single-instance: unique over all incomplete states.</summary>
internal sealed record Reconcile : IJobArgs<Reconcile>
{
    public static JobDescriptor<Reconcile> Descriptor { get; } =
        JobDescriptor.Create("reconcile", () => TestJson.Default.Reconcile, new JobFacts
        {
            Timeout = Timeout.InfiniteTimeSpan,
            Unique = new UniqueOptions { States = JobStates.Incomplete },
        });
}

/// <summary>Unique by one of its two members.</summary>
internal sealed record Charge(string Account, string Trace) : IJobArgs<Charge>
{
    public static JobDescriptor<Charge> Descriptor { get; } =
        JobDescriptor.Create("charge", () => TestJson.Default.Charge, new JobFacts
        {
            Unique = new UniqueOptions { Args = true },
            UniqueMembers = ["account"],
        });
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(SendMail))]
[JsonSerializable(typeof(Cleanup))]
[JsonSerializable(typeof(Reconcile))]
[JsonSerializable(typeof(Charge))]
internal sealed partial class TestJson : JsonSerializerContext;

/// <summary>What the generator would register for the jobs above.</summary>
internal static class TestManifests
{
    public static readonly IReadOnlyList<QueueDeclaration> Queues =
        [new("default"), new("mail", MaxWorkers: 10), new("tenant_*", MaxWorkers: 5, Dynamic: true), new("elsewhere", External: true)];

    /// <summary>Jobs and queues; no workers.</summary>
    public static JobManifest Contracts() => new("contracts")
    {
        Jobs = [SendMail.Descriptor, Cleanup.Descriptor, Reconcile.Descriptor, Charge.Descriptor],
        Queues = Queues,
    };

    /// <summary>Jobs, queues and the workers given.</summary>
    public static JobManifest With(params IReadOnlyList<WorkerRegistration> workers) => new("contracts")
    {
        Jobs = [.. workers.Select(worker => worker.Job)],
        Workers = workers,
        Queues = Queues,
    };

    public static JobRegistry Registry(params IEnumerable<JobManifest> manifests)
    {
        var registry = new JobRegistry();
        foreach (var manifest in manifests)
            registry.Add(manifest);
        return registry;
    }
}
