using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;

namespace River.Shapes.Json;

/// <summary>Reads a record, class or struct: how it is made, and its members.</summary>
internal sealed class JsonObjectReader
{
    private readonly INamedTypeSymbol _type;
    private readonly JsonPlace _place;
    private readonly KnownTypes _known;
    private readonly ProblemList _problems;
    private readonly ConstructorCycles _cycles;
    private readonly List<(IPropertySymbol, string?)> _stored = new();

    public JsonObjectReader(INamedTypeSymbol type, JsonPlace place, KnownTypes known, ProblemList problems, ConstructorCycles cycles)
    {
        _type = type;
        _place = place;
        _known = known;
        _problems = problems;
        _cycles = cycles;
    }

    /// <summary>The members that are stored, with their own converters.</summary>
    public IReadOnlyList<(IPropertySymbol Property, string? Converter)> Stored => _stored;

    /// <summary>Null where nothing can be said, because the type can't be made.</summary>
    public JsonObjectModel? Read()
    {
        if (ConstructorShape.Find(_type, _known) is not { } constructor)
        {
            Refuse(_place, _type, ConstructorShape.NoConstructor);
            return null;
        }

        var members = ImmutableArray.CreateBuilder<JsonMemberModel>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var property in JsonMembers.Of(_type))
        {
            if (Member(property, constructor) is not { } member)
                continue;
            members.Add(member);
            if (member.Ignore != JsonIgnore.Always && !names.Add(member.JsonName))
                Refuse(JsonPlace.Of(property, _place), property.Type, $"another member has the JSON name '{member.JsonName}' too");
        }

