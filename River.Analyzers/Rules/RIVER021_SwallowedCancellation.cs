using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using River.Analyzers.Calls;

namespace River.Analyzers.Rules;

/// <summary>A catch that takes cancellation, or a snooze, for one more error.</summary>
internal sealed class SwallowedCancellation : CodeRule
{
    private static readonly DiagnosticDescriptor Descriptor = new(
        RuleIds.SwallowedCancellation,
        "A worker swallows cancellation",
        "this catch swallows {0}; add 'when (e is not (OperationCanceledException or JobControlException))', or rethrow",
        Rule.Category,
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        "Cancellation and the outcomes of a job travel as exceptions. A catch of everything keeps a job running that was cancelled, and turns a snooze into a completed job.",
        Rule.Page(RuleIds.SwallowedCancellation));

    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = ImmutableArray.Create(Descriptor);

    public override bool MayConcern(SyntaxNode node) => node is CatchClauseSyntax clause && CatchAll.MaySwallow(clause);

    public override void Start(CodeStart start)
    {
        var code = start.Workers;
        start.RegisterOperationAction(operation => Analyze(operation, code), OperationKind.CatchClause);
    }

    private static void Analyze(OperationContext context, WorkerCode code)
    {
        var clause = (ICatchClauseOperation)context.Operation;
        if (clause.Parent is not ITryOperation statement || !CatchAll.Swallows(clause) || code.MethodOf(context.ContainingSymbol) is null || !Awaits(statement.Body))
            return;
        if (clause.Filter is { } filter && !CatchAll.LetsOnlyCancellationPass(filter))
            return;

        var outcomes = CatchAll.ThrowsOutcome(statement.Body) && !CatchAll.IsTakenBefore(clause, outcomes: true) && !(clause.Filter is { } one && CatchAll.MentionsOutcomes(one));
        var cancellation = clause.Filter is null && !CatchAll.IsTakenBefore(clause, outcomes: false);
        if (!outcomes && !cancellation)
            return;
        context.ReportDiagnostic(Diagnostic.Create(Descriptor, CatchAll.Head(clause), (cancellation, outcomes) switch
        {
            (true, true) => "cancellation and the job's own snooze or cancel, so the job goes on when it is to stop",
            (true, false) => "cancellation, so the job goes on when it is to stop and may be recorded as completed",
            _ => "the job's own snooze or cancel, so the job is recorded as completed",
        }));
    }

    private static bool Awaits(IOperation body) => body.Descendants().Any(one =>
        (one is IAwaitOperation or IForEachLoopOperation { IsAsynchronous: true } or IUsingOperation { IsAsynchronous: true } or IUsingDeclarationOperation { IsAsynchronous: true })
        && ReferenceEquals(one.Function(), body.Function()));
}
