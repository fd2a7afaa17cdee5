using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace River.Shapes;

/// <summary>An attribute's arguments: their values, and where they are written.</summary>
internal static class AttributeArguments
{
    public static AttributeData? Find(this ISymbol symbol, INamedTypeSymbol? attribute)
    {
        foreach (var data in symbol.GetAttributes())
        {
            if (KnownTypes.Same(data.AttributeClass, attribute))
                return data;
        }

        return null;
    }

    public static IEnumerable<AttributeData> FindAll(this ISymbol symbol, INamedTypeSymbol? attribute) =>
        symbol.GetAttributes().Where(data => KnownTypes.Same(data.AttributeClass, attribute));

    /// <summary>The value of a named argument; null where it isn't given.</summary>
    public static TypedConstant? Named(this AttributeData attribute, string name)
    {
        foreach (var argument in attribute.NamedArguments)
        {
            if (argument.Key == name)
                return argument.Value;
        }

        return null;
    }

    /// <summary>Where a named argument's value is written; the attribute itself where it isn't.</summary>
    public static Location LocationOf(this AttributeData attribute, string name, CancellationToken cancellationToken) =>
        attribute.ExpressionOf(name, cancellationToken)?.GetLocation() ?? attribute.GetLocation(cancellationToken);

    /// <summary>Where a positional argument's value is written; the attribute itself where it isn't.</summary>
    public static Location LocationOf(this AttributeData attribute, int position, CancellationToken cancellationToken) =>
        attribute.ExpressionOf(position, cancellationToken)?.GetLocation() ?? attribute.GetLocation(cancellationToken);

    /// <summary>Where one element of a named array argument is written.</summary>
    public static Location LocationOf(this AttributeData attribute, string name, int element, CancellationToken cancellationToken)
    {
        var expression = attribute.ExpressionOf(name, cancellationToken);
        SyntaxNode? found = expression switch
        {
            ArrayCreationExpressionSyntax { Initializer: { } list } => list.Expressions.ElementAtOrDefault(element),
            ImplicitArrayCreationExpressionSyntax implicitArray => implicitArray.Initializer.Expressions.ElementAtOrDefault(element),
            CollectionExpressionSyntax collection => collection.Elements.ElementAtOrDefault(element),
            _ => null,
        };
        return (found ?? expression)?.GetLocation() ?? attribute.GetLocation(cancellationToken);
    }

    public static Location GetLocation(this AttributeData attribute, CancellationToken cancellationToken) =>
        attribute.ApplicationSyntaxReference?.GetSyntax(cancellationToken).GetLocation() ?? Location.None;

    public static ExpressionSyntax? ExpressionOf(this AttributeData attribute, string name, CancellationToken cancellationToken) =>
        attribute.Arguments(cancellationToken)?.FirstOrDefault(argument => argument.NameEquals?.Name.Identifier.ValueText == name)?.Expression;

    private static ExpressionSyntax? ExpressionOf(this AttributeData attribute, int position, CancellationToken cancellationToken) =>
        attribute.Arguments(cancellationToken)?.Where(argument => argument.NameEquals is null).ElementAtOrDefault(position)?.Expression;

    private static IEnumerable<AttributeArgumentSyntax>? Arguments(this AttributeData attribute, CancellationToken cancellationToken) =>
        (attribute.ApplicationSyntaxReference?.GetSyntax(cancellationToken) as AttributeSyntax)?.ArgumentList?.Arguments;
}
