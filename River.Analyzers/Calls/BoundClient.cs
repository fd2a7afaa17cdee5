using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace River.Analyzers.Calls;

/// <summary>Whether a client, as it is written at a call, may belong to a transaction already.</summary>
internal static class BoundClient
{
    /// <summary>False only where it is plain that the client belongs to none.</summary>
    public static bool MayBeBound(IOperation? client, EnqueueMethods methods, IOperation body)
    {
        if (methods.IsCollecting(client))
            return true;
        switch (client)
        {
            case IConversionOperation conversion:
                return MayBeBound(conversion.Operand, methods, body);
            case IParenthesizedOperation parenthesized:
                return MayBeBound(parenthesized.Operand, methods, body);
            case IConditionalAccessInstanceOperation instance:
                return instance.Ancestors().OfType<IConditionalAccessOperation>().FirstOrDefault() is not { } access || MayBeBound(access.Operation, methods, body);
            // What comes from outside can't know a transaction that is opened here.
            case IParameterReferenceOperation or IFieldReferenceOperation or IPropertyReferenceOperation:
                return false;
            case IInvocationOperation { TargetMethod.Name: "GetRequiredService" or "GetService" }:
                return false;
            case ILocalReferenceOperation { Local: var local }:
                var values = ValuesOf(local, body).ToArray();
                return values.Length == 0 || values.Any(value => MayBeBound(value, methods, body));
            default:
                return true;
        }
    }

    private static IEnumerable<IOperation> ValuesOf(ILocalSymbol local, IOperation body)
    {
        foreach (var operation in body.Descendants())
        {
            if (operation is IVariableDeclaratorOperation declarator && SymbolEqualityComparer.Default.Equals(declarator.Symbol, local) && declarator.GetVariableInitializer() is { } initializer)
                yield return initializer.Value;
            else if (operation is ISimpleAssignmentOperation { Target: ILocalReferenceOperation target } assignment && SymbolEqualityComparer.Default.Equals(target.Local, local))
                yield return assignment.Value;
        }
    }
}
