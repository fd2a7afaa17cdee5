using System.Collections.Immutable;
using System.Threading;
using River.Generators.Emit;
using River.Shapes;
using River.Shapes.Contracts;

namespace River.Generators.Pipeline;

/// <summary>A job as its own file shows it.</summary>
/// <param name="Job">The job without the types that it only reaches: they have files of their own.</param>
/// <param name="Facts">What stored rows depend on, the reached types' members included.</param>
/// <param name="Schema">The arguments' JSON Schema; null where the application's own context writes them.</param>
internal sealed record JobFile(JobModel Job, EquatableArray<ContractFact> Facts, string? Schema)
{
    public static JobFile Of(JobModel job, CancellationToken cancellationToken) => new(
        job.JsonTypes.Count < 2 ? job : job with { JsonTypes = new EquatableArray<JsonTypeModel>(ImmutableArray.Create(job.JsonTypes[0])) },
        ContractFacts.Of(job, cancellationToken),
        JsonSchema.Of(job.Kind, job.JsonTypes));
}
