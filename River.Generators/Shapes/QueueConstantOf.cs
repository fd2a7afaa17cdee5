using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace River.Shapes;

/// <summary>Which constant of the generated class <c>Queues</c> an expression stands for.</summary>
internal static class QueueConstantOf
{
    // A constant that is made of itself is the compiler's error; following it has to end all the same.
    private const int MostSteps = 16;

    /// <summary>The constant's name; null where the expression names none.</summary>
    public static string? Expression(ExpressionSyntax? expression, Compilation compilation, CancellationToken cancellationToken)
    {
        for (var step = 0; step < MostSteps; step++)
        {
            while (expression is ParenthesizedExpressionSyntax parentheses)
                expression = parentheses.Expression;
            var name = expression switch
            {
                MemberAccessExpressionSyntax { Name: IdentifierNameSyntax member } => member,
                IdentifierNameSyntax identifier => identifier,
                _ => null,
            };
            if (name is null)
                return null;
            if (Initializer(name, compilation, cancellationToken) is not { } initializer)
                return name.Identifier.ValueText;
            expression = initializer;
        }

        return null;
    }

    /// <summary>What a constant of the application is made of; null for the generated ones, which nothing knows yet.</summary>
    private static ExpressionSyntax? Initializer(IdentifierNameSyntax name, Compilation compilation, CancellationToken cancellationToken) =>
        compilation.ContainsSyntaxTree(name.SyntaxTree)
        && compilation.GetSemanticModel(name.SyntaxTree).GetSymbolInfo(name, cancellationToken).Symbol is IFieldSymbol { IsConst: true, DeclaringSyntaxReferences: { Length: > 0 } declared }
        && declared[0].GetSyntax(cancellationToken) is VariableDeclaratorSyntax { Initializer: { } initializer }
            ? initializer.Value
            : null;
}
