using System.Linq;
using Microsoft.CodeAnalysis;
using River.Shapes;

namespace River.Analyzers.Calls;

/// <summary>Which code runs while a job is worked, as far as one type tells: <c>WorkAsync</c>, and the private methods beside it.</summary>
internal sealed class WorkerCode
{
    private readonly KnownTypes _known;

    public WorkerCode(KnownTypes known) => _known = known;

    /// <summary>The method that code belongs to, if that method runs while a job is worked.</summary>
    public IMethodSymbol? MethodOf(ISymbol? symbol)
    {
        while (symbol is IMethodSymbol { MethodKind: MethodKind.LocalFunction or MethodKind.AnonymousFunction })
            symbol = symbol.ContainingSymbol;
        if (symbol is not IMethodSymbol { MethodKind: MethodKind.Ordinary or MethodKind.ExplicitInterfaceImplementation } method)
            return null;
        return IsWork(method) || (method.DeclaredAccessibility == Accessibility.Private && IsWorker(method.ContainingType)) ? method : null;
    }

    /// <summary>Whether a method is the <c>WorkAsync</c> of a worker, or of a job that works itself.</summary>
    public bool IsWork(IMethodSymbol method) =>
        (method.Name == SelfWorkingShape.MethodName && !method.IsStatic && IsWorker(method.ContainingType) && (JobParameterOf(method) is not null || IsJob(method.ContainingType)))
        || method.ExplicitInterfaceImplementations.Any(one => KnownTypes.Same(one.ContainingType.OriginalDefinition, _known.Worker));

    /// <summary>The job that a method works, where there is only one that it can be.</summary>
    public INamedTypeSymbol? JobOf(IMethodSymbol method)
    {
        if (JobParameterOf(method) is { Type: INamedTypeSymbol job })
            return job.TypeArguments[0] as INamedTypeSymbol;
        if (IsJob(method.ContainingType))
            return method.ContainingType;
        var worked = method.ContainingType.AllInterfaces.Where(one => KnownTypes.Same(one.OriginalDefinition, _known.Worker)).ToArray();
        return worked.Length == 1 ? worked[0].TypeArguments[0] as INamedTypeSymbol : null;
    }

    /// <summary>Whether a type works jobs, or is one that works itself.</summary>
    public bool IsWorker(INamedTypeSymbol type) =>
        type.AllInterfaces.Any(one => KnownTypes.Same(one.OriginalDefinition, _known.Worker))
        || (IsJob(type) && !type.GetMembers(SelfWorkingShape.MethodName).IsEmpty);

    private bool IsJob(INamedTypeSymbol type) => type.Find(_known.JobAttribute) is not null;

    private IParameterSymbol? JobParameterOf(IMethodSymbol method) =>
        method.Parameters.FirstOrDefault(parameter => KnownTypes.Same(parameter.Type.OriginalDefinition, _known.Job));
}
