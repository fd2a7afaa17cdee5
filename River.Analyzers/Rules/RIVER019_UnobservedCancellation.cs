using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using River.Analyzers.Calls;
using River.Shapes;

namespace River.Analyzers.Rules;

/// <summary>A worker that can't be stopped: a warning for an endless loop, a suggestion for a call that could take the token.</summary>
internal sealed class UnobservedCancellation : CodeRule
{
    private static readonly DiagnosticDescriptor Descriptor = new(
        RuleIds.UnobservedCancellation,
        "A worker doesn't observe its cancellation token",
        "{0}",
        Rule.Category,
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        "The token is cancelled at the job's timeout, when the job is cancelled and when the process stops. Work that doesn't look at it goes on all the same, beside the next attempt.",
        Rule.Page(RuleIds.UnobservedCancellation));

    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = ImmutableArray.Create(Descriptor);

    public override bool MayConcern(SyntaxNode node) => EndlessLoop.MayBe(node) || (node is AwaitExpressionSyntax wait && TokenSyntax.MayLack(wait));

    public override void Start(CodeStart start)
    {
        var (code, flow) = (start.Workers, new CancellationFlow(start.Known));
        start.RegisterOperationAction(operation => AnalyzeLoop(operation, code, flow), OperationKind.Loop);
        start.RegisterOperationAction(operation => AnalyzeAwait(operation, code, flow), OperationKind.Await);
    }

    private static void AnalyzeLoop(OperationContext context, WorkerCode code, CancellationFlow flow)
    {
        var loop = (ILoopOperation)context.Operation;
        if (!EndlessLoop.HasNoCondition(loop)
            || code.MethodOf(context.ContainingSymbol) is not { } method
            || (EndlessLoop.HasExit(loop) && !EndlessLoop.Waits(loop))
            || flow.IsObservedIn(loop)
            || flow.IsKeptBy(method.ContainingType)
            || CallsObserver(loop, flow))
        {
            return;
        }

        var token = flow.TokenAt(loop, method);
        context.ReportDiagnostic(Diagnostic.Create(
            Descriptor,
            EndlessLoop.Head(loop),
            FixHints.Suggesting(token),
            $"the endless loop in '{method.ContainingType.Name}' doesn't observe the CancellationToken, so neither the job's timeout nor a stop of the process ends it; "
            + (token is null ? "take the token and look at it in the loop" : $"look at '{token}' in the loop")));
    }

    /// <summary>Whether the loop calls a local function, or a delegate kept in a variable, that looks at the token.</summary>
    private static bool CallsObserver(ILoopOperation loop, CancellationFlow flow) =>
        loop.Descendants().Any(one => one is IInvocationOperation { TargetMethod.MethodKind: MethodKind.LocalFunction or MethodKind.DelegateInvoke })
        && loop.Ancestors().Last().Descendants().Any(one => one is ILocalFunctionOperation or IAnonymousFunctionOperation && flow.IsObservedIn(one));

    private static void AnalyzeAwait(OperationContext context, WorkerCode code, CancellationFlow flow)
    {
        if (((IAwaitOperation)context.Operation).Operation.Plain() is not IInvocationOperation call
            || code.MethodOf(context.ContainingSymbol) is not { } method
            || call.Arguments.Any(argument => argument.ArgumentKind != ArgumentKind.DefaultValue && flow.IsToken(argument.Parameter?.Type))
            || IsCleanUp(call)
            || flow.TokenAt(call, method) is not { } token
            || Parameter(call, context, flow) is not { } parameter)
        {
            return;
        }

        context.ReportDiagnostic(Diagnostic.Create(
            Descriptor,
            Written.GetLocation(call),
            DiagnosticSeverity.Info,
            additionalLocations: null,
            FixHints.Suggesting(token).Add(FixHints.Parameter, parameter),
            $"'{call.TargetMethod.Name}' takes a CancellationToken, but '{token}' isn't passed to it, so it goes on when the job is to stop; pass '{token}'"));
    }

    // What cleans up must run though the token is cancelled.
    private static bool IsCleanUp(IOperation call) => call.Ancestors().Any(outer => outer is ICatchClauseOperation || (outer.Parent is ITryOperation statement && ReferenceEquals(statement.Finally, outer)));

    /// <summary>The name of the parameter that takes a token: an optional one of the method, or the last one of an overload that is the same otherwise.</summary>
    private static string? Parameter(IInvocationOperation call, OperationContext context, CancellationFlow flow)
    {
        if (call.Arguments.FirstOrDefault(argument => argument.ArgumentKind == ArgumentKind.DefaultValue && flow.IsToken(argument.Parameter?.Type)) is { Parameter: { } optional })
            return optional.Name;

        var method = call.TargetMethod;
        if (method.ContainingType is null || method.Parameters.LastOrDefault() is { IsParams: true })
            return null;
        foreach (var candidate in method.ContainingType.GetMembers(method.Name).OfType<IMethodSymbol>())
        {
            if (candidate.Parameters.Length == method.Parameters.Length + 1
                && flow.IsToken(candidate.Parameters[candidate.Parameters.Length - 1].Type)
                && candidate.Arity == method.Arity
                && candidate.IsStatic == method.IsStatic
                && IsSame(method, candidate.Arity == 0 ? candidate : candidate.Construct(method.TypeArguments.ToArray()))
                && !candidate.Has("System.ObsoleteAttribute")
                && context.Compilation.IsSymbolAccessibleWithin(candidate, context.ContainingSymbol.ContainingType))
            {
                return candidate.Parameters[candidate.Parameters.Length - 1].Name;
            }
        }

        return null;
    }

    private static bool IsSame(IMethodSymbol method, IMethodSymbol longer) =>
        SymbolEqualityComparer.Default.Equals(method.ReturnType, longer.ReturnType)
        && method.Parameters.Zip(longer.Parameters, (one, other) => one.RefKind == other.RefKind && SymbolEqualityComparer.Default.Equals(one.Type, other.Type)).All(same => same);
}
