using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using River.Analyzers.Calls;
using River.Shapes;

namespace River.Analyzers.Rules;

/// <summary>A job's time taken from the clock on this machine's wall.</summary>
internal sealed class LocalSchedule : CodeRule
{
    private static readonly DiagnosticDescriptor Descriptor = new(
        RuleIds.LocalSchedule,
        "A job is scheduled by local time",
        "{0} is used for a job's schedule: {1}; say how long from now by 'Delay', or give a DateTimeOffset",
        Rule.Category,
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        "Local time depends on the machine's zone and is ambiguous or missing an hour twice a year; a DateTime of no kind is taken for local. A Delay is added to the database's clock.",
        Rule.Page(RuleIds.LocalSchedule));

    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = ImmutableArray.Create(Descriptor);

    public override ImmutableArray<string> Words { get; } = ImmutableArray.Create("ScheduledAt=", "Delay=", "Snooze(");

    public override void Start(CodeStart start)
    {
        var known = start.Known;
        if (known.JobAttribute.ContainingAssembly.GetTypeByMetadataName("River.EnqueueOptions") is not { } options)
            return;
        start.RegisterOperationAction(operation => AnalyzeOption(operation, options), OperationKind.SimpleAssignment);
        start.RegisterOperationAction(operation => AnalyzeSnooze(operation, known), OperationKind.Invocation);
    }

    private static void AnalyzeOption(OperationContext context, INamedTypeSymbol options)
    {
        var assignment = (ISimpleAssignmentOperation)context.Operation;
        if (assignment.Target is not IPropertyReferenceOperation { Property: { Name: "ScheduledAt" or "Delay" } option } || !KnownTypes.Same(option.ContainingType, options))
            return;
        if (option.Name == "Delay")
            ReportWallClock(context, assignment.Value);
        else if (WallClock.LocalTimeIn(assignment.Value) is { } time)
            Report(context, time);
    }

    private static void AnalyzeSnooze(OperationContext context, KnownTypes known)
    {
        var call = (IInvocationOperation)context.Operation;
        if (call.TargetMethod.Name == "Snooze" && KnownTypes.Same(call.TargetMethod.ContainingType?.OriginalDefinition, known.Job) && call.Arguments.Length == 1)
            ReportWallClock(context, call.Arguments[0].Value);
    }

    private static void ReportWallClock(OperationContext context, IOperation value)
    {
        if (WallClock.NowIn(value) is { } now)
            Report(context, now);
    }

    private static void Report(OperationContext context, LocalTime time) =>
        context.ReportDiagnostic(Diagnostic.Create(Descriptor, time.Operation.Syntax.GetLocation(), time.Name, time.Reason));
}
