using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using River.Shapes;

namespace River.Analyzers;

/// <summary>The worker classes of the compilation itself, by the job that they work. Walks all types, so it is made only when asked for.</summary>
internal sealed class OwnWorkers
{
    private readonly ILookup<ISymbol?, INamedTypeSymbol> _byJob;

    public OwnWorkers(KnownTypes known, CancellationToken cancellationToken) =>
        _byJob = TypesIn(known.Compilation.Assembly.GlobalNamespace, cancellationToken)
            .SelectMany(type => JobsOf(type, known).Select(job => (Job: job, Worker: type)))
            .ToLookup(pair => (ISymbol?)pair.Job, pair => pair.Worker, SymbolEqualityComparer.Default);

    public IEnumerable<INamedTypeSymbol> Of(INamedTypeSymbol job) => _byJob[job];

    /// <summary>The kinds of the jobs that are worked here.</summary>
    public IEnumerable<string> Kinds(KnownTypes known) => _byJob.Select(ofJob => JobShape.KindOf((INamedTypeSymbol)ofJob.Key!, known));

    /// <summary>The jobs that a class works if it is to be registered.</summary>
    public static IEnumerable<INamedTypeSymbol> JobsOf(INamedTypeSymbol type, KnownTypes known) => WorkerShape.IsWorker(type, known)
        ? type.AllInterfaces.Where(one => KnownTypes.Same(one.OriginalDefinition, known.Worker)).Select(one => one.TypeArguments[0]).OfType<INamedTypeSymbol>()
        : Enumerable.Empty<INamedTypeSymbol>();

    /// <summary>All types that a namespace or type contains, nested ones too. Asks for types only: the other members of a type would be bound for it.</summary>
    public static IEnumerable<INamedTypeSymbol> TypesIn(INamespaceOrTypeSymbol container, CancellationToken cancellationToken)
    {
        foreach (var type in container.GetTypeMembers())
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return type;
            foreach (var nested in TypesIn(type, cancellationToken))
                yield return nested;
        }

        if (container is not INamespaceSymbol space)
            yield break;
        foreach (var inner in space.GetNamespaceMembers())
        {
            foreach (var type in TypesIn(inner, cancellationToken))
                yield return type;
        }
    }
}
