using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace River.Analyzers.Calls;

/// <summary>Cancellation tokens that are passed on, as far as the syntax tells.</summary>
internal static class TokenSyntax
{
    /// <summary>
    /// Whether what is awaited is a call that isn't plainly given the token of a method around it. One that takes the token as
    /// something else, as an <c>object</c>, counts as given it.
    /// </summary>
    public static bool MayLack(AwaitExpressionSyntax wait) => Awaited(wait.Expression) is InvocationExpressionSyntax call
        && !call.ArgumentList.Arguments.Any(argument => argument.Expression is IdentifierNameSyntax { Identifier.ValueText: var name } && IsToken(name, call));

    private static bool IsToken(string name, SyntaxNode place)
    {
        foreach (var outer in place.Ancestors())
        {
            var parameter = ParametersOf(outer).FirstOrDefault(one => one.Identifier.ValueText == name);
            if (parameter is not null)
                return NameOf(parameter.Type) == "CancellationToken";
        }

        return false;
    }

    private static IEnumerable<ParameterSyntax> ParametersOf(SyntaxNode function) => function switch
    {
        BaseMethodDeclarationSyntax method => method.ParameterList.Parameters,
        LocalFunctionStatementSyntax local => local.ParameterList.Parameters,
        ParenthesizedLambdaExpressionSyntax lambda => lambda.ParameterList.Parameters,
        SimpleLambdaExpressionSyntax lambda => new[] { lambda.Parameter },
        AnonymousMethodExpressionSyntax { ParameterList: { } list } => list.Parameters,
        _ => Enumerable.Empty<ParameterSyntax>(),
    };

    private static string? NameOf(TypeSyntax? type) => type switch
    {
        IdentifierNameSyntax name => name.Identifier.ValueText,
        QualifiedNameSyntax name => name.Right.Identifier.ValueText,
        AliasQualifiedNameSyntax name => name.Name.Identifier.ValueText,
        _ => null,
    };

    // What Plain does with operations.
    private static ExpressionSyntax Awaited(ExpressionSyntax value) => value switch
    {
        ParenthesizedExpressionSyntax inner => Awaited(inner.Expression),
        CastExpressionSyntax cast => Awaited(cast.Expression),
        AwaitExpressionSyntax wait => Awaited(wait.Expression),
        BinaryExpressionSyntax { RawKind: (int)SyntaxKind.AsExpression } cast => Awaited(cast.Left),
        PostfixUnaryExpressionSyntax suppressed => Awaited(suppressed.Operand),
        CheckedExpressionSyntax inner => Awaited(inner.Expression),
        InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Name.Identifier.ValueText: "ConfigureAwait", Expression: var task }, ArgumentList.Arguments.Count: 1 } => Awaited(task),
        _ => value,
    };
}
