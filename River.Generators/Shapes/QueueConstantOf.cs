using System.Linq;
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
    public static string? Expression(ExpressionSyntax? expression, KnownTypes known, CancellationToken cancellationToken)
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
            if (IsOfQueues(expression!) && !known.HasOwnQueues)
                return name.Identifier.ValueText;
            if (Initializer(name, known, cancellationToken) is not { } initializer)
                return name.Identifier.ValueText;
            expression = initializer;
        }

        return null;
    }

    /// <summary>
    /// Whether an expression is put together from a generated constant and something else. The generator can't read that;
    /// the analyzers, which see the finished code, can, and have to know all the same.
    /// </summary>
    public static bool IsWithin(ExpressionSyntax? expression, KnownTypes known, CancellationToken cancellationToken)
    {
        if (expression is null or LiteralExpressionSyntax)
            return false;
        // A name by itself, also behind constants of the application, is what can be read.
        var isName = Expression(expression, known, cancellationToken) is not null;
        return !isName && LeadsTo(expression, known, MostSteps, cancellationToken);
    }

    private static bool LeadsTo(ExpressionSyntax expression, KnownTypes known, int steps, CancellationToken cancellationToken) =>
        steps > 0 && expression.DescendantNodesAndSelf().OfType<IdentifierNameSyntax>().Any(name =>
            IsGenerated(name, known, cancellationToken)
            || (Initializer(name, known, cancellationToken) is { } initializer && LeadsTo(initializer, known, steps - 1, cancellationToken)));

    private static bool IsGenerated(IdentifierNameSyntax name, KnownTypes known, CancellationToken cancellationToken) =>
        known.Compilation.ContainsSyntaxTree(name.SyntaxTree)
        && known.Compilation.GetSemanticModel(name.SyntaxTree).GetSymbolInfo(name, cancellationToken).Symbol is IFieldSymbol
        {
            IsConst: true,
            ContainingType: { Name: KnownTypes.QueuesClass, ContainingNamespace: { Name: "River", ContainingNamespace.IsGlobalNamespace: true } },
            DeclaringSyntaxReferences: { Length: > 0 } declared,
        }
        && KnownTypes.IsGenerated(declared[0].SyntaxTree);

    /// <summary>Whether an expression reads <c>Queues.Name</c>, with a namespace before it or without.</summary>
    private static bool IsOfQueues(ExpressionSyntax expression) => expression is MemberAccessExpressionSyntax
    {
        Expression: IdentifierNameSyntax { Identifier.ValueText: KnownTypes.QueuesClass } or MemberAccessExpressionSyntax { Name.Identifier.ValueText: KnownTypes.QueuesClass },
    };

    /// <summary>What a constant of the application is made of; null for the generated ones, which the generator doesn't know yet.</summary>
    private static ExpressionSyntax? Initializer(IdentifierNameSyntax name, KnownTypes known, CancellationToken cancellationToken) =>
        known.HasMemberNamed(name.Identifier.ValueText)
        && known.Compilation.ContainsSyntaxTree(name.SyntaxTree)
        && known.Compilation.GetSemanticModel(name.SyntaxTree).GetSymbolInfo(name, cancellationToken).Symbol is IFieldSymbol { IsConst: true, DeclaringSyntaxReferences: { Length: > 0 } declared }
        && !KnownTypes.IsGenerated(declared[0].SyntaxTree)
        && declared[0].GetSyntax(cancellationToken) is VariableDeclaratorSyntax { Initializer: { } initializer }
            ? initializer.Value
            : null;
}
