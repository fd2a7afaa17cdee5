using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Composition;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Simplification;

namespace River.Analyzers.CodeFixes;

/// <summary>RIVER016: adds the states that River requires.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(UniqueStatesFix)), Shared]
public sealed class UniqueStatesFix : RuleFix
{
    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = ImmutableArray.Create(RuleIds.UniqueStates);

    private protected override IEnumerable<Edit> Edits(Place place)
    {
        if (place.Node is not ExpressionSyntax written || !place.Diagnostic.Properties.TryGetValue(FixHints.Suggestion, out var suggestion) || suggestion is null)
            yield break;

        var names = suggestion.Split('|');
        var isWhole = string.Equals(suggestion, "Default", StringComparison.Ordinal);
        yield return new Edit(
            isWhole ? "Write JobStates.Default" : "Add " + string.Join(" and ", names),
            nameof(UniqueStatesFix),
            editor => editor.ReplaceNode(written, (isWhole ? State(suggestion) : names.Aggregate(Operand(written.WithoutTrivia()), Or)).WithTriviaFrom(written)));
    }

    private static ExpressionSyntax Or(ExpressionSyntax states, string name) => SyntaxFactory.BinaryExpression(
        SyntaxKind.BitwiseOrExpression,
        states.WithTrailingTrivia(SyntaxFactory.Space),
        SyntaxFactory.Token(SyntaxFactory.TriviaList(), SyntaxKind.BarToken, SyntaxFactory.TriviaList(SyntaxFactory.Space)),
        State(name));

    // What binds less tightly than '|' would take in the states behind it.
    private static ExpressionSyntax Operand(ExpressionSyntax written) =>
        written is ConditionalExpressionSyntax ? SyntaxFactory.ParenthesizedExpression(written) : written;

    private static ExpressionSyntax State(string name) =>
        SyntaxFactory.ParseExpression("global::River.JobStates." + name).WithAdditionalAnnotations(Simplifier.Annotation);
}
