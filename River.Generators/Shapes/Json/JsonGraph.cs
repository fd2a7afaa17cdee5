using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;

namespace River.Shapes.Json;

/// <summary>Reads the arguments' type and every type that they reach.</summary>
internal sealed class JsonGraph
{
    private readonly KnownTypes _known;
    private readonly ProblemList _problems;
    private readonly CancellationToken _cancellationToken;
    private readonly ImmutableArray<JsonTypeModel>.Builder _types = ImmutableArray.CreateBuilder<JsonTypeModel>();
    private readonly HashSet<ITypeSymbol> _visited = new(SymbolEqualityComparer.Default);
    private readonly HashSet<ITypeSymbol> _converted = new(SymbolEqualityComparer.Default);
    private readonly ConstructorCycles _cycles = new();

    private JsonGraph(KnownTypes known, ProblemList problems, CancellationToken cancellationToken)
    {
        _known = known;
        _problems = problems;
        _cancellationToken = cancellationToken;
    }

    /// <summary>The root's model comes first.</summary>
    public static ImmutableArray<JsonTypeModel> Read(INamedTypeSymbol root, KnownTypes known, ProblemList problems, CancellationToken cancellationToken)
    {
        var graph = new JsonGraph(known, problems, cancellationToken);
        graph._visited.Add(root);
        graph.ReadNamed(root, new JsonPlace(JobShape.Where(root), root.Name));
        graph._cycles.Report(problems);
        foreach (var type in graph._converted.Where(type => !graph._visited.Contains(type)))
        {
            var key = CSharpText.Key(type);
            graph._types.Add(new JsonOpaque(key, JsonTypes.Id(key)));
        }

        return graph._types.ToImmutable();
    }

    private void Visit(ITypeSymbol type, JsonPlace place)
    {
        _cancellationToken.ThrowIfCancellationRequested();
        if (type.TypeKind == TypeKind.Error)
        {
            _problems.IsBroken = true;
            return;
        }

        if (JsonTypes.Unstorable(type) is { } unstorable)
        {
            Refuse(type, place, unstorable);
            return;
        }

        if (!_visited.Add(type))
            return;
        if (JsonTypes.IsEndless(type))
        {
            Refuse(type, place, "it contains itself with ever longer type arguments");
            return;
        }

        var key = CSharpText.Key(type);
        if (JsonTypes.Scalar(key) is { } converter)
        {
            _types.Add(new JsonScalar(key, JsonTypes.Id(key), converter));
        }
        else if (type is INamedTypeSymbol { OriginalDefinition.SpecialType: SpecialType.System_Nullable_T } nullable)
        {
            _types.Add(new JsonNullable(key, JsonTypes.Id(key), CSharpText.Key(nullable.TypeArguments[0])));
            Visit(nullable.TypeArguments[0], place);
        }
        else if (JsonCollections.Read(type, out var element, out var fault) is { } collection)
        {
            if (fault is not null)
                Refuse(type, place, fault);
            _types.Add(collection);
            Visit(element!, place);
        }
        else if (type is INamedTypeSymbol named)
        {
            ReadNamed(named, place);
        }
        else
        {
            Refuse(type, place, "it is no type of data");
        }
    }

    private void ReadNamed(INamedTypeSymbol type, JsonPlace place)
    {
        var key = CSharpText.Key(type);
        if (!ConstructorShape.IsReachable(type, _known))
        {
            Refuse(type, place, "generated code can't reach it; make it internal or public");
            return;
        }

        if (JsonAttributes.Converter(type) is { } attribute)
        {
            if (ConverterType(attribute, type, place) is { } converter)
                _types.Add(new JsonConverted(key, JsonTypes.Id(key), converter));
            return;
        }

        if (type.TypeKind == TypeKind.Enum)
        {
            _types.Add(new JsonEnum(key, JsonTypes.Id(key), JsonEnums.Members(type), type.Has("System.FlagsAttribute")));
            return;
        }

        if (NoObject(type) is { } reason)
        {
            Refuse(type, place, reason);
            return;
        }

        if (JsonAttributes.Overlooked(type) is { } overlooked)
        {
            Refuse(type, place, $"[{overlooked}] on it isn't honoured by the generated code");
            return;
        }

        var reader = new JsonObjectReader(type, place, _known, _problems, _cycles);
        if (reader.Read() is not { } model)
            return;
        _types.Add(model);
        foreach (var (property, converter) in reader.Stored)
        {
            if (converter is null)
                Visit(property.Type, JsonPlace.Of(property, place));
            else
                _converted.Add(property.Type);
        }
    }

