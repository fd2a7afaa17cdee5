using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using River.Analyzers.Calls;

namespace River.Analyzers.Rules;

/// <summary>An enqueue whose task nobody awaits.</summary>
internal sealed class DroppedEnqueue : CodeRule
{
    private static readonly DiagnosticDescriptor Descriptor = new(
        RuleIds.DroppedEnqueue,
        "An enqueue isn't awaited",
        "the enqueue of '{0}' is not awaited: whether the job was stored, and any error, goes unseen; write 'await'",
        Rule.Category,
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        "An enqueue is there when its task has ended. Dropped, it races with the end of the request or transaction around it, and an error in it is never heard.",
        Rule.Page(RuleIds.DroppedEnqueue));

    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = ImmutableArray.Create(Descriptor);

    public override ImmutableArray<string> Words { get; } = ImmutableArray.Create("Enqueue*");

    public override void Start(CodeStart start)
    {
        if (start.Methods is { } methods)
            start.RegisterOperationAction(operation => Analyze(operation, methods), OperationKind.Invocation);
    }

    private static void Analyze(OperationContext context, EnqueueMethods methods)
    {
        if (methods.Read(context.Operation) is { IsSent: true } enqueue && DroppedValue.IsDropped(Configured(enqueue.Call)))
            context.ReportDiagnostic(Diagnostic.Create(Descriptor, enqueue.Call.Syntax.GetLocation(), enqueue.Title));
    }

    // ConfigureAwait awaits nothing by itself.
    private static IOperation Configured(IInvocationOperation call) =>
        call.Parent is IInvocationOperation { TargetMethod.Name: "ConfigureAwait" } configured && ReferenceEquals(configured.Instance, call) ? configured : call;
}
