using System;
using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;
using River.Analyzers.Calls;
using River.Shapes;

namespace River.Analyzers.Rules;

/// <summary>A schedule in a program that only enqueues, where nobody would follow it.</summary>
internal sealed class UnscheduledJob : CodeRule
{
    private const string HostName = "River.IRiverHost";
    private const string AddMethod = "AddPeriodicAsync";

    private static readonly DiagnosticDescriptor Descriptor = new(
        RuleIds.UnscheduledJob,
        "A schedule that nobody follows",
        "{0} would never be followed: this program only enqueues (AddRiverClient), and schedules are followed by programs that work jobs (AddRiver), so the job would never be enqueued; {1}",
        Rule.Category,
        DiagnosticSeverity.Error,
        isEnabledByDefault: true,
        "A program that calls AddRiverClient alone has no loops: it neither works jobs nor enqueues them by schedules. Schedules in referenced assemblies are left to the programs that work them.",
        Rule.Page(RuleIds.UnscheduledJob));

    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = ImmutableArray.Create(Descriptor);

    public override ImmutableArray<string> Words { get; } = ImmutableArray.Create(AddMethod + "(");

    public override void Start(CodeStart start)
    {
        if (!start.IsProgram)
            return;
        var (known, code) = (start.Known, start.Host);
        var host = start.Compilation.GetTypeByMetadataName(HostName);
        start.RegisterSymbolAction(symbol => AnalyzeType(symbol, known, code), SymbolKind.NamedType);
        if (host is not null)
            start.RegisterOperationAction(operation => AnalyzeCall(operation, host, code), OperationKind.Invocation);
    }

    private static void AnalyzeType(SymbolAnalysisContext context, KnownTypes known, Lazy<HostCode> code)
    {
        var type = (INamedTypeSymbol)context.Symbol;
        foreach (var schedule in type.FindAll(known.PeriodicAttribute))
        {
            // On anything else it is no schedule.
            if ((type.Find(known.JobAttribute) is null && !WorkerShape.IsWorker(type, known)) || !code.Value.OnlyEnqueues)
                return;
            context.ReportDiagnostic(Diagnostic.Create(
                Descriptor,
                schedule.GetLocation(context.CancellationToken),
                $"the schedule on '{type.Name}'",
                "put it on the worker, in the project that works it, or call AddRiver here"));
        }
    }

    private static void AnalyzeCall(OperationContext context, INamedTypeSymbol host, Lazy<HostCode> code)
    {
        var call = (IInvocationOperation)context.Operation;
        if (call.TargetMethod.Name == AddMethod && KnownTypes.Same(call.TargetMethod.ContainingType, host) && code.Value.OnlyEnqueues)
            context.ReportDiagnostic(Diagnostic.Create(Descriptor, call.Syntax.GetLocation(), $"the schedule of this {AddMethod}", "add it in the program that works the job, or call AddRiver here"));
    }
}
