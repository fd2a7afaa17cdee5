using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace River.Analyzers.Calls;

/// <summary>Whether anybody can see what a call returned.</summary>
internal static class DroppedValue
{
    public static bool IsDropped(IOperation value)
    {
        switch (value.Parent)
        {
            case IExpressionStatementOperation:
                return true;
            case ISimpleAssignmentOperation { Target: IDiscardOperation }:
                return true;
            case IConditionalAccessOperation access when ReferenceEquals(access.Operation, value):
                return false;
            case IConversionOperation or IParenthesizedOperation or IConditionalAccessOperation or ICoalesceOperation or ISwitchExpressionArmOperation or ISwitchExpressionOperation:
                return IsDropped(value.Parent);
            case IConditionalOperation conditional when !ReferenceEquals(conditional.Condition, value):
                return IsDropped(conditional);
            case IVariableInitializerOperation { Parent: IVariableDeclaratorOperation { Symbol: var local } }:
                return !IsRead(local, value);
            default:
                return false;
        }
    }

    private static bool IsRead(ILocalSymbol local, IOperation within)
    {
        var body = within;
        while (body.Parent is { } parent)
            body = parent;
        return body.Descendants().OfType<ILocalReferenceOperation>().Any(reference => SymbolEqualityComparer.Default.Equals(reference.Local, local));
    }
}
