using System;
using System.Globalization;
using System.Linq;
using System.Text;
using Microsoft.CodeAnalysis;
using River.Grammar;

namespace River.Shapes.Json;

/// <summary>JSON for constants: ASCII only and without spaces, so that it can be a word of a line.</summary>
internal static class JsonText
{
    /// <summary>A constant of a type as the serializer would write it; null where it has no text that is known here.</summary>
    public static string? Of(ITypeSymbol type, object? value)
    {
        if (value is null)
            return type.IsValueType && type.OriginalDefinition.SpecialType != SpecialType.System_Nullable_T ? null : "null";
        var target = type is INamedTypeSymbol { OriginalDefinition.SpecialType: SpecialType.System_Nullable_T } nullable ? nullable.TypeArguments[0] : type;
        if (target is INamedTypeSymbol { TypeKind: TypeKind.Enum } enumType)
            return JsonEnums.NameOf(enumType, value) is { } name ? Quote(name) : Primitive(value);
        return Primitive(value);
    }

    public static string Quote(string text)
    {
        var json = new StringBuilder(text.Length + 2).Append('"');
        foreach (var c in text)
        {
            if (c is > ' ' and < (char)127 and not ('"' or '\\'))
                json.Append(c);
            else
                json.Append("\\u").Append(((int)c).ToString("x4", CultureInfo.InvariantCulture));
        }

        return json.Append('"').ToString();
    }

    private static string? Primitive(object value) => value switch
    {
        string text => Quote(text),
        char c => Quote(c.ToString()),
        bool flag => flag ? "true" : "false",
        double number => double.IsNaN(number) || double.IsInfinity(number) ? null : number.ToString("R", CultureInfo.InvariantCulture),
        float number => float.IsNaN(number) || float.IsInfinity(number) ? null : number.ToString("R", CultureInfo.InvariantCulture),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => null,
    };
}

/// <summary>How the members of enums are named in JSON.</summary>
internal static class JsonEnums
{
    private const string NameAttribute = "System.Text.Json.Serialization.JsonStringEnumMemberNameAttribute";

    public static EquatableArray<string> Members(INamedTypeSymbol type) =>
        type.GetMembers().OfType<IFieldSymbol>().Where(field => field.HasConstantValue).Select(NameOf).ToEquatableArray();

    /// <summary>The name of a value; null where no member has it.</summary>
    public static string? NameOf(INamedTypeSymbol type, object value) =>
        type.GetMembers().OfType<IFieldSymbol>().FirstOrDefault(field => field.HasConstantValue && Equals(field.ConstantValue, value)) is { } member ? NameOf(member) : null;

    private static string NameOf(IFieldSymbol member)
    {
        foreach (var attribute in member.GetAttributes())
        {
            if (attribute.AttributeClass.Is(NameAttribute) && attribute.ConstructorArguments.Length == 1 && attribute.ConstructorArguments[0].Value is string name)
                return name;
        }

        return MemberName.ToSnakeCase(member.Name);
    }
}
