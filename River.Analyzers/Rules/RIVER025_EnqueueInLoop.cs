using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using River.Analyzers.Calls;

namespace River.Analyzers.Rules;

/// <summary>Jobs enqueued one by one where one statement would do.</summary>
internal sealed class EnqueueInLoop : CodeRule
{
    private static readonly DiagnosticDescriptor Descriptor = new(
        RuleIds.EnqueueInLoop,
        "Jobs are enqueued one by one",
        "'{0}' is enqueued one by one in a loop: every pass waits for the database, and an error halfway leaves a part enqueued; collect them and call EnqueueManyAsync",
        Rule.Category,
        DiagnosticSeverity.Info,
        isEnabledByDefault: true,
        "EnqueueManyAsync inserts all jobs in one statement: one round trip, and all of them or none.",
        Rule.Page(RuleIds.EnqueueInLoop));

    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = ImmutableArray.Create(Descriptor);

    public override ImmutableArray<string> Words { get; } = ImmutableArray.Create("Enqueue*");

    public override void Start(CodeStart start)
    {
        if (start.Methods is { } methods)
            start.RegisterOperationAction(operation => Analyze(operation, methods), OperationKind.Invocation);
    }

    private static void Analyze(OperationContext context, EnqueueMethods methods)
    {
        if (methods.Read(context.Operation) is not { IsSingle: true } enqueue || methods.IsCollecting(enqueue.Client) || StatementOf(enqueue.Call) is not { } statement || LoopAround(statement) is not { } loop)
            return;
        // What else is awaited may be what each job depends on, or a wait on purpose.
        if (loop.Body.DescendantsAndSelf().OfType<IAwaitOperation>().Any(one => methods.Read(Unconfigured(one.Operation)) is not { IsSent: true }))
            return;
        var hints = enqueue.Job is null ? null : ImmutableDictionary<string, string?>.Empty
            .Add(FixHints.Job, enqueue.Job.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat));
        context.ReportDiagnostic(Diagnostic.Create(Descriptor, enqueue.Name, hints, enqueue.Title));
    }

    /// <summary>The statement that only awaits the call; null where its result is used.</summary>
    private static IOperation? StatementOf(IInvocationOperation call)
    {
        var awaited = call.Parent is IInvocationOperation { TargetMethod.Name: "ConfigureAwait" } configured ? configured : call;
        return awaited.Parent is not IAwaitOperation wait ? null : wait.Parent switch
        {
            IExpressionStatementOperation statement => statement,
            ISimpleAssignmentOperation { Target: IDiscardOperation, Parent: IExpressionStatementOperation statement } => statement,
            _ => null,
        };
    }

    private static IOperation Unconfigured(IOperation awaited) =>
        awaited is IInvocationOperation { TargetMethod.Name: "ConfigureAwait", Instance: { } call } ? call : awaited;

    /// <summary>The loop over a known number of things in which a statement runs each time.</summary>
    private static ILoopOperation? LoopAround(IOperation statement)
    {
        for (var (inner, outer) = (statement, statement.Parent); outer is not null; (inner, outer) = (outer, outer.Parent))
        {
            switch (outer)
            {
                case IForEachLoopOperation { IsAsynchronous: false }:
                case IForLoopOperation { Condition: not null }:
                    return (ILoopOperation)outer;
                // Enqueued once, and then the loop is left.
                case IBlockOperation block when block.Operations.SkipWhile(one => !ReferenceEquals(one, inner)).Any(one => one is IBranchOperation { BranchKind: BranchKind.Break } or IReturnOperation or IThrowOperation or IExpressionStatementOperation { Operation: IThrowOperation }):
                    return null;
                case IBlockOperation:
                case IConditionalOperation:
                    break;
                // Each one is tried by itself, or some other condition is met.
                default:
                    return null;
            }
        }

        return null;
    }
}
