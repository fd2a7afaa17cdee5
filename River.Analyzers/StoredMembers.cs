using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using River.Shapes.Json;

namespace River.Analyzers;

/// <summary>The members that a job stores: its own, and those of the application's types that they hold.</summary>
internal static class StoredMembers
{
    public static IEnumerable<IPropertySymbol> Of(INamedTypeSymbol job, CancellationToken cancellationToken)
    {
        var visited = new HashSet<ISymbol>(SymbolEqualityComparer.Default) { job };
        var waiting = new Queue<INamedTypeSymbol>();
        waiting.Enqueue(job);
        while (waiting.Count > 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
            foreach (var property in JsonMembers.Serialized(waiting.Dequeue()))
            {
                yield return property;
                foreach (var held in Held(property.Type).Where(visited.Add))
                    waiting.Enqueue(held);
            }
        }
    }

    /// <summary>The application's types in a member's type: itself, an array's or a collection's elements.</summary>
    public static IEnumerable<INamedTypeSymbol> Held(ITypeSymbol type) => type switch
    {
        IArrayTypeSymbol array => Held(array.ElementType),
        // A type that grows inside itself has no end.
        INamedTypeSymbol named when JsonTypes.IsEndless(named) => Enumerable.Empty<INamedTypeSymbol>(),
        INamedTypeSymbol named when JsonTypes.IsFramework(named) => named.TypeArguments.SelectMany(Held),
        INamedTypeSymbol { TypeKind: TypeKind.Class or TypeKind.Struct } named => new[] { named },
        _ => Enumerable.Empty<INamedTypeSymbol>(),
    };
}
