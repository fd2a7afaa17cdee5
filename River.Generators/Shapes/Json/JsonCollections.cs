using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using Microsoft.CodeAnalysis;

namespace River.Shapes.Json;

/// <summary>The collections that the generated code reads and writes.</summary>
internal static class JsonCollections
{
    private const string Generic = "System.Collections.Generic.";
    private const string Immutable = "System.Collections.Immutable.";
    private const string StringKey = "string";

    private static readonly ImmutableDictionary<string, Form> Forms = new Dictionary<string, Form>(StringComparer.Ordinal)
    {
        [Generic + "List`1"] = new("CreateListInfo", IsMade: true),
        [Generic + "IList`1"] = new("CreateIListInfo"),
        [Generic + "ICollection`1"] = new("CreateICollectionInfo"),
        [Generic + "IEnumerable`1"] = new("CreateIEnumerableInfo"),
        [Generic + "IReadOnlyList`1"] = new("CreateIEnumerableInfo"),
        [Generic + "IReadOnlyCollection`1"] = new("CreateIEnumerableInfo"),
        [Generic + "HashSet`1"] = new("CreateISetInfo", IsMade: true),
        [Generic + "SortedSet`1"] = new("CreateISetInfo", IsMade: true),
        [Generic + "ISet`1"] = new("CreateISetInfo"),
        [Generic + "LinkedList`1"] = new("CreateICollectionInfo", IsMade: true),
        [Generic + "Queue`1"] = new("CreateQueueInfo", IsMade: true),
        [Generic + "Dictionary`2"] = new("CreateDictionaryInfo", IsMade: true),
        [Generic + "SortedDictionary`2"] = new("CreateIDictionaryInfo", IsMade: true),
        [Generic + "SortedList`2"] = new("CreateIDictionaryInfo", IsMade: true),
        [Generic + "IDictionary`2"] = new("CreateIDictionaryInfo"),
        [Generic + "IReadOnlyDictionary`2"] = new("CreateIReadOnlyDictionaryInfo"),
        [Immutable + "ImmutableArray`1"] = new("CreateImmutableEnumerableInfo", Range: "ImmutableArray"),
        [Immutable + "ImmutableList`1"] = new("CreateImmutableEnumerableInfo", Range: "ImmutableList"),
        [Immutable + "IImmutableList`1"] = new("CreateImmutableEnumerableInfo", Range: "ImmutableList"),
        [Immutable + "ImmutableHashSet`1"] = new("CreateImmutableEnumerableInfo", Range: "ImmutableHashSet"),
        [Immutable + "IImmutableSet`1"] = new("CreateImmutableEnumerableInfo", Range: "ImmutableHashSet"),
        [Immutable + "ImmutableSortedSet`1"] = new("CreateImmutableEnumerableInfo", Range: "ImmutableSortedSet"),
        [Immutable + "ImmutableDictionary`2"] = new("CreateImmutableDictionaryInfo", Range: "ImmutableDictionary"),
        [Immutable + "IImmutableDictionary`2"] = new("CreateImmutableDictionaryInfo", Range: "ImmutableDictionary"),
        [Immutable + "ImmutableSortedDictionary`2"] = new("CreateImmutableDictionaryInfo", Range: "ImmutableSortedDictionary"),
    }.ToImmutableDictionary(StringComparer.Ordinal);

    /// <summary>Null where the type is none of these collections.</summary>
    /// <param name="type">The type.</param>
    /// <param name="element">The type of its elements or values.</param>
    /// <param name="fault">Why it can't be stored; null where it can.</param>
    public static JsonCollection? Read(ITypeSymbol type, out ITypeSymbol? element, out string? fault)
    {
        element = null;
        fault = null;
        var key = CSharpText.Key(type);
        var id = JsonTypes.Id(key);
        if (type is IArrayTypeSymbol array)
        {
            element = array.ElementType;
            return new JsonCollection(key, id, "CreateArrayInfo", CSharpText.Key(element), null, null, CSharpText.Key(element), IsMap: false);
        }

        if (type is not INamedTypeSymbol { IsGenericType: true, ContainingType: null } named || Form.Of(named) is not { } form)
            return null;

        var arguments = named.TypeArguments;
        element = arguments[arguments.Length - 1];
        if (arguments.Length == 2 && arguments[0].SpecialType != SpecialType.System_String)
            fault = $"its keys are '{CSharpText.Readable(arguments[0])}', but JSON's are texts; use {StringKey} keys";

        var typeArguments = form.Factory == "CreateArrayInfo" ? "" : key + ", ";
        for (var i = 0; i < arguments.Length; i++)
            typeArguments += (i > 0 ? ", " : "") + CSharpText.Key(arguments[i]);
        return new JsonCollection(
            key,
            id,
            form.Factory,
            typeArguments,
            form.IsMade ? "new " + key + "()" : null,
            form.Range is null ? null : "global::System.Collections.Immutable." + form.Range + ".CreateRange",
            CSharpText.Key(element),
            arguments.Length == 2);
    }

    private sealed record Form(string Factory, bool IsMade = false, string? Range = null)
    {
        public static Form? Of(INamedTypeSymbol type)
        {
            var space = type.ContainingNamespace;
            if (space is not { Name: "Generic" or "Immutable", ContainingNamespace: { Name: "Collections", ContainingNamespace: { Name: "System", ContainingNamespace.IsGlobalNamespace: true } } })
                return null;
            return Forms.TryGetValue((space.Name == "Generic" ? Generic : Immutable) + type.MetadataName, out var form) ? form : null;
        }
    }
}
