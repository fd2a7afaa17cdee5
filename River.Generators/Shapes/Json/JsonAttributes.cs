using System;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;

namespace River.Shapes.Json;

/// <summary>The attributes of System.Text.Json that the generated code honours, and those that it doesn't.</summary>
internal static class JsonAttributes
{
    public const string Constructor = Namespace + ".JsonConstructorAttribute";
    public const string ContextBase = Namespace + ".JsonSerializerContext";
    public const string ContextOptions = Namespace + ".JsonSourceGenerationOptionsAttribute";
    private const string Namespace = "System.Text.Json.Serialization";
    private const string ConverterName = Namespace + ".JsonConverterAttribute";
    private const string IgnoreName = Namespace + ".JsonIgnoreAttribute";
    private const string NameName = Namespace + ".JsonPropertyNameAttribute";
    private const string RequiredName = Namespace + ".JsonRequiredAttribute";

    private static readonly string[] Honoured = { Constructor, ConverterName, IgnoreName, NameName, RequiredName };

    /// <summary>The name of an attribute that would be overlooked; null where there is none.</summary>
    public static string? Overlooked(ISymbol symbol)
    {
        foreach (var attribute in symbol.GetAttributes())
        {
            for (var type = attribute.AttributeClass; type is not null; type = type.BaseType)
            {
                // A type derived from JsonConverterAttribute makes its converter by code that runs at run time only.
                var isOwn = SymbolEqualityComparer.Default.Equals(type, attribute.AttributeClass);
                if (IsJsonAttribute(type) && (!isOwn || !Honoured.Any(name => type.Is(name))))
                    return Short(attribute.AttributeClass!);
            }
        }

        return null;
    }

    /// <summary>The number of the <c>JsonIgnoreCondition</c>; null where there is none.</summary>
    public static int? Ignore(IPropertySymbol property)
    {
        foreach (var attribute in property.GetAttributes())
        {
            if (attribute.AttributeClass.Is(IgnoreName))
                return attribute.Named("Condition")?.Value as int? ?? JsonIgnore.Always;
        }

        return null;
    }

    public static string? PropertyName(IPropertySymbol property)
    {
        foreach (var attribute in property.GetAttributes())
        {
            if (attribute.AttributeClass.Is(NameName) && attribute.ConstructorArguments.Length == 1)
                return attribute.ConstructorArguments[0].Value as string;
        }

        return null;
    }

    /// <summary>Where a property's JSON name is written; null where it isn't.</summary>
    public static Location? NameLocation(IPropertySymbol property, CancellationToken cancellationToken) =>
        property.GetAttributes().FirstOrDefault(attribute => attribute.AttributeClass.Is(NameName))?.LocationOf(0, cancellationToken);

    public static bool IsRequired(IPropertySymbol property) => property.Has(RequiredName);

    public static AttributeData? Converter(ISymbol symbol) =>
        symbol.GetAttributes().FirstOrDefault(attribute => attribute.AttributeClass.Is(ConverterName));

    private static bool IsJsonAttribute(INamedTypeSymbol type) =>
        type.Name != "JsonAttribute" && type.Name.StartsWith("Json", StringComparison.Ordinal) && type.Is(Namespace + "." + type.Name);

    private static string Short(INamedTypeSymbol attribute)
    {
        const string suffix = "Attribute";
        return attribute.Name.EndsWith(suffix, StringComparison.Ordinal) ? attribute.Name.Substring(0, attribute.Name.Length - suffix.Length) : attribute.Name;
    }
}

/// <summary>The numbers of <c>JsonIgnoreCondition</c>.</summary>
internal static class JsonIgnore
{
    public const int Never = 0;
    public const int Always = 1;
    public const int WhenWritingNull = 3;
}
