using System.Collections.Generic;
using System.Collections.Immutable;
using System.Composition;
using System.Globalization;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace River.Analyzers.CodeFixes;

/// <summary>RIVER021: lets cancellation and the job's own outcomes pass the catch.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(CancellationFilterFix)), Shared]
public sealed class CancellationFilterFix : RuleFix
{
    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = ImmutableArray.Create(RuleIds.SwallowedCancellation);

    private protected override IEnumerable<Edit> Edits(Place place)
    {
        if (place.Node.AncestorsAndSelf().OfType<CatchClauseSyntax>().FirstOrDefault() is not { } clause)
            yield break;

        var declaration = clause.Declaration is { } written && written.Identifier.IsKind(SyntaxKind.IdentifierToken)
            ? written.WithoutTrivia()
            : SyntaxFactory.CatchDeclaration(
                clause.Declaration?.Type.WithoutTrivia().WithTrailingTrivia(SyntaxFactory.Space) ?? SyntaxFactory.ParseTypeName(Name("System.Exception")).WithTrailingTrivia(SyntaxFactory.Space),
                SyntaxFactory.Identifier(FreeName(clause, place.Model)));
        var error = declaration.Identifier.Text;
        var passing = $"{error} is not ({Name("System.OperationCanceledException")} or {Name("River.JobControlException")})";
        var condition = clause.Filter is { } filter ? $"{Bracketed(filter.FilterExpression)} && {passing}" : passing;
        var (head, last) = clause.Filter is { } old ? (clause.WithFilter(null), old.GetTrailingTrivia())
            : (clause, clause.Declaration?.GetTrailingTrivia() ?? clause.CatchKeyword.TrailingTrivia);
        var added = SyntaxFactory.CatchFilterClause(
            SyntaxFactory.Token(SyntaxTriviaList.Empty, SyntaxKind.WhenKeyword, SyntaxFactory.TriviaList(SyntaxFactory.Space)),
            SyntaxFactory.Token(SyntaxKind.OpenParenToken),
            SyntaxFactory.ParseExpression(condition),
            SyntaxFactory.Token(SyntaxTriviaList.Empty, SyntaxKind.CloseParenToken, last));
        var fixedHead = head
            .WithCatchKeyword(clause.CatchKeyword.WithTrailingTrivia(SyntaxFactory.Space))
            .WithDeclaration(declaration.WithTrailingTrivia(SyntaxFactory.Space));
        yield return new Edit("Let cancellation and snoozes pass", nameof(CancellationFilterFix), editor => editor.ReplaceNode(
            clause, (current, _) => fixedHead.WithBlock(((CatchClauseSyntax)current).Block).WithFilter(added)));

        string Name(string type) => place.Model.Compilation.GetTypeByMetadataName(type)?.ToMinimalDisplayString(place.Model, clause.SpanStart) ?? "global::" + type;
    }

    private static string Bracketed(ExpressionSyntax condition) =>
        condition is BinaryExpressionSyntax binary && binary.IsKind(SyntaxKind.LogicalOrExpression) || condition is ConditionalExpressionSyntax or AssignmentExpressionSyntax ? $"({condition})" : condition.ToString();

    private static string FreeName(CatchClauseSyntax clause, SemanticModel model)
    {
        var taken = clause.Block.DescendantTokens().Where(token => token.IsKind(SyntaxKind.IdentifierToken)).Select(token => token.ValueText).ToImmutableHashSet();
        var name = "e";
        for (var number = 2; taken.Contains(name) || model.LookupSymbols(clause.SpanStart, name: name).Any(); number++)
            name = "e" + number.ToString(CultureInfo.InvariantCulture);
        return name;
    }
}
