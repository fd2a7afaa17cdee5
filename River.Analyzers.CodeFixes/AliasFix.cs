using System.Collections.Generic;
using System.Collections.Immutable;
using System.Composition;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace River.Analyzers.CodeFixes;

/// <summary>RIVER027: names the earlier kind of a renamed job as its alias.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(AliasFix)), Shared]
public sealed class AliasFix : RuleFix
{
    private const string Argument = "KindAliases";

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = ImmutableArray.Create(RuleIds.ContractBreak);

    private protected override IEnumerable<Edit> Edits(Place place)
    {
        if (!place.Diagnostic.Properties.TryGetValue(FixHints.Alias, out var alias) || alias is null
            || place.Node.FirstAncestorOrSelf<TypeDeclarationSyntax>() is not { } type
            || type.AttributeLists.SelectMany(list => list.Attributes).FirstOrDefault(one => IsJob(one, place)) is not { } attribute)
        {
            yield break;
        }

        if (With(attribute, alias) is not null)
            yield return new Edit($"Add the alias '{alias}'", "alias", editor => editor.ReplaceNode(attribute, (node, _) => With((AttributeSyntax)node, alias) ?? node));
    }

    /// <summary>The attribute with one alias more; null where its list can't be added to. Another fix may have begun the list.</summary>
    private static AttributeSyntax? With(AttributeSyntax attribute, string alias)
    {
        var element = SyntaxFactory.LiteralExpression(SyntaxKind.StringLiteralExpression, SyntaxFactory.Literal(alias));
        if (attribute.ArgumentList?.Arguments.FirstOrDefault(one => one.NameEquals?.Name.Identifier.ValueText == Argument) is { } written)
        {
            // A kind may be lost as a job and as another one's alias.
            if (written.DescendantNodes().OfType<LiteralExpressionSyntax>().Any(one => one.Token.Value as string == alias))
                return attribute;
            return Grown(written.Expression, element) is { } grown ? attribute.ReplaceNode(written.Expression, grown) : null;
        }

        return With(attribute, SyntaxFactory.AttributeArgument(
            SyntaxFactory.NameEquals(SyntaxFactory.IdentifierName(Argument).WithTrailingTrivia(SyntaxFactory.Space), SyntaxFactory.Token(SyntaxKind.EqualsToken).WithTrailingTrivia(SyntaxFactory.Space)),
            null,
            SyntaxFactory.CollectionExpression(SyntaxFactory.SingletonSeparatedList<CollectionElementSyntax>(SyntaxFactory.ExpressionElement(element)))));
    }

    private static AttributeSyntax With(AttributeSyntax attribute, AttributeArgumentSyntax argument)
    {
        var list = attribute.ArgumentList ?? SyntaxFactory.AttributeArgumentList();
        if (list.Arguments.Count == 0)
            return attribute.WithArgumentList(list.WithArguments(SyntaxFactory.SingletonSeparatedList(argument)));
        var comma = SyntaxFactory.Token(SyntaxKind.CommaToken).WithTrailingTrivia(SyntaxFactory.Space);
        return attribute.WithArgumentList(list.WithArguments(SyntaxFactory.SeparatedList<AttributeArgumentSyntax>(
            list.Arguments.GetWithSeparators().Concat(new SyntaxNodeOrToken[] { comma, argument }))));
    }

    /// <summary>The list with one more text in it; null where it is no list that can be added to.</summary>
    private static ExpressionSyntax? Grown(ExpressionSyntax written, ExpressionSyntax element)
    {
        var comma = SyntaxFactory.Token(SyntaxKind.CommaToken).WithTrailingTrivia(SyntaxFactory.Space);
        switch (written)
        {
            case CollectionExpressionSyntax collection:
                var item = SyntaxFactory.ExpressionElement(element);
                return collection.WithElements(collection.Elements.Count == 0
                    ? SyntaxFactory.SingletonSeparatedList<CollectionElementSyntax>(item)
                    : SyntaxFactory.SeparatedList<CollectionElementSyntax>(collection.Elements.GetWithSeparators().Concat(new SyntaxNodeOrToken[] { comma, item })));
            case ArrayCreationExpressionSyntax { Initializer: { Expressions.Count: > 0 } list } array:
                return array.WithInitializer(Grown(list, comma, element));
            case ImplicitArrayCreationExpressionSyntax { Initializer: { Expressions.Count: > 0 } list } array:
                return array.WithInitializer(Grown(list, comma, element));
            default:
                return null;
        }
    }

    private static InitializerExpressionSyntax Grown(InitializerExpressionSyntax list, SyntaxToken comma, ExpressionSyntax element)
    {
        var last = list.Expressions[list.Expressions.Count - 1];
        var items = list.Expressions.Replace(last, last.WithoutTrailingTrivia()).GetWithSeparators();
        return list.WithExpressions(SyntaxFactory.SeparatedList<ExpressionSyntax>(
            items.Concat(new SyntaxNodeOrToken[] { comma, element.WithTrailingTrivia(last.GetTrailingTrivia()) })));
    }

    private static bool IsJob(AttributeSyntax attribute, Place place) =>
        place.Model.GetSymbolInfo(attribute, place.CancellationToken).Symbol?.ContainingType is { Name: "JobAttribute", ContainingNamespace: { Name: "River", ContainingNamespace.IsGlobalNamespace: true } };
}
