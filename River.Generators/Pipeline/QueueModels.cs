using System;
using System.Collections.Immutable;
using System.Linq;
using River.Shapes;

namespace River.Generators.Pipeline;

/// <summary>The queues that the assembly declares, and all that it may name.</summary>
internal sealed record QueueModels(EquatableArray<QueueModel> Own, DeclaredQueues All)
{
    public static QueueModels Of(ImmutableArray<QueueModel> declared, EquatableArray<ManifestModel> references)
    {
        var own = declared
            .GroupBy(queue => queue.Name, StringComparer.Ordinal)
            .Select(declarations => declarations.First())
            .OrderBy(queue => queue.Name, StringComparer.Ordinal)
            .ToEquatableArray();
        return new QueueModels(own, DeclaredQueues.Of(own, references));
    }
}
