using System;
using System.Collections.Generic;
using Microsoft.CodeAnalysis;
using River.Grammar;

namespace River.Shapes.Json;

/// <summary>Which members of a type are stored, and under which names.</summary>
internal static class JsonMembers
{
    /// <summary>
    /// The public properties that can be read, the most derived type's first, as System.Text.Json takes them. Fields are
    /// not stored.
    /// </summary>
    public static IEnumerable<IPropertySymbol> Of(INamedTypeSymbol type)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var part = type; part is { SpecialType: SpecialType.None or SpecialType.System_ValueType } && !JsonTypes.IsFramework(part); part = part.BaseType)
        {
            foreach (var member in part.GetMembers())
            {
                if (member is IPropertySymbol { IsStatic: false, IsIndexer: false, DeclaredAccessibility: Accessibility.Public, GetMethod.DeclaredAccessibility: Accessibility.Public } property
                    && seen.Add(property.Name))
                {
                    yield return property;
                }
            }
        }
    }

    public static IEnumerable<IPropertySymbol> Serialized(INamedTypeSymbol type)
    {
        foreach (var property in Of(type))
        {
            if (JsonAttributes.Ignore(property) != JsonIgnore.Always)
                yield return property;
        }
    }

    public static string JsonName(IPropertySymbol property) =>
        JsonAttributes.PropertyName(property) ?? MemberName.ToSnakeCase(property.Name);

    /// <summary>Whether a constructor's parameter gives a property its value.</summary>
    public static bool Matches(IParameterSymbol parameter, IPropertySymbol property) =>
        string.Equals(parameter.Name, property.Name, StringComparison.OrdinalIgnoreCase)
        && SymbolEqualityComparer.Default.Equals(parameter.Type, property.Type);
}
