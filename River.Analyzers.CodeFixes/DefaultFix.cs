using System.Collections.Generic;
using System.Collections.Immutable;
using System.Composition;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace River.Analyzers.CodeFixes;

/// <summary>RIVER027: gives a new argument a default, which jobs stored before are then read with.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(DefaultFix)), Shared]
public sealed class DefaultFix : RuleFix
{
    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = ImmutableArray.Create(RuleIds.ContractBreak);

    private protected override IEnumerable<Edit> Edits(Place place)
    {
        // C# wants a default on all that follow, too.
        if (!place.Diagnostic.Properties.ContainsKey(FixHints.Default)
            || Declared(place)?.FirstAncestorOrSelf<ParameterSyntax>() is not { Default: null, Type: { } type, Parent: ParameterListSyntax list } parameter
            || list.Parameters.Skip(list.Parameters.IndexOf(parameter) + 1).Any(later => later.Default is null)
            || Expression(place.Model.GetTypeInfo(type, place.CancellationToken).Type, type) is not { } value)
        {
            yield break;
        }

        var clause = SyntaxFactory.EqualsValueClause(SyntaxFactory.Token(SyntaxKind.EqualsToken).WithLeadingTrivia(SyntaxFactory.Space).WithTrailingTrivia(SyntaxFactory.Space), value);
        yield return new Edit(
            $"Give '{parameter.Identifier.ValueText}' the default {value}", "default", editor => editor.ReplaceNode(parameter, (node, _) => ((ParameterSyntax)node).WithDefault(clause)));
    }

    /// <summary>The member that lacks a default; it may be one of a type beside the job. Null where the file has changed since.</summary>
    private static SyntaxNode? Declared(Place place)
    {
        if (place.Diagnostic.AdditionalLocations.FirstOrDefault() is not { } elsewhere)
            return place.Node;
        return elsewhere.SourceTree == place.Node.SyntaxTree ? place.Node.SyntaxTree.GetRoot(place.CancellationToken).FindNode(elsewhere.SourceSpan) : null;
    }

    private static ExpressionSyntax? Expression(ITypeSymbol? type, TypeSyntax written)
    {
        if (written is NullableTypeSyntax)
            return SyntaxFactory.LiteralExpression(SyntaxKind.NullLiteralExpression);
        return type switch
        {
            { SpecialType: SpecialType.System_Boolean } => SyntaxFactory.LiteralExpression(SyntaxKind.FalseLiteralExpression),
            { SpecialType: SpecialType.System_String } => SyntaxFactory.LiteralExpression(SyntaxKind.StringLiteralExpression, SyntaxFactory.Literal("")),
            { SpecialType: >= SpecialType.System_SByte and <= SpecialType.System_Double } => SyntaxFactory.LiteralExpression(SyntaxKind.NumericLiteralExpression, SyntaxFactory.Literal(0)),
            { IsValueType: true } => SyntaxFactory.LiteralExpression(SyntaxKind.DefaultLiteralExpression, SyntaxFactory.Token(SyntaxKind.DefaultKeyword)),
            _ => null,
        };
    }
}