        CheckReadBack(members);
        var key = CSharpText.Key(_type);
        return new JsonObjectModel(
            key,
            JsonTypes.Id(key),
            _type.IsValueType,
            Parameters(constructor),
            new EquatableArray<JsonMemberModel>(members.ToImmutable()),
            Initializers(constructor));
    }

    private JsonMemberModel? Member(IPropertySymbol property, IMethodSymbol constructor)
    {
        // Two members of one name, or one without, are the compiler's error.
        _problems.IsBroken |= property.ContainingType.GetMembers(property.Name).Length > 1
            || property.Name.Length == 0
            || TypeConstraints.AreViolated(property.Type, _known.Compilation)
            || TypeConstraints.AreViolated(property.ContainingType, _known.Compilation);
        var place = JsonPlace.Of(property, _place);
        var isBound = constructor.Parameters.Any(parameter => JsonMembers.Matches(parameter, property));
        var ignore = JsonAttributes.Ignore(property);
        if (ignore == JsonIgnore.Always && !isBound)
            return null;

        if (JsonAttributes.Overlooked(property) is { } overlooked)
            Refuse(place, property.Type, $"[{overlooked}] on '{property.Name}' isn't honoured by the generated code");
        if (property.RefKind != RefKind.None)
            Refuse(place, property.Type, $"'{property.Name}' returns a reference");
        if (ignore == JsonIgnore.WhenWritingNull && property.Type is { IsValueType: true, OriginalDefinition.SpecialType: not SpecialType.System_Nullable_T })
            Refuse(place, property.Type, $"'{property.Name}' is never null, which [JsonIgnore] waits for");

        string? converter = null;
        if (JsonAttributes.Converter(property) is { } attribute)
        {
            converter = JsonConverters.Read(attribute, _known, _problems, out var reason);
            if (converter is null)
                Refuse(place, property.Type, reason);
        }

        if (ignore != JsonIgnore.Always)
            _stored.Add((property, converter));

        var setter = isBound ? JsonSetter.None : Setter(property);
        if (setter == JsonSetter.Init && property.ContainingType.IsGenericType)
            Refuse(place, property.Type, $"'{property.Name}' is init-only in a generic type, which the generated code can't set; take it in the constructor, or make it settable");
        return new JsonMemberModel(
            property.Name,
            JsonMembers.JsonName(property),
            CSharpText.Key(property.Type),
            CSharpText.Key(property.ContainingType),
            setter,
            IsNullable(property.Type, property.NullableAnnotation, property),
            ignore != JsonIgnore.Always && (JsonAttributes.IsRequired(property) || (property.IsRequired && !ConstructorShape.SetsRequiredMembers(constructor))),
            ignore,
            converter,
            NullableElements(property.Type));
    }

    private static JsonSetter Setter(IPropertySymbol property) => property.SetMethod switch
    {
        { DeclaredAccessibility: Accessibility.Public, IsInitOnly: true } => JsonSetter.Init,
        { DeclaredAccessibility: Accessibility.Public } => JsonSetter.Set,
        _ => JsonSetter.None,
    };

    private EquatableArray<JsonParameterModel> Parameters(IMethodSymbol constructor)
    {
        var parameters = ImmutableArray.CreateBuilder<JsonParameterModel>(constructor.Parameters.Length);
        foreach (var parameter in constructor.Parameters)
        {
            var place = JobShape.Where(parameter) is var where && where != Location.None ? new JsonPlace(where, _type.Name + "." + parameter.Name) : _place;
            if (parameter.RefKind is not (RefKind.None or RefKind.In))
                Refuse(place, parameter.Type, $"the constructor takes '{parameter.Name}' by reference");
            var property = JsonMembers.Of(_type).FirstOrDefault(one => JsonMembers.Matches(parameter, one));
            if (property is null)
                Refuse(place, parameter.Type, $"the constructor's parameter '{parameter.Name}' matches no public property of the same name and type, so its value isn't stored");
            else if (JsonAttributes.Ignore(property) == JsonIgnore.Always && !parameter.HasExplicitDefaultValue)
                Refuse(place, parameter.Type, $"the constructor needs '{parameter.Name}', which [JsonIgnore] leaves out; give it a default");
            else if (IsNeeded(parameter))
                _cycles.Add(_type, parameter.Type, place);

            parameters.Add(new JsonParameterModel(
                parameter.Name,
                CSharpText.Key(parameter.Type),
                parameter.HasExplicitDefaultValue ? CSharpText.Constant(parameter.Type, parameter.ExplicitDefaultValue) : null,
                IsNullable(parameter.Type, parameter.NullableAnnotation, parameter),
                parameter.HasExplicitDefaultValue ? JsonText.Of(parameter.Type, parameter.ExplicitDefaultValue) : null));
        }

        return new EquatableArray<JsonParameterModel>(parameters.ToImmutable());
    }

    private static bool IsNeeded(IParameterSymbol parameter) =>
        parameter is { HasExplicitDefaultValue: false, NullableAnnotation: NullableAnnotation.NotAnnotated, Type.TypeKind: TypeKind.Class };

    /// <summary>What the expression that makes the object must set, or it wouldn't compile.</summary>
    private EquatableArray<JsonInitializer> Initializers(IMethodSymbol constructor)
    {
        if (ConstructorShape.SetsRequiredMembers(constructor))
            return EquatableArray<JsonInitializer>.Empty;

        var initializers = ImmutableArray.CreateBuilder<JsonInitializer>();
        foreach (var member in RequiredMembers.Of(_type))
        {
            var type = member is IPropertySymbol property ? property.Type : ((IFieldSymbol)member).Type;
            var parameter = constructor.Parameters.FirstOrDefault(one => member is IPropertySymbol bound && JsonMembers.Matches(one, bound));
            initializers.Add(new JsonInitializer(member.Name, parameter?.Ordinal, CSharpText.Key(type)));
            if (member is IFieldSymbol)
                Refuse(JsonPlace.Of(member, _place), type, $"'{member.Name}' is a required field, and fields aren't stored; make it a property");
        }

        return new EquatableArray<JsonInitializer>(initializers.ToImmutable());
    }

    /// <summary>A type that only computes its members, such as a point in time of a library, would come back empty.</summary>
    private void CheckReadBack(ImmutableArray<JsonMemberModel>.Builder members)
    {
        var isJob = _type.Find(_known.JobAttribute) is not null;
        if (isJob || members.Count == 0 || ConstructorShape.Find(_type, _known) is { Parameters.Length: > 0 })
            return;
        if (members.All(member => member.Setter == JsonSetter.None))
            Refuse(_place, _type, "none of its members can be read back: they have neither a public setter nor a constructor parameter");
    }

    private static bool IsNullable(ITypeSymbol type, NullableAnnotation annotation, ISymbol symbol)
    {
        if (type.IsValueType)
            return type.OriginalDefinition.SpecialType == SpecialType.System_Nullable_T;
        return annotation != NullableAnnotation.NotAnnotated
            || symbol.Has("System.Diagnostics.CodeAnalysis.AllowNullAttribute")
            || symbol.Has("System.Diagnostics.CodeAnalysis.MaybeNullAttribute");
    }

    private static int NullableElements(ITypeSymbol type)
    {
        var bits = 0;
        for (var level = 0; level < 30; level++)
        {
            if (type is INamedTypeSymbol { OriginalDefinition.SpecialType: SpecialType.System_Nullable_T } nullable)
                type = nullable.TypeArguments[0];
            if (JsonCollections.Read(type, out var element, out _) is null)
                break;
            type = element!;
            if (!type.IsValueType && type.NullableAnnotation != NullableAnnotation.NotAnnotated)
                bits |= 1 << level;
        }

        return bits;
    }

    private void Refuse(JsonPlace place, ITypeSymbol type, string reason) =>
        _problems.Add(
            ShapeRules.NotSerializable,
            place.Location,
            place.Subject,
            $"'{CSharpText.Readable(type)}' can't be serialized: {reason}. Change it, or name a context of your own by [Job(JsonContext = …)]");
}
