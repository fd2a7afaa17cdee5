using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;
using River.Analyzers.Calls;

namespace River.Analyzers.Rules;

/// <summary>Jobs that enqueue each other: a warning where they always do, a suggestion where a condition may end it.</summary>
internal sealed class JobCycleRule : CodeRule
{
    private static readonly DiagnosticDescriptor Descriptor = new(
        RuleIds.JobCycle,
        "Jobs enqueue each other in a cycle",
        "a cycle of jobs: {0}; {1}",
        Rule.Category,
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        "Each job of a cycle enqueues the next. Where nothing ends it the queue is never empty again, and one more start of it doubles the load.",
        Rule.Page(RuleIds.JobCycle),
        WellKnownDiagnosticTags.CompilationEnd);

    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = ImmutableArray.Create(Descriptor);

    public override bool FollowsCalls => true;

    public override bool MayConcern(SyntaxNode node) => node is SimpleNameSyntax { Identifier.ValueText: var name } && EnqueueMethods.IsNameOfOne(name);

    public override void Start(CodeStart start)
    {
        if (start.Methods is not { } methods)
            return;
        var code = start.Workers;
        var steps = new ConcurrentDictionary<IMethodSymbol, WorkerSteps>(SymbolEqualityComparer.Default);
        start.RegisterBodyAction(body =>
        {
            if (code.MethodOf(body.ContainingSymbol) is { } method)
                steps[method] = WorkerSteps.Read(method, new[] { body.Operation }, methods);
        });
        start.RegisterCompilationEndAction(end =>
        {
            foreach (var cycle in JobGraph.Of(steps, code).Cycles())
                Report(end, cycle);
        });
    }

    private static void Report(CompilationAnalysisContext context, JobCycle cycle) => context.ReportDiagnostic(Diagnostic.Create(
        Descriptor,
        cycle.Edges[0].Where,
        cycle.IsCertain ? DiagnosticSeverity.Warning : DiagnosticSeverity.Info,
        cycle.Edges.Skip(1).Select(edge => edge.Where),
        ImmutableDictionary<string, string?>.Empty,
        cycle.Drawn,
        cycle.IsCertain ? "every run of each enqueues the next, so they go round for ever; let one of them end it by a condition"
            : cycle.Edges.Length == 1 ? "it enqueues itself: see that it ends, or write a schedule"
            : "a condition guards it: see that it ends"));
}
