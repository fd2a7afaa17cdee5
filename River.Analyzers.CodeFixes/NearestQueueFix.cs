using System.Collections.Generic;
using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace River.Analyzers.CodeFixes;

/// <summary>RIVER004: writes the declared name that was most likely meant.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(NearestQueueFix)), Shared]
public sealed class NearestQueueFix : RuleFix
{
    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = ImmutableArray.Create(RuleIds.UndeclaredQueue);

    private protected override IEnumerable<Edit> Edits(Place place)
    {
        if (place.Node is not ExpressionSyntax written || !place.Diagnostic.Properties.TryGetValue(FixHints.Suggestion, out var nearest) || nearest is null)
            yield break;

        const string constants = "Queues.";
        ExpressionSyntax? right = !nearest.StartsWith(constants, System.StringComparison.Ordinal)
            ? SyntaxFactory.LiteralExpression(SyntaxKind.StringLiteralExpression, SyntaxFactory.Literal(nearest))
            : (written as MemberAccessExpressionSyntax)?.WithName(SyntaxFactory.IdentifierName(nearest.Substring(constants.Length)));
        if (right is not null)
            yield return new Edit($"Use queue '{nearest}'", "nearest", editor => editor.ReplaceNode(written, right.WithTriviaFrom(written)));
    }
}
