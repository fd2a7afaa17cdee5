using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Globalization;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using River.Shapes.Json;

namespace River.Shapes.Contracts;

/// <summary>
/// The arguments of a job as a serializer context of the application's stores them. Read by System.Text.Json's own rules: a
/// member needn't be there unless it says so, null is read wherever the type has one, and a discriminator says which subtype a
/// value is of. A context that is written by hand, or has converters of its own, can't be known; one line says so.
/// </summary>
internal sealed class ContextArgs
{
    // A name in JSON is never written with these.
    private const string Unknown = "(context)";
    private const string Serialization = "System.Text.Json.Serialization.";
    private const string DefaultDiscriminator = "$type";
    private const int MostFacts = 400;
    private const int MostLevels = 12;

    private readonly string _kind;
    private readonly JsonNaming _naming;
    private readonly AttributeData? _options;
    private readonly List<ContractFact> _facts = new();
    private readonly CancellationToken _cancellationToken;

    private ContextArgs(string kind, JsonNaming naming, AttributeData? options, CancellationToken cancellationToken)
    {
        _kind = kind;
        _naming = naming;
        _options = options;
        _cancellationToken = cancellationToken;
    }

    public static EquatableArray<ContractFact> Read(INamedTypeSymbol job, string kind, KnownTypes known, CancellationToken cancellationToken)
    {
        if (job.Find(known.JobAttribute)?.Named("JsonContext")?.Value is not INamedTypeSymbol context)
            return EquatableArray<ContractFact>.Empty;
        var options = context.GetAttributes().FirstOrDefault(one => one.AttributeClass.Is(JsonAttributes.ContextOptions));
        if (!context.Has(Serialization + "JsonSerializableAttribute") || options?.Named("Converters") is { IsNull: false, Values.Length: > 0 })
            return new EquatableArray<ContractFact>(ImmutableArray.Create(ContractFact.Arg(kind, Unknown, "custom(" + ContractFacts.Word(context.Name) + ")")));

        var args = new ContextArgs(kind, JsonContextShape.NamingOf(job, known), options, cancellationToken);
        args.Members(job, "", new List<(ITypeSymbol, string)> { (job, "") });
        return args._facts.ToEquatableArray();
    }

    /// <summary>Whether a fact says that nothing more can be said.</summary>
    public static bool IsUnknown(ContractFact fact) => fact.IsArg && fact.Name == Unknown;

    private void Members(INamedTypeSymbol type, string prefix, List<(ITypeSymbol Type, string Path)> around)
    {
        foreach (var property in JsonMembers.Serialized(type).Where(property => IsReadBack(property, type)))
        {
            _cancellationToken.ThrowIfCancellationRequested();
            var path = prefix + ContractFacts.Word(_naming.NameOf(property));
            var isRequired = property.IsRequired || JsonAttributes.IsRequired(property)
                || (Says("RespectRequiredConstructorParameters") && ParameterOf(property, type) is { HasExplicitDefaultValue: false });
            if (JsonAttributes.Converter(property) is { } converter && !IsEnumConverter(converter))
                Add(path, Custom(converter), property, isRequired);
            else
                Value(property, path, isRequired, around);
        }
    }

    private void Value(IPropertySymbol property, string path, bool isRequired, List<(ITypeSymbol Type, string Path)> around)
    {
        var (held, marks, isNullable) = Unwrap(property);
        if (Simple(held, JsonAttributes.Converter(property)) is { } simple)
        {
            Add(path, simple + (isNullable ? "?" : "") + marks, property, isRequired);
            return;
        }

        var type = (INamedTypeSymbol)held;
        var outer = around.FirstOrDefault(one => SymbolEqualityComparer.Default.Equals(one.Type, type));
        if (outer.Type is not null)
        {
            Add(path, "like(" + outer.Path.TrimEnd('.') + ")" + marks, property, isRequired);
            return;
        }

        var before = _facts.Count;
        var inner = path + marks + ".";
        if (around.Count < MostLevels && before < MostFacts)
        {
            around.Add((type, inner));
            // Of an abstract type there are its subtypes only, each with its members.
            if (!type.IsAbstract && type.TypeKind != TypeKind.Interface)
                Members(type, inner, around);
            foreach (var (subtype, name) in Subtypes(type).Where(one => !SymbolEqualityComparer.Default.Equals(one.Type, type)))
            {
                around.Add((subtype, inner + "(" + name + ")."));
                Members(subtype, inner + "(" + name + ").", around);
                around.RemoveAt(around.Count - 1);
            }

            around.RemoveAt(around.Count - 1);
        }

        if (Discriminated(type) is { } discriminated)
            Add(path, discriminated + (isNullable ? "?" : "") + marks, property, isRequired);
        else if (_facts.Count == before || IsNullable(property.Type, property.NullableAnnotation) || !isRequired)
            Add(path, "object" + marks, property, isRequired);
    }

    private void Add(string path, string type, IPropertySymbol property, bool isRequired) =>
        _facts.Add(ContractFact.Arg(_kind, path, ArgValue.Write(type, IsNullable(property.Type, property.NullableAnnotation), isRequired, fallback: null)));

