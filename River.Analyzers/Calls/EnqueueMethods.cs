using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using River.Shapes;
using River.Shapes.Json;

namespace River.Analyzers.Calls;

/// <summary>Recognises, in one compilation, the calls by which jobs come to be enqueued.</summary>
internal sealed class EnqueueMethods
{
    private const string GeneratedClass = "EnqueueExtensions";

    private readonly KnownTypes _known;
    private readonly INamedTypeSymbol _client;
    private readonly INamedTypeSymbol? _request;
    private readonly ConcurrentDictionary<ISymbol, ImmutableDictionary<string, INamedTypeSymbol>> _jobsByNamespace = new(SymbolEqualityComparer.Default);

    private EnqueueMethods(KnownTypes known, INamedTypeSymbol client, INamedTypeSymbol? request)
    {
        _known = known;
        _client = client;
        _request = request;
    }

    /// <summary>Null where the runtime has no client.</summary>
    public static EnqueueMethods? Of(KnownTypes known) => known.JobAttribute.ContainingAssembly.GetTypeByMetadataName("River.IJobClient") is { } client
        ? new EnqueueMethods(known, client, known.JobAttribute.ContainingAssembly.GetTypeByMetadataName("River.JobRequest"))
        : null;

    /// <summary>Whether a method by that name may enqueue.</summary>
    public static bool IsNameOfOne(string name) => name is "Then" or "For" || name.StartsWith("Enqueue", StringComparison.Ordinal);

    /// <summary>Whether a type is the client, or the client of a store's own package.</summary>
    public bool IsClient(ITypeSymbol? type) => KnownTypes.Same(type, _client) || (type is { TypeKind: TypeKind.Interface } && type.AllInterfaces.Any(one => KnownTypes.Same(one, _client)));

    /// <summary>Whether what a client is asked for waits for a save, and isn't sent by itself.</summary>
    public bool IsCollecting(IOperation? client) => client?.Plain().Type is { TypeKind: TypeKind.Interface } type && !KnownTypes.Same(type, _client);

    /// <summary>Null for a call that enqueues nothing.</summary>
    public EnqueueCall? Read(IOperation operation)
    {
        if (operation is not IInvocationOperation { TargetMethod: var method } call)
            return null;
        if (IsClient(method.ContainingType))
        {
            return method.Name switch
            {
                "EnqueueAsync" => new EnqueueCall(call, EnqueueForm.One, call.Instance, method.TypeArguments.FirstOrDefault()),
                "EnqueueManyAsync" or "EnqueueBulkAsync" => new EnqueueCall(call, EnqueueForm.Many, call.Instance, method.TypeArguments.FirstOrDefault()),
                _ => null,
            };
        }

        if (method.Name == "Then" && KnownTypes.Same(method.ContainingType?.OriginalDefinition, _known.Job))
            return new EnqueueCall(call, EnqueueForm.FollowUp, client: null, method.TypeArguments.FirstOrDefault());
        if (method.Name == "For" && KnownTypes.Same(method.ContainingType, _request))
            return new EnqueueCall(call, EnqueueForm.Request, client: null, method.TypeArguments.FirstOrDefault());
        return IsGenerated(method) ? new EnqueueCall(call, EnqueueForm.Generated, call.Arguments.FirstOrDefault()?.Value, JobOf(method)) : null;
    }

    private bool IsGenerated(IMethodSymbol method) =>
        method.IsExtensionMethod
        && method.Name.StartsWith("Enqueue", StringComparison.Ordinal)
        && method.ContainingType.Name.IndexOf(GeneratedClass, StringComparison.Ordinal) > 0
        && method.Parameters.Length > 0
        && IsClient(method.Parameters[0].Type)
        && method.ContainingType.Has("System.CodeDom.Compiler.GeneratedCodeAttribute");

    // The class is named after the job with the types around it, in the job's own namespace.
    private INamedTypeSymbol? JobOf(IMethodSymbol generated)
    {
        var name = generated.ContainingType.Name;
        var id = name.Substring(0, name.LastIndexOf(GeneratedClass, StringComparison.Ordinal));
        return _jobsByNamespace.GetOrAdd(generated.ContainingNamespace, space => JobsIn((INamespaceSymbol)space)).TryGetValue(id, out var job) ? job : null;
    }

    // Every call asks, and a namespace may have very many jobs.
    private ImmutableDictionary<string, INamedTypeSymbol> JobsIn(INamespaceSymbol space) => TypesIn(space.GetTypeMembers(), "")
        .Where(type => type.Symbol.Find(_known.JobAttribute) is not null)
        .GroupBy(type => JsonTypes.Id(type.Path), StringComparer.Ordinal)
        .ToImmutableDictionary(jobs => jobs.Key, jobs => jobs.First().Symbol, StringComparer.Ordinal);

    private static IEnumerable<(INamedTypeSymbol Symbol, string Path)> TypesIn(ImmutableArray<INamedTypeSymbol> types, string around) =>
        types.SelectMany(type => TypesIn(type.GetTypeMembers(), around + type.Name + ".").Prepend((type, around + type.Name)));
}
