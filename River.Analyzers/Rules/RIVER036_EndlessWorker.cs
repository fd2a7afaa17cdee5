using System;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using River.Analyzers.Calls;
using River.Grammar;
using River.Shapes;

namespace River.Analyzers.Rules;

/// <summary>A worker that is to run for ever, and a timeout that it will meet.</summary>
internal sealed class EndlessWorker : CodeRule
{
    private static readonly DiagnosticDescriptor Descriptor = new(
        RuleIds.EndlessWorker,
        "An endless worker has a timeout",
        "this loop never ends by itself, but '{0}' has {1}, after which it is cancelled and tried again until no attempt is left; write 'Timeout = \"infinite\"' in its [Job]",
        Rule.Category,
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        "A job that runs until the process stops is cancelled at its timeout like any other, and counted as failed. One that may run for ever says so.",
        Rule.Page(RuleIds.EndlessWorker));

    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = ImmutableArray.Create(Descriptor);

    public override bool MayConcern(SyntaxNode node) => EndlessLoop.MayBe(node);

    public override void Start(CodeStart start)
    {
        var (known, code, host) = (start.Known, start.Workers, start.Host);
        start.RegisterOperationAction(operation => Analyze(operation, code, known, host), OperationKind.Loop);
    }

    private static void Analyze(OperationContext context, WorkerCode code, KnownTypes known, Lazy<HostCode> host)
    {
        var loop = (ILoopOperation)context.Operation;
        if (!(EndlessLoop.HasNoCondition(loop) || EndlessLoop.EndsWhenCancelled(loop))
            || code.MethodOf(context.ContainingSymbol) is not { } method
            || EndlessLoop.HasExit(loop)
            || method.ContainingType.AllInterfaces.Any(one => one is { Name: "IJobTimeout", Arity: 1, ContainingNamespace.Name: "River" })
            || code.JobOf(method) is not { } job
            || job.Find(known.JobAttribute) is not { } attribute)
        {
            return;
        }

        var timeout = attribute.Named("Timeout")?.Value as string;
        if (timeout is null ? host.Value.SetsJobTimeout : !Duration.TryParse(timeout, out var limit, out _) || limit == Duration.Infinite)
            return;
        var where = job.DeclaringSyntaxReferences.IsEmpty ? null : attribute.GetLocation(context.CancellationToken);
        context.ReportDiagnostic(Diagnostic.Create(
            Descriptor,
            EndlessLoop.Head(loop),
            where is null || where == Location.None ? null : ImmutableArray.Create(where),
            job.Name,
            timeout is null ? "the client's default timeout" : $"a timeout of '{timeout}'"));
    }
}
