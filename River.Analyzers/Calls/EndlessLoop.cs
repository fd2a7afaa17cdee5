using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using Microsoft.CodeAnalysis.Text;
using River.Shapes;

namespace River.Analyzers.Calls;

/// <summary>Loops that don't end by themselves.</summary>
internal static class EndlessLoop
{
    /// <summary>Whether a node is a loop that isn't plainly one that counts.</summary>
    public static bool MayBe(SyntaxNode node) => node is WhileStatementSyntax or DoStatementSyntax || (node is ForStatementSyntax loop && !Counts(loop));

    // What the loop declares is no constant.
    private static bool Counts(ForStatementSyntax loop) =>
        loop is { Condition: BinaryExpressionSyntax { Left: IdentifierNameSyntax { Identifier.ValueText: var name } }, Declaration.Variables: var counters }
        && counters.Any(counter => counter.Identifier.ValueText == name);

    /// <summary><c>while (true)</c>, <c>do … while (true)</c>, <c>for (;;)</c>.</summary>
    public static bool HasNoCondition(ILoopOperation loop) => loop switch
    {
        IWhileLoopOperation { Condition: { } condition, ConditionIsUntil: false } => condition.ConstantValue is { HasValue: true, Value: true },
        IForLoopOperation { Condition: var condition } => condition is null or { ConstantValue: { HasValue: true, Value: true } },
        _ => false,
    };

    /// <summary>A condition that holds until the token is cancelled.</summary>
    public static bool EndsWhenCancelled(ILoopOperation loop) => (loop as IWhileLoopOperation)?.Condition?.Plain() switch
    {
        IUnaryOperation { OperatorKind: UnaryOperatorKind.Not, Operand: var operand } => IsCancellationRequested(operand),
        IIsPatternOperation { Value: var value, Pattern: IConstantPatternOperation { Value.ConstantValue: { HasValue: true, Value: false } } } => IsCancellationRequested(value),
        IInvocationOperation { TargetMethod: { Name: "WaitForNextTickAsync" } method } => method.ContainingType.Is("System.Threading.PeriodicTimer"),
        _ => false,
    };

    /// <summary>Whether something in the loop leaves it.</summary>
    public static bool HasExit(ILoopOperation loop) => loop.Body.DescendantsAndSelf().Any(one => IsExit(one, loop) && ReferenceEquals(one.Function(), loop.Function()));

    /// <summary>Whether the loop lets time pass: it polls.</summary>
    public static bool Waits(ILoopOperation loop) => loop.Descendants().OfType<IInvocationOperation>().Any(call =>
        (call.TargetMethod.Name == "Delay" && call.TargetMethod.ContainingType.Is("System.Threading.Tasks.Task"))
        || (call.TargetMethod.Name == "Sleep" && call.TargetMethod.ContainingType.Is("System.Threading.Thread"))
        || call.TargetMethod.ContainingType.Is("System.Threading.PeriodicTimer"));

    /// <summary>The loop's head; of <c>do</c> only the word.</summary>
    public static Location Head(ILoopOperation loop) => loop.Syntax switch
    {
        WhileStatementSyntax syntax => Between(syntax, syntax.WhileKeyword, syntax.CloseParenToken),
        ForStatementSyntax syntax => Between(syntax, syntax.ForKeyword, syntax.CloseParenToken),
        DoStatementSyntax syntax => syntax.DoKeyword.GetLocation(),
        var syntax => syntax.GetLocation(),
    };

    private static Location Between(SyntaxNode node, SyntaxToken first, SyntaxToken last) =>
        Location.Create(node.SyntaxTree, TextSpan.FromBounds(first.SpanStart, last.Span.End));

    private static bool IsCancellationRequested(IOperation value) => value.Plain() is IPropertyReferenceOperation { Property.Name: "IsCancellationRequested" };

    private static bool IsExit(IOperation operation, ILoopOperation loop) => operation switch
    {
        IBranchOperation { BranchKind: BranchKind.Break } branch => SymbolEqualityComparer.Default.Equals(branch.Target, loop.ExitLabel),
        IBranchOperation { BranchKind: BranchKind.GoTo } => true,
        IReturnOperation { Kind: OperationKind.Return } => true,
        IThrowOperation => true,
        _ => false,
    };
}
