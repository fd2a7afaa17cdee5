using System;
using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace River.Shapes;

/// <summary>Names and literals as generated code writes them: fully qualified, escaped, the same in every culture.</summary>
internal static class CSharpText
{
    private static readonly SymbolDisplayFormat Annotated = SymbolDisplayFormat.FullyQualifiedFormat
        .AddMiscellaneousOptions(SymbolDisplayMiscellaneousOptions.IncludeNullableReferenceTypeModifier);

    /// <summary>A type with its nullable annotations, as a declaration writes it.</summary>
    public static string Declared(ITypeSymbol type) => type.ToDisplayString(Annotated);

    /// <summary>A type as a type argument or <c>typeof</c> takes it: annotated inside, not outside.</summary>
    public static string Plain(ITypeSymbol type) =>
        (type.IsReferenceType ? type.WithNullableAnnotation(NullableAnnotation.NotAnnotated) : type).ToDisplayString(Annotated);

    /// <summary>A type without annotations: the key by which types are told apart.</summary>
    public static string Key(ITypeSymbol type) => type.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat);

    /// <summary>A type's name for messages.</summary>
    public static string Readable(ITypeSymbol type) => type.ToDisplayString(SymbolDisplayFormat.MinimallyQualifiedFormat);

    public static string Identifier(string name) =>
        SyntaxFacts.GetKeywordKind(name) != SyntaxKind.None || SyntaxFacts.GetContextualKeywordKind(name) != SyntaxKind.None ? "@" + name : name;

    public static string Literal(string? text) => text is null ? "null" : SymbolDisplay.FormatLiteral(text, quote: true);

    public static string Literal(bool value) => value ? "true" : "false";

    public static string Literal(int value) => value.ToString(CultureInfo.InvariantCulture);

    /// <summary>A constant of a parameter or an attribute, as an expression of the given type.</summary>
    public static string Constant(ITypeSymbol type, object? value)
    {
        if (value is null)
            return type.IsValueType ? "default" : type.NullableAnnotation == NullableAnnotation.Annotated ? "null" : "null!";

        var target = type is INamedTypeSymbol { OriginalDefinition.SpecialType: SpecialType.System_Nullable_T } nullable
            ? nullable.TypeArguments[0]
            : type;
        return target.TypeKind == TypeKind.Enum ? "(" + Key(target) + ")(" + Primitive(value) + ")" : Primitive(value);
    }

    private static string Primitive(object value) => value switch
    {
        string text => Literal(text),
        bool flag => Literal(flag),
        char c => SymbolDisplay.FormatLiteral(c, quote: true),
        double number => Floating(number, "double", "D"),
        float number => Floating(number, "float", "F"),
        decimal number => number.ToString(CultureInfo.InvariantCulture) + "M",
        long number => number.ToString(CultureInfo.InvariantCulture) + "L",
        ulong number => number.ToString(CultureInfo.InvariantCulture) + "UL",
        uint number => number.ToString(CultureInfo.InvariantCulture) + "U",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => "default",
    };

    private static string Floating(double number, string type, string suffix)
    {
        if (double.IsNaN(number))
            return type + ".NaN";
        if (double.IsInfinity(number))
            return type + (number > 0 ? ".PositiveInfinity" : ".NegativeInfinity");
        // A float is written by its own shortest form: as a double it would show digits that it doesn't hold.
        var text = type == "float" ? ((float)number).ToString("R", CultureInfo.InvariantCulture) : number.ToString("R", CultureInfo.InvariantCulture);
        return (number == 0 && 1 / number < 0 && text[0] != '-' ? "-" : "") + text + suffix;
    }
}
