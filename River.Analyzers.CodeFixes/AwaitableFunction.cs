using System;
using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Editing;

namespace River.Analyzers.CodeFixes;

/// <summary>The function around a place that is to await something.</summary>
internal static class AwaitableFunction
{
    /// <summary>What must be done to the function so that it can await; null where that isn't possible.</summary>
    public static Action<SyntaxEditor>? At(SyntaxNode place, SemanticModel model)
    {
        // What can't be kept over an await: the compiler finds that only when it writes the code.
        var function = place.Ancestors().FirstOrDefault(outer => outer is AnonymousFunctionExpressionSyntax or LocalFunctionStatementSyntax or MemberDeclarationSyntax and not GlobalStatementSyntax);
        if (function?.DescendantNodes().Any(node => model.GetDeclaredSymbol(node) is ILocalSymbol { RefKind: not RefKind.None } or ILocalSymbol { Type.IsRefLikeType: true }) == true)
            return null;

        foreach (var ancestor in place.Ancestors())
        {
            switch (ancestor)
            {
                case LockStatementSyntax or UnsafeStatementSyntax or FixedStatementSyntax or QueryExpressionSyntax or CatchFilterClauseSyntax:
                    return null;
                case AnonymousFunctionExpressionSyntax lambda:
                    return lambda.AsyncKeyword.IsKind(SyntaxKind.AsyncKeyword) ? Nothing : null;
                case LocalFunctionStatementSyntax local:
                    return local.Modifiers.Any(SyntaxKind.AsyncKeyword) ? Nothing : MadeAsync(local, local.Body, model);
                case MethodDeclarationSyntax method:
                    return method.Modifiers.Any(SyntaxKind.AsyncKeyword) ? Nothing : MadeAsync(method, method.Body, model);
                case GlobalStatementSyntax:
                    return Nothing;
                case MemberDeclarationSyntax or AccessorDeclarationSyntax:
                    return null;
            }
        }

        return null;
    }

    /// <summary>Puts <c>await</c> before an expression, in brackets where something follows it.</summary>
    public static ExpressionSyntax Await(ExpressionSyntax task, SyntaxNode replaced) => Await(task, replaced, replaced.Parent);

    /// <inheritdoc cref="Await(ExpressionSyntax, SyntaxNode)"/>
    public static ExpressionSyntax Await(ExpressionSyntax task, SyntaxNode replaced, SyntaxNode? around)
    {
        var wait = SyntaxFactory.AwaitExpression(
            SyntaxFactory.Token(SyntaxTriviaList.Empty, SyntaxKind.AwaitKeyword, SyntaxFactory.TriviaList(SyntaxFactory.Space)),
            task.WithoutTrivia());
        ExpressionSyntax result = around is MemberAccessExpressionSyntax or ElementAccessExpressionSyntax or ConditionalAccessExpressionSyntax or InvocationExpressionSyntax or PostfixUnaryExpressionSyntax
            ? SyntaxFactory.ParenthesizedExpression(wait)
            : wait;
        return result.WithTriviaFrom(replaced);
    }

    private static void Nothing(SyntaxEditor editor)
    {
    }

    // Only where nothing is returned but tasks that are over: the compiler makes those itself.
    private static Action<SyntaxEditor>? MadeAsync(SyntaxNode function, BlockSyntax? body, SemanticModel model)
    {
        if (body is null
            || model.GetDeclaredSymbol(function) is not IMethodSymbol { ReturnType: INamedTypeSymbol { Name: "Task" or "ValueTask", IsGenericType: false, ContainingNamespace.Name: "Tasks" } } symbol
            || symbol.Parameters.Any(parameter => parameter.RefKind != RefKind.None)
            || !ReturnsOf(body).All(IsCompleted))
        {
            return null;
        }

        return editor =>
        {
            editor.ReplaceNode(function, (current, _) => WithoutReturns(current));
            editor.SetModifiers(function, editor.Generator.GetModifiers(function).WithAsync(true));
        };
    }

    private static SyntaxNode WithoutReturns(SyntaxNode function)
    {
        var body = function is MethodDeclarationSyntax method ? method.Body! : ((LocalFunctionStatementSyntax)function).Body!;
        var trimmed = body.Statements.LastOrDefault() is ReturnStatementSyntax last && IsCompleted(last)
            ? body.RemoveNode(last, last.GetLeadingTrivia().All(IsBlank) ? SyntaxRemoveOptions.KeepNoTrivia : SyntaxRemoveOptions.KeepExteriorTrivia)!
            : body;
        trimmed = trimmed.ReplaceNodes(ReturnsOf(trimmed).Where(one => one.Expression is not null), (_, one) => one.WithExpression(null).WithReturnKeyword(one.ReturnKeyword.WithTrailingTrivia()));
        return function is MethodDeclarationSyntax whole ? whole.WithBody(trimmed) : ((LocalFunctionStatementSyntax)function).WithBody(trimmed);
    }

    private static bool IsBlank(SyntaxTrivia trivia) => trivia.IsKind(SyntaxKind.WhitespaceTrivia) || trivia.IsKind(SyntaxKind.EndOfLineTrivia);

    private static IEnumerable<ReturnStatementSyntax> ReturnsOf(BlockSyntax body) => body
        .DescendantNodes(node => node is not (AnonymousFunctionExpressionSyntax or LocalFunctionStatementSyntax))
        .OfType<ReturnStatementSyntax>();

    private static bool IsCompleted(ReturnStatementSyntax statement) =>
        statement.Expression is null or MemberAccessExpressionSyntax { Name.Identifier.ValueText: "CompletedTask" } or LiteralExpressionSyntax { RawKind: (int)SyntaxKind.DefaultLiteralExpression };
}
