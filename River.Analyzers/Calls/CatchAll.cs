using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using Microsoft.CodeAnalysis.Text;
using River.Shapes;

namespace River.Analyzers.Calls;

/// <summary>Catch clauses that take any exception and let none of it out.</summary>
internal static class CatchAll
{
    private static readonly string[] Cancellations = { "System.OperationCanceledException", "System.Threading.Tasks.TaskCanceledException" };
    private static readonly string[] Outcomes = { "River.JobControlException", "River.JobCancelException", "River.JobSnoozeException" };

    /// <summary>Whether a clause catches whatever there is and throws nothing itself.</summary>
    public static bool Swallows(ICatchClauseOperation clause) =>
        (clause.Syntax is CatchClauseSyntax { Declaration: null } || clause.ExceptionType.Is("System.Exception"))
        && !clause.Handler.DescendantsAndSelf().Any(one => one is IThrowOperation || (one is IInvocationOperation { TargetMethod: var method } && Throws(method)));

    /// <summary>Whether a clause has no <c>throw</c> of its own, as far as its syntax tells.</summary>
    public static bool MaySwallow(CatchClauseSyntax clause) => !clause.Block.DescendantNodes().Any(node => node is ThrowStatementSyntax or ThrowExpressionSyntax);

    /// <summary>Whether a filter is there to let cancellation pass, and nothing else is known of it.</summary>
    public static bool LetsOnlyCancellationPass(IOperation filter) => filter.DescendantsAndSelf().Any(one =>
        one is IPropertyReferenceOperation { Property.Name: "IsCancellationRequested" } || (TypeIn(one) is { } type && Cancellations.Any(name => type.Is(name)) && IsNegated(one)));

    /// <summary>Whether an earlier clause of the same statement has cancellation, or what it is told apart by, to itself.</summary>
    public static bool IsTakenBefore(ICatchClauseOperation clause, bool outcomes) => clause.Parent is ITryOperation statement && statement.Catches
        .TakeWhile(earlier => !ReferenceEquals(earlier, clause))
        .Any(earlier => (outcomes ? Outcomes : Cancellations).Any(name => earlier.ExceptionType.Is(name)));

    /// <summary>Whether a filter speaks of the exceptions that end an attempt on purpose.</summary>
    public static bool MentionsOutcomes(IOperation filter) => filter.DescendantsAndSelf().Any(one => TypeIn(one) is { } type && Outcomes.Any(name => type.Is(name)));

    /// <summary>Whether an attempt is ended on purpose inside: <c>throw job.Snooze(…)</c>.</summary>
    public static bool ThrowsOutcome(IOperation body) => body.Descendants().Any(one =>
        one is IThrowOperation { Exception: { } exception } && IsOutcome(exception.Plain().Type) && ReferenceEquals(one.Function(), body.Function()));

    /// <summary>From <c>catch</c> to the end of what it declares.</summary>
    public static Location Head(ICatchClauseOperation clause) => clause.Syntax is CatchClauseSyntax syntax
        ? Location.Create(syntax.SyntaxTree, TextSpan.FromBounds(syntax.CatchKeyword.SpanStart, syntax.Declaration?.Span.End ?? syntax.CatchKeyword.Span.End))
        : clause.Syntax.GetLocation();

    private static bool IsOutcome(ITypeSymbol? type) => Outcomes.Any(name => type.Is(name));

    private static bool Throws(IMethodSymbol method) =>
        method.Has("System.Diagnostics.CodeAnalysis.DoesNotReturnAttribute") || (method.Name == "Throw" && method.ContainingType.Is("System.Runtime.ExceptionServices.ExceptionDispatchInfo"));

    private static ITypeSymbol? TypeIn(IOperation operation) => operation switch
    {
        IIsTypeOperation test => test.TypeOperand,
        ITypePatternOperation pattern => pattern.MatchedType,
        IDeclarationPatternOperation pattern => pattern.MatchedType,
        IRecursivePatternOperation pattern => pattern.MatchedType,
        _ => null,
    };

    private static bool IsNegated(IOperation test) => test.Ancestors().Any(outer => outer is INegatedPatternOperation or IUnaryOperation { OperatorKind: UnaryOperatorKind.Not });
}
