using System;
using Microsoft.CodeAnalysis;

namespace River.Shapes;

/// <summary>Recognises types that a compilation may or may not reference, by their full names.</summary>
internal static class SymbolNames
{
    /// <param name="type">A type that is neither nested nor generic.</param>
    /// <param name="fullName">Its namespace and name.</param>
    public static bool Is(this ITypeSymbol? type, string fullName) =>
        type is { ContainingType: null }
        && fullName.EndsWith(type.Name, StringComparison.Ordinal)
        && fullName.Length > type.Name.Length + 1
        && fullName[fullName.Length - type.Name.Length - 1] == '.'
        && IsNamed(type.ContainingNamespace, fullName, fullName.Length - type.Name.Length - 1);

    public static bool Has(this ISymbol symbol, string attribute)
    {
        foreach (var data in symbol.GetAttributes())
        {
            if (data.AttributeClass.Is(attribute))
                return true;
        }

        return false;
    }

    /// <summary>Whether a namespace's full name is the first part of a text, compared from the end without making a string.</summary>
    private static bool IsNamed(INamespaceSymbol? space, string fullName, int end)
    {
        while (space is { IsGlobalNamespace: false })
        {
            var start = end - space.Name.Length;
            if (start < 0 || string.CompareOrdinal(fullName, start, space.Name, 0, space.Name.Length) != 0)
                return false;
            if (start == 0)
                return space.ContainingNamespace.IsGlobalNamespace;
            if (fullName[start - 1] != '.')
                return false;
            end = start - 1;
            space = space.ContainingNamespace;
        }

        return false;
    }
}
