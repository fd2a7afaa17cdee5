using System.Collections.Generic;
using System.Collections.Immutable;
using System.Composition;
using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace River.Analyzers.CodeFixes;

/// <summary>RIVER006, RIVER007, RIVER008: writes the nearest number that is allowed.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(NumberFix)), Shared]
public sealed class NumberFix : RuleFix
{
    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } =
        ImmutableArray.Create(RuleIds.InvalidMaxAttempts, RuleIds.UnsafeMaxAttempts, RuleIds.InvalidValue);

    private protected override IEnumerable<Edit> Edits(Place place)
    {
        if (place.Node is ExpressionSyntax written
            && place.Diagnostic.Properties.TryGetValue(FixHints.Suggestion, out var suggestion)
            && int.TryParse(suggestion, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            yield return new Edit($"Write {suggestion}", nameof(NumberFix), editor => editor.ReplaceNode(
                written,
                SyntaxFactory.LiteralExpression(SyntaxKind.NumericLiteralExpression, SyntaxFactory.Literal(number)).WithTriviaFrom(written)));
        }
    }
}