    /// <summary>What a member holds, however deep in lists and maps, and whether it may be null in there.</summary>
    private (ITypeSymbol Held, string Marks, bool IsNullable) Unwrap(IPropertySymbol property)
    {
        var type = property.Type;
        var marks = "";
        var isNullable = false;
        for (var level = 0; level < MostLevels; level++)
        {
            if (type is INamedTypeSymbol { OriginalDefinition.SpecialType: SpecialType.System_Nullable_T } nullable)
            {
                type = nullable.TypeArguments[0];
            }
            else if (JsonTypes.Scalar(CSharpText.Key(type)) is null && JsonCollections.Read(type, out var element, out _) is { } collection)
            {
                marks += collection.IsMap ? "{}" : "[]";
                isNullable = IsNullable(element!, element!.NullableAnnotation);
                type = element!;
            }
            else
            {
                break;
            }
        }

        return (type, marks, isNullable);
    }

    /// <summary>The word for a type whose members say no more; null where they do.</summary>
    private string? Simple(ITypeSymbol type, AttributeData? converter)
    {
        if (JsonTypes.Scalar(CSharpText.Key(type)) is { } scalar)
            return ContractArgs.WordOf(scalar);
        var own = converter ?? JsonAttributes.Converter(type);
        if (type is INamedTypeSymbol { TypeKind: TypeKind.Enum } one)
        {
            if (own is not null && !IsEnumConverter(own))
                return Custom(own);
            return own is not null || Says("UseStringEnumConverter") ? "enum(" + string.Join("|", EnumNames(one).Select(ContractFacts.Word)) + ")" : ContractArgs.WordOf(JsonTypes.Scalar(CSharpText.Key(one.EnumUnderlyingType!))!);
        }

        if (own is not null)
            return Custom(own);
        if (type is not INamedTypeSymbol { TypeKind: TypeKind.Class or TypeKind.Struct or TypeKind.Interface } named || type.SpecialType == SpecialType.System_Object)
            return "json";
        if (named.TypeKind == TypeKind.Interface || named.IsAbstract)
            return Discriminated(named) is null ? "json" : null;
        return JsonTypes.IsFramework(named) || JsonTypes.IsEndless(named) || named.AllInterfaces.Any(other => other.SpecialType == SpecialType.System_Collections_IEnumerable)
            ? "custom(" + ContractFacts.Word(named.Name) + ")"
            : null;
    }

    /// <summary>The subtypes that a value may be of, by what a row says of it.</summary>
    private static string? Discriminated(INamedTypeSymbol type)
    {
        var names = Subtypes(type).Select(one => one.Name).OrderBy(name => name, StringComparer.Ordinal).ToArray();
        if (names.Length == 0)
            return null;
        var property = type.GetAttributes().FirstOrDefault(one => one.AttributeClass.Is(Serialization + "JsonPolymorphicAttribute"))?.Named("TypeDiscriminatorPropertyName")?.Value as string;
        return ArgValue.WriteSubtypes(ContractFacts.Word(property ?? DefaultDiscriminator), names);
    }

    private static IEnumerable<(INamedTypeSymbol Type, string Name)> Subtypes(INamedTypeSymbol type)
    {
        foreach (var attribute in type.GetAttributes())
        {
            if (attribute.AttributeClass.Is(Serialization + "JsonDerivedTypeAttribute")
                && attribute.ConstructorArguments.Length == 2
                && attribute.ConstructorArguments[0].Value is INamedTypeSymbol { TypeKind: not TypeKind.Error } subtype
                && Convert.ToString(attribute.ConstructorArguments[1].Value, CultureInfo.InvariantCulture) is { Length: > 0 } name)
            {
                yield return (subtype, ContractFacts.Word(name));
            }
        }
    }

    // What is only written no later reader depends on.
    private static bool IsReadBack(IPropertySymbol property, INamedTypeSymbol type) =>
        property.SetMethod is { DeclaredAccessibility: Accessibility.Public }
        || (property.SetMethod is not null && property.Has(Serialization + "JsonIncludeAttribute"))
        || ParameterOf(property, type) is not null;

    private static IParameterSymbol? ParameterOf(IPropertySymbol property, INamedTypeSymbol type) =>
        type.InstanceConstructors.SelectMany(constructor => constructor.Parameters).FirstOrDefault(parameter => JsonMembers.Matches(parameter, property));

    private bool IsNullable(ITypeSymbol type, NullableAnnotation annotation) => type.IsValueType
        ? type.OriginalDefinition.SpecialType == SpecialType.System_Nullable_T
        : !Says("RespectNullableAnnotations") || annotation != NullableAnnotation.NotAnnotated;

    private bool Says(string option) => _options?.Named(option)?.Value is true;

    private static bool IsEnumConverter(AttributeData converter) =>
        converter.ConstructorArguments.FirstOrDefault().Value is INamedTypeSymbol { Name: "JsonStringEnumConverter" };

    private static IEnumerable<string> EnumNames(INamedTypeSymbol type) => type.GetMembers().OfType<IFieldSymbol>().Where(field => field.HasConstantValue)
        .Select(field => field.GetAttributes().FirstOrDefault(one => one.AttributeClass.Is(Serialization + "JsonStringEnumMemberNameAttribute"))?.ConstructorArguments.FirstOrDefault().Value as string ?? field.Name)
        .Distinct(StringComparer.Ordinal);

    private static string Custom(AttributeData converter) =>
        "custom(" + ContractFacts.Word((converter.ConstructorArguments.FirstOrDefault().Value as INamedTypeSymbol ?? converter.AttributeClass)?.Name ?? "") + ")";
}
