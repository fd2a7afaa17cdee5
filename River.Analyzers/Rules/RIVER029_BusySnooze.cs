using System;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using River.Analyzers.Calls;
using River.Shapes;

namespace River.Analyzers.Rules;

/// <summary>Snoozes that keep the database busy with one job.</summary>
internal sealed class BusySnooze : CodeRule
{
    private static readonly DiagnosticDescriptor Descriptor = new(
        RuleIds.BusySnooze,
        "A snooze is busy waiting",
        "{0}",
        Rule.Category,
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        "Every snooze writes the job's row and fetches it again, and uses up no attempt: a short one polls through the database, and one without bound never ends.",
        Rule.Page(RuleIds.BusySnooze));

    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = ImmutableArray.Create(Descriptor);

    public override ImmutableArray<string> Words { get; } = ImmutableArray.Create("Snooze(");

    public override void Start(CodeStart start)
    {
        var (known, code) = (start.Known, start.Workers);
        start.RegisterOperationAction(operation => Analyze(operation, code, known), OperationKind.Invocation);
    }

    private static void Analyze(OperationContext context, WorkerCode code, KnownTypes known)
    {
        var call = (IInvocationOperation)context.Operation;
        if (call.TargetMethod.Name != "Snooze" || !KnownTypes.Same(call.TargetMethod.ContainingType?.OriginalDefinition, known.Job) || call.Arguments.Length != 1)
            return;
        if (ConstantSpan.Of(call.Arguments[0].Value) is { } span && span < TimeSpan.FromSeconds(1) && span >= TimeSpan.Zero)
        {
            Report(call.Arguments[0].Syntax.GetLocation(), $"a snooze of {span.TotalMilliseconds.ToString(System.Globalization.CultureInfo.InvariantCulture)} ms is a busy loop through the database, which writes and fetches the row each time; snooze for a second or more, or wait in the worker");
        }
        else if (ThrowOf(call) is { } thrown && code.MethodOf(context.ContainingSymbol) is { } method && IsUnbounded(thrown, method, code, known))
        {
            Report(Written.GetLocation(call), "every run of this job ends in a snooze without bound, which uses up no attempt, so the job never ends; end it at some number of attempts or age, or let a schedule enqueue it");
        }

        void Report(Location where, string message) => context.ReportDiagnostic(Diagnostic.Create(Descriptor, where, message));
    }

    /// <summary>The statement that throws the snooze, whatever else is the case.</summary>
    private static IThrowOperation? ThrowOf(IInvocationOperation call) => call.Ancestors().SkipWhile(outer => outer is IConversionOperation).FirstOrDefault() as IThrowOperation;

    /// <summary>Whether the worker, or an endless loop in it, comes to this throw and to no other end.</summary>
    private static bool IsUnbounded(IThrowOperation thrown, IMethodSymbol method, WorkerCode code, KnownTypes known)
    {
        var statement = thrown.Parent is IExpressionStatementOperation expression ? expression : (IOperation)thrown;
        var block = statement.Parent as IBlockOperation;
        if (block is not null && !ReferenceEquals(block.Operations.LastOrDefault(), statement))
            return false;
        var body = thrown.Ancestors().Last();
        // Whoever looks at the row or ends the job otherwise has thought of an end.
        if (body.Descendants().Any(one => one is IReturnOperation { IsImplicit: false } || (one is IInvocationOperation { TargetMethod.Name: "Cancel" }) || (one is IPropertyReferenceOperation { Property: { Name: "Attempt" or "Row" or "MaxAttempts" } fact } && KnownTypes.Same(fact.ContainingType.OriginalDefinition, known.Job))))
            return false;
        return (block?.Parent ?? statement.Parent) switch
        {
            IMethodBodyOperation => code.IsWork(method),
            IWhileLoopOperation or IForLoopOperation => block is null || IsAlone(block),
            _ => false,
        };
    }

    // A loop whose body always throws is an 'if' that goes round through the database.
    private static bool IsAlone(IBlockOperation loop) => loop.Operations.Take(loop.Operations.Length - 1).All(one => one is IExpressionStatementOperation or IVariableDeclarationGroupOperation);
}
