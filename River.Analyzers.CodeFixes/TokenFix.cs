using System.Collections.Generic;
using System.Collections.Immutable;
using System.Composition;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Formatting;
using Microsoft.CodeAnalysis.Operations;

namespace River.Analyzers.CodeFixes;

/// <summary>RIVER019: passes the token to the call, or looks at it in the loop.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(TokenFix)), Shared]
public sealed class TokenFix : RuleFix
{
    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = ImmutableArray.Create(RuleIds.UnobservedCancellation);

    private protected override IEnumerable<Edit> Edits(Place place)
    {
        if (!place.Diagnostic.Properties.TryGetValue(FixHints.Suggestion, out var token) || token is null)
            yield break;

        if (place.Diagnostic.Properties.TryGetValue(FixHints.Parameter, out var parameter) && parameter is not null)
        {
            if (place.Node.AncestorsAndSelf().OfType<InvocationExpressionSyntax>().FirstOrDefault() is { } call && place.Model.GetOperation(call, place.CancellationToken) is IInvocationOperation operation)
                yield return new Edit($"Pass '{token}'", "pass", editor => editor.ReplaceNode(call, (current, _) => Passing((InvocationExpressionSyntax)current, IsNext(operation, parameter) ? null : parameter, token)));
        }
        else if (place.Node.AncestorsAndSelf().OfType<StatementSyntax>().FirstOrDefault() is { } loop && BodyOf(loop) is { } body)
        {
            yield return new Edit($"Look at '{token}' in each pass", "look", editor => editor.ReplaceNode(body, (current, _) => Looking((StatementSyntax)current, token)));
        }
    }

    /// <summary>Whether all parameters before the token's are given, each in its place.</summary>
    private static bool IsNext(IInvocationOperation call, string parameter)
    {
        var position = call.TargetMethod.Parameters.FirstOrDefault(one => one.Name == parameter)?.Ordinal ?? call.TargetMethod.Parameters.Length;
        var given = call.Arguments.Where(argument => argument.ArgumentKind != ArgumentKind.DefaultValue).ToArray();
        return given.Length == position && given.All(argument => argument.Syntax is not ArgumentSyntax { NameColon: not null });
    }

    private static InvocationExpressionSyntax Passing(InvocationExpressionSyntax call, string? name, string token)
    {
        var argument = SyntaxFactory.Argument(SyntaxFactory.ParseExpression(Escaped(token)));
        if (name is not null)
            argument = argument.WithNameColon(SyntaxFactory.NameColon(SyntaxFactory.IdentifierName(Escaped(name))).WithTrailingTrivia(SyntaxFactory.Space));
        var arguments = call.ArgumentList.Arguments;
        return call.WithArgumentList(call.ArgumentList.WithArguments(arguments.Count == 0
            ? SyntaxFactory.SingletonSeparatedList(argument)
            : SyntaxFactory.SeparatedList(
                arguments.Append(argument),
                arguments.GetSeparators().Append(SyntaxFactory.Token(SyntaxKind.CommaToken).WithTrailingTrivia(SyntaxFactory.Space)))));
    }

    private static StatementSyntax? BodyOf(StatementSyntax loop) => loop switch
    {
        WhileStatementSyntax syntax => syntax.Statement,
        DoStatementSyntax syntax => syntax.Statement,
        ForStatementSyntax syntax => syntax.Statement,
        _ => null,
    };

    private static StatementSyntax Looking(StatementSyntax body, string token)
    {
        var look = SyntaxFactory.ParseStatement($"{Escaped(token)}.ThrowIfCancellationRequested();");
        if (body is not BlockSyntax block || block.Statements.Count == 0)
            return (body is BlockSyntax ? SyntaxFactory.Block(look) : SyntaxFactory.Block(look, body)).WithAdditionalAnnotations(Formatter.Annotation);
        return block.WithStatements(block.Statements.Insert(0, look
            .WithLeadingTrivia(block.Statements[0].GetLeadingTrivia().Where(trivia => trivia.IsKind(SyntaxKind.WhitespaceTrivia)).Take(1))
            .WithTrailingTrivia(block.OpenBraceToken.TrailingTrivia)));
    }

    private static string Escaped(string name) => SyntaxFacts.GetKeywordKind(name) == SyntaxKind.None ? name : "@" + name;
}
