using System.Collections.Generic;
using System.Collections.Immutable;
using System.Composition;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace River.Analyzers.CodeFixes;

/// <summary>RIVER030: throws the outcome.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(ThrowFix)), Shared]
public sealed class ThrowFix : RuleFix
{
    private const string Title = "Throw it";

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = ImmutableArray.Create(RuleIds.NotThrown);

    private protected override IEnumerable<Edit> Edits(Place place)
    {
        // 'throw job?.Cancel(…)' could throw null.
        if (place.Node is not InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax } call)
            yield break;

        var value = Outermost(call);
        if (StatementOf(value) is { } statement)
            yield return new Edit(Title, nameof(ThrowFix), editor =>
            {
                editor.ReplaceNode(statement, SyntaxFactory.ThrowStatement(Throw, call.WithoutTrivia(), SyntaxFactory.Token(SyntaxKind.SemicolonToken)).WithTriviaFrom(statement));
                if (JumpBehind(statement) is { } jump)
                    editor.RemoveNode(jump);
            });
        else if (value.Parent is LambdaExpressionSyntax or ArrowExpressionClauseSyntax)
            yield return new Edit(Title, nameof(ThrowFix), editor =>
                editor.ReplaceNode(value, SyntaxFactory.ThrowExpression(Throw, call.WithoutTrivia()).WithTriviaFrom(value)));
    }

    private static SyntaxToken Throw =>
        SyntaxFactory.Token(SyntaxTriviaList.Empty, SyntaxKind.ThrowKeyword, SyntaxFactory.TriviaList(SyntaxFactory.Space));

    private static ExpressionSyntax Outermost(ExpressionSyntax value) => value.Parent is ParenthesizedExpressionSyntax outer ? Outermost(outer) : value;

    private static StatementSyntax? StatementOf(ExpressionSyntax value) => value.Parent switch
    {
        ExpressionStatementSyntax statement => statement,
        AssignmentExpressionSyntax { Parent: ExpressionStatementSyntax statement } => statement,
        EqualsValueClauseSyntax { Parent: VariableDeclaratorSyntax { Parent: VariableDeclarationSyntax { Variables.Count: 1, Parent: LocalDeclarationStatementSyntax statement } } } => statement,
        _ => null,
    };

    // Left behind the throw it would only be unreachable.
    private static StatementSyntax? JumpBehind(StatementSyntax statement)
    {
        var siblings = statement.Parent switch
        {
            BlockSyntax block => block.Statements,
            SwitchSectionSyntax section => section.Statements,
            _ => default,
        };
        return siblings.SkipWhile(sibling => sibling != statement).Skip(1).FirstOrDefault() switch
        {
            ReturnStatementSyntax { Expression: null or MemberAccessExpressionSyntax { Name.Identifier.ValueText: "CompletedTask" } } jump => jump,
            BreakStatementSyntax jump => jump,
            ContinueStatementSyntax jump => jump,
            _ => null,
        };
    }
}
