using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using River.Shapes.Json;

namespace River.Shapes;

/// <summary>The one reading of <c>[Unique]</c>, on a job and on its members.</summary>
internal static class UniqueShape
{
    /// <summary>Null where the job isn't unique.</summary>
    public static UniqueModel? Read(INamedTypeSymbol type, KnownTypes known, ProblemList problems, CancellationToken cancellationToken)
    {
        var attribute = type.Find(known.UniqueAttribute);
        var paths = new List<string>();
        var naming = JsonContextShape.NamingOf(type, known);
        if (ReachesMark(type, new HashSet<ISymbol>(SymbolEqualityComparer.Default), known, cancellationToken))
            AddPaths(type, "", ImmutableHashSet.Create<ISymbol>(SymbolEqualityComparer.Default, type), paths, naming, known, cancellationToken);
        if (attribute is null)
            return paths.Count == 0 ? null : new UniqueModel(Args: true, null, Queue: false, null, ExcludeKind: false, paths.ToEquatableArray());
        if (attribute.NamedArguments.Any(argument => argument.Value.Kind == TypedConstantKind.Error))
        {
            problems.IsBroken = true;
            return null;
        }

        return new UniqueModel(
            attribute.Named("Args")?.Value is true || paths.Count > 0,
            new JobValues(type, attribute, known.Compilation, problems, cancellationToken).Duration("Period"),
            attribute.Named("Queue")?.Value is true,
            attribute.Named("States")?.Value as int?,
            attribute.Named("ExcludeKind")?.Value is true,
            paths.ToEquatableArray());
    }

    /// <summary>
    /// The dotted JSON paths of marked members, as River's Go clients take them: marks inside a nested object count by
    /// themselves, and stand for the object if that is marked too; a type inside itself is taken whole.
    /// </summary>
    private static void AddPaths(
        INamedTypeSymbol type,
        string prefix,
        ImmutableHashSet<ISymbol> path,
        List<string> paths,
        JsonNaming naming,
        KnownTypes known,
        CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        foreach (var property in JsonMembers.Serialized(type))
        {
            var name = prefix + naming.NameOf(property);
            var before = paths.Count;
            if (Nested(property) is { } nested && !path.Contains(nested))
                AddPaths(nested, name + ".", path.Add(nested), paths, naming, known, cancellationToken);
            if (paths.Count == before && IsMarked(property, known))
                paths.Add(name);
        }
    }

    /// <summary>Whether there is a mark at all, asked of each type once: mostly there is none, and no path to look for.</summary>
    private static bool ReachesMark(INamedTypeSymbol type, HashSet<ISymbol> visited, KnownTypes known, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return visited.Add(type) && JsonMembers.Serialized(type).Any(property =>
            IsMarked(property, known) || (Nested(property) is { } nested && ReachesMark(nested, visited, known, cancellationToken)));
    }

    private static INamedTypeSymbol? Nested(IPropertySymbol property)
    {
        var type = property.Type is INamedTypeSymbol { OriginalDefinition.SpecialType: SpecialType.System_Nullable_T } nullable
            ? nullable.TypeArguments[0]
            : property.Type;
        return type is INamedTypeSymbol { TypeKind: TypeKind.Class or TypeKind.Struct } named && !JsonTypes.IsFramework(named) && !JsonTypes.IsEndless(named)
            ? named
            : null;
    }

    private static bool IsMarked(IPropertySymbol property, KnownTypes known) =>
        property.Find(known.UniqueAttribute) is not null
        || property.ContainingType.InstanceConstructors.Any(constructor => constructor.Parameters.Any(parameter =>
            JsonMembers.Matches(parameter, property) && parameter.Find(known.UniqueAttribute) is not null));
}
