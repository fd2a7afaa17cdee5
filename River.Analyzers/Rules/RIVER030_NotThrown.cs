using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using River.Analyzers.Calls;

namespace River.Analyzers.Rules;

/// <summary>A <c>job.Snooze(…)</c> or <c>job.Cancel(…)</c> that nobody throws, so that the job completes all the same.</summary>
internal sealed class NotThrown : CodeRule
{
    private static readonly DiagnosticDescriptor Descriptor = new(
        RuleIds.NotThrown,
        "A snooze or cancellation isn't thrown",
        "'{0}' is created but not thrown, so it does nothing and the job goes on to complete; write 'throw {0}'",
        Rule.Category,
        DiagnosticSeverity.Error,
        isEnabledByDefault: true,
        "Job.Snooze and Job.Cancel only make an exception. Thrown, it ends the attempt as wanted; not thrown, it is forgotten and the job counts as completed.",
        Rule.Page(RuleIds.NotThrown));

    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = ImmutableArray.Create(Descriptor);

    public override ImmutableArray<string> Words { get; } = ImmutableArray.Create("Snooze(", "Cancel!");

    public override void Start(CodeStart start)
    {
        var outcomes = new[] { start.Known.Job, start.Compilation.GetTypeByMetadataName("River.WorkContext") }.OfType<INamedTypeSymbol>().SelectMany(type => type.GetMembers("Snooze").Concat(type.GetMembers("Cancel"))).ToImmutableHashSet<ISymbol?>(SymbolEqualityComparer.Default);
        start.RegisterOperationAction(operation => Analyze(operation, outcomes), OperationKind.Invocation);
    }

    private static void Analyze(OperationContext context, ImmutableHashSet<ISymbol?> outcomes)
    {
        var call = (IInvocationOperation)context.Operation;
        if (!outcomes.Contains(call.TargetMethod.OriginalDefinition) || !DroppedValue.IsDropped(call))
            return;
        var receiver = call.Instance is { IsImplicit: false } instance ? instance.Syntax.ToString() : "job";
        context.ReportDiagnostic(Diagnostic.Create(Descriptor, call.Syntax.GetLocation(), $"{receiver}.{call.TargetMethod.Name}(…)"));
    }
}
