using System.Collections.Generic;
using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace River.Analyzers.CodeFixes;

/// <summary>RIVER011: writes the zone that was most likely meant.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(TimeZoneFix)), Shared]
public sealed class TimeZoneFix : RuleFix
{
    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = ImmutableArray.Create(RuleIds.UnknownTimeZone);

    private protected override IEnumerable<Edit> Edits(Place place)
    {
        if (place.Node is ExpressionSyntax written
            && place.Diagnostic.Properties.TryGetValue(FixHints.Suggestion, out var zone) && zone is not null
            && Rewritten(written, place.Diagnostic.Location.SourceSpan, zone) is { } right)
        {
            yield return new Edit($"Use time zone '{zone}'", nameof(TimeZoneFix), editor => editor.ReplaceNode(written, right.WithTriviaFrom(written)));
        }
    }

    /// <summary>The zone alone, or the expression in front of which it stands; null where that is no literal.</summary>
    private static ExpressionSyntax? Rewritten(ExpressionSyntax written, TextSpan span, string zone)
    {
        if (written.FirstAncestorOrSelf<AttributeArgumentSyntax>()?.NameEquals is not null)
            return SyntaxFactory.LiteralExpression(SyntaxKind.StringLiteralExpression, SyntaxFactory.Literal(zone));
        if (written is not LiteralExpressionSyntax { Token: var token } || span == token.Span)
            return null;

        var start = span.Start - token.SpanStart;
        return SyntaxFactory.ParseExpression(token.Text.Substring(0, start) + zone + token.Text.Substring(start + span.Length));
    }
}
