using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using River.Analyzers.Calls;

namespace River.Analyzers.Rules;

/// <summary>A job that doesn't share the fate of the data it is about, though a transaction is at hand.</summary>
internal sealed class OutsideTransaction : CodeRule
{
    private static readonly DiagnosticDescriptor Descriptor = new(
        RuleIds.OutsideTransaction,
        "A job is enqueued outside the open transaction",
        "'{0}' is enqueued outside the transaction of '{1}': it may run before '{2}', and is there even if that never happens; enqueue it through 'In({1})'",
        Rule.Category,
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        "A job that is enqueued in the transaction that stores its data is there exactly when the data is. Outside of it the job may run too early, or for data that was rolled back.",
        Rule.Page(RuleIds.OutsideTransaction));

    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = ImmutableArray.Create(Descriptor);

    public override ImmutableArray<string> Words { get; } = ImmutableArray.Create("Enqueue*");

    public override void Start(CodeStart start)
    {
        if (start.Methods is { } methods)
            start.RegisterOperationAction(operation => Analyze(operation, methods), OperationKind.Invocation);
    }

    private static void Analyze(OperationContext context, EnqueueMethods methods)
    {
        if (methods.Read(context.Operation) is not { IsSent: true } enqueue
            || enqueue.Argument("transaction") is { ConstantValue: not { HasValue: true, Value: null } })
        {
            return;
        }

        var body = enqueue.Call.Ancestors().Last();
        if (OpenTransaction.At(enqueue.Call, body) is { } open && !BoundClient.MayBeBound(enqueue.Client, methods, body))
            context.ReportDiagnostic(Diagnostic.Create(Descriptor, enqueue.Name, FixHints.Suggesting(open.Bindings), enqueue.Title, open.Name, open.Closing));
    }
}
