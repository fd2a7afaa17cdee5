using System.Collections.Generic;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace River.Analyzers.Calls;

/// <summary>The way from an operation outwards.</summary>
internal static class OperationTree
{
    public static IEnumerable<IOperation> Ancestors(this IOperation operation)
    {
        for (var outer = operation.Parent; outer is not null; outer = outer.Parent)
            yield return outer;
    }

    /// <summary>The lambda or local function around an operation; the outermost operation where there is none.</summary>
    public static IOperation Function(this IOperation operation)
    {
        var last = operation;
        foreach (var outer in operation.Ancestors())
        {
            last = outer;
            if (outer is IAnonymousFunctionOperation or ILocalFunctionOperation)
                return outer;
        }

        return last;
    }

    /// <summary>What is awaited, without <c>ConfigureAwait</c> and conversions.</summary>
    public static IOperation Plain(this IOperation value) => value switch
    {
        IConversionOperation conversion => conversion.Operand.Plain(),
        IParenthesizedOperation parenthesized => parenthesized.Operand.Plain(),
        IAwaitOperation wait => wait.Operation.Plain(),
        IInvocationOperation { TargetMethod.Name: "ConfigureAwait", Instance: { } task } => task.Plain(),
        _ => value,
    };
}