    private static string? NoObject(INamedTypeSymbol type)
    {
        if (type.TypeKind == TypeKind.Interface)
            return "the type to read it back as isn't known; use a class, or one of the collection interfaces that are: IReadOnlyList, IList, ISet, IReadOnlyDictionary or IDictionary";
        if (type.IsAbstract)
            return "it is abstract, so the type to read it back as isn't known";
        if (JsonTypes.IsFramework(type))
            return "it is no type of data that the generated code covers";
        return type.AllInterfaces.Any(one => one.SpecialType == SpecialType.System_Collections_IEnumerable)
            ? "it is a collection of its own kind; use a list, an array, a set or a dictionary"
            : null;
    }

    private string? ConverterType(AttributeData attribute, INamedTypeSymbol type, JsonPlace place) =>
        JsonConverters.Read(attribute, _known, _problems, out var reason) is { } converter ? converter : Refused(type, place, reason);

    private string? Refused(ITypeSymbol type, JsonPlace place, string reason)
    {
        Refuse(type, place, reason);
        return null;
    }

    private void Refuse(ITypeSymbol type, JsonPlace place, string reason) =>
        _problems.Add(
            ShapeRules.NotSerializable,
            place.Location,
            place.Subject,
            $"'{CSharpText.Readable(type)}' can't be serialized: {reason}. Change it, give it a [JsonConverter], or name a context of your own by [Job(JsonContext = …)]");
}

/// <summary>Where a problem of a type is shown: the nearest member in source.</summary>
internal readonly struct JsonPlace
{
    public JsonPlace(Location location, string subject)
    {
        Location = location;
        Subject = subject;
    }

    public Location Location { get; }

    public string Subject { get; }

    public static JsonPlace Of(ISymbol member, JsonPlace outer)
    {
        var subject = member.ContainingType.Name + "." + member.Name;
        var location = JobShape.Where(member);
        return location == Location.None ? new JsonPlace(outer.Location, outer.Subject + " → " + subject) : new JsonPlace(location, subject);
    }
}

/// <summary>Reads the converter that a <c>[JsonConverter]</c> names.</summary>
internal static class JsonConverters
{
    public static string? Read(AttributeData attribute, KnownTypes known, ProblemList problems, out string reason)
    {
        reason = "";
        if (attribute.ConstructorArguments.FirstOrDefault().Value is not INamedTypeSymbol converter)
            reason = "its [JsonConverter] names no type";
        else if (converter.IsUnboundGenericType || converter.IsAbstract)
            reason = $"its converter '{converter.Name}' is generic without type arguments, or abstract";
        else if (!ConstructorShape.IsReachable(converter, known) || !converter.InstanceConstructors.Any(one => one.Parameters.Length == 0 && ConstructorShape.IsReachable(one, known)))
            reason = $"generated code can't make its converter '{converter.Name}'; give it a public constructor without parameters";
        else
        {
            problems.IsBroken |= TypeConstraints.AreViolated(converter, known.Compilation);
            return CSharpText.Key(converter);
        }

        return null;
    }
}

/// <summary>Finds types whose constructors need each other, so that neither can be made first.</summary>
internal sealed class ConstructorCycles
{
    private readonly Dictionary<ITypeSymbol, List<(ITypeSymbol Type, JsonPlace Place)>> _needs = new(SymbolEqualityComparer.Default);

    public void Add(ITypeSymbol type, ITypeSymbol needed, JsonPlace place)
    {
        if (!_needs.TryGetValue(type, out var needs))
            _needs.Add(type, needs = new List<(ITypeSymbol, JsonPlace)>());
        needs.Add((needed, place));
    }

    public void Report(ProblemList problems)
    {
        var done = new HashSet<ITypeSymbol>(SymbolEqualityComparer.Default);
        foreach (var type in _needs.Keys)
            Walk(type, ImmutableHashSet.Create<ITypeSymbol>(SymbolEqualityComparer.Default), done, problems);
    }

    private void Walk(ITypeSymbol type, ImmutableHashSet<ITypeSymbol> path, HashSet<ITypeSymbol> done, ProblemList problems)
    {
        if (done.Contains(type) || !_needs.TryGetValue(type, out var needs))
            return;

        path = path.Add(type);
        foreach (var (needed, place) in needs)
        {
            if (path.Contains(needed))
                problems.Add(ShapeRules.NotSerializable, place.Location, place.Subject, $"'{CSharpText.Readable(needed)}' can't be serialized: its constructor needs one that needs another '{CSharpText.Readable(needed)}', without end. Make one of them nullable");
            else
                Walk(needed, path, done, problems);
        }

        done.Add(type);
    }
}
