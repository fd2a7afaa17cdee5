using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Microsoft.CodeAnalysis;

namespace River.Shapes.Json;

/// <summary>The types that need no description of their members, and those that have no JSON form.</summary>
internal static class JsonTypes
{
    private const int DeepestNesting = 12;

    private static readonly ImmutableDictionary<string, string> Scalars = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["bool"] = "BooleanConverter",
        ["byte"] = "ByteConverter",
        ["sbyte"] = "SByteConverter",
        ["short"] = "Int16Converter",
        ["ushort"] = "UInt16Converter",
        ["int"] = "Int32Converter",
        ["uint"] = "UInt32Converter",
        ["long"] = "Int64Converter",
        ["ulong"] = "UInt64Converter",
        ["float"] = "SingleConverter",
        ["double"] = "DoubleConverter",
        ["decimal"] = "DecimalConverter",
        ["char"] = "CharConverter",
        ["string"] = "StringConverter",
        ["byte[]"] = "ByteArrayConverter",
        ["global::System.Half"] = "HalfConverter",
        ["global::System.Int128"] = "Int128Converter",
        ["global::System.UInt128"] = "UInt128Converter",
        ["global::System.DateTime"] = "DateTimeConverter",
        ["global::System.DateTimeOffset"] = "DateTimeOffsetConverter",
        ["global::System.DateOnly"] = "DateOnlyConverter",
        ["global::System.TimeOnly"] = "TimeOnlyConverter",
        ["global::System.TimeSpan"] = "TimeSpanConverter",
        ["global::System.Guid"] = "GuidConverter",
        ["global::System.Uri"] = "UriConverter",
        ["global::System.Version"] = "VersionConverter",
        ["global::System.Memory<byte>"] = "MemoryByteConverter",
        ["global::System.ReadOnlyMemory<byte>"] = "ReadOnlyMemoryByteConverter",
        ["global::System.Text.Json.JsonElement"] = "JsonElementConverter",
        ["global::System.Text.Json.Nodes.JsonNode"] = "JsonNodeConverter",
        ["global::System.Text.Json.Nodes.JsonObject"] = "JsonObjectConverter",
        ["global::System.Text.Json.Nodes.JsonArray"] = "JsonArrayConverter",
        ["global::System.Text.Json.Nodes.JsonValue"] = "JsonValueConverter",
    }.ToImmutableDictionary(StringComparer.Ordinal);

    /// <summary>The property of <c>JsonMetadataServices</c> with the type's converter; null where there is none.</summary>
    public static string? Scalar(string key) => Scalars.TryGetValue(key, out var converter) ? converter : null;

    /// <summary>Why values of a type can't be stored and read back; null where nothing speaks against it.</summary>
    public static string? Unstorable(ITypeSymbol type)
    {
        switch (type.TypeKind)
        {
            case TypeKind.Delegate:
                return "a delegate is code and not data";
            case TypeKind.Dynamic:
                return "the type of its value isn't stored";
            case TypeKind.Array when type is IArrayTypeSymbol { IsSZArray: false }:
                return "JSON has no arrays of several dimensions; use an array of arrays";
        }

        if (TypeParts.HoldsPointer(type))
            return "an address means something in this process only";
        if (type.IsRefLikeType)
            return "a ref struct can't leave the stack";
        if (type.IsTupleType)
            return "a tuple's elements are fields, which JSON leaves out; use a record";
        return type.SpecialType switch
        {
            SpecialType.System_Object => "the type of its value isn't stored",
            SpecialType.System_IntPtr or SpecialType.System_UIntPtr => "an address means something in this process only",
            SpecialType.System_Void => "it is no value",
            _ => null,
        };
    }

    /// <summary>Whether a type is .NET's own, whose members are no contract that args should depend on.</summary>
    public static bool IsFramework(INamedTypeSymbol type)
    {
        var space = type.ContainingNamespace;
        while (space is { IsGlobalNamespace: false, ContainingNamespace.IsGlobalNamespace: false })
            space = space.ContainingNamespace;
        return space is { Name: "System" } && !type.Locations.Any(location => location.IsInSource);
    }

    /// <summary>
    /// Whether type arguments are nested deeper than anybody writes: only a generic type that contains itself with ever
    /// longer type arguments gets there, and it would never end.
    /// </summary>
    public static bool IsEndless(ITypeSymbol type) => IsNested(type, DeepestNesting);

    private static bool IsNested(ITypeSymbol type, int levels)
    {
        if (levels == 0)
            return true;
        if (type is IArrayTypeSymbol array)
            return IsNested(array.ElementType, levels - 1);
        if (type is INamedTypeSymbol { TypeArguments: { IsEmpty: false } arguments })
        {
            foreach (var argument in arguments)
            {
                if (IsNested(argument, levels - 1))
                    return true;
            }
        }

        return false;
    }

    /// <summary>An identifier that no other type gets: what an identifier can't hold is written as <c>_</c> and a digit.</summary>
    public static string Id(string key)
    {
        var id = new StringBuilder(key.Length + 8);
        foreach (var c in key.Replace("global::", ""))
        {
            switch (c)
            {
                case '.': id.Append('_'); break;
                case '_': id.Append("_0"); break;
                case '<': id.Append("_1"); break;
                case ',': id.Append("_2"); break;
                case '>': id.Append("_3"); break;
                case '[': id.Append("_4"); break;
                case '?': id.Append("_5"); break;
                case '@': id.Append("_6"); break;
                case ' ' or ']': break;
                default:
                    if (char.IsLetterOrDigit(c))
                        id.Append(c);
                    else
                        id.Append("_9").Append(((int)c).ToString("x4", CultureInfo.InvariantCulture));
                    break;
            }
        }

        return id.ToString();
    }

    private static bool Any(this ImmutableArray<Location> locations, Func<Location, bool> condition)
    {
        foreach (var location in locations)
        {
            if (condition(location))
                return true;
        }

        return false;
    }
}
