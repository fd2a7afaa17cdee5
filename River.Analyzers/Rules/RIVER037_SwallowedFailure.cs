using System;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using River.Analyzers.Calls;
using River.Shapes;

namespace River.Analyzers.Rules;

/// <summary>A worker that tells its log of a failure, and River of a success.</summary>
internal sealed class SwallowedFailure : CodeRule
{
    private static readonly DiagnosticDescriptor Descriptor = new(
        RuleIds.SwallowedFailure,
        "A failure is recorded as success",
        "this catch holds the whole of '{0}' and only {1}: a failed '{2}' is recorded as a success and never tried again; let the exception out, River logs it and retries",
        Rule.Category,
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        "A worker that returns has completed its job. An exception is how it says that it failed: River records it with the job, logs it and tries again.",
        Rule.Page(RuleIds.SwallowedFailure));

    private static readonly string[] LogNamespaces = { "Microsoft.Extensions.Logging", "Serilog", "NLog", "log4net" };
    private static readonly string[] LogTypes = { "System.Console", "System.Diagnostics.Debug", "System.Diagnostics.Trace" };

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
        if (clause.Parent is not ITryOperation { Parent: IBlockOperation { Parent: IMethodBodyOperation } body } statement
            || !CatchAll.Swallows(clause)
            || (clause.Filter is { } filter && !CatchAll.LetsOnlyCancellationPass(filter))
            || code.MethodOf(context.ContainingSymbol) is not { } method
            || !code.IsWork(method)
            || code.JobOf(method) is not { } job
            || statement.Body.Operations.IsEmpty
            || !clause.Handler.Operations.All(IsQuiet)
            || !body.Operations.All(one => ReferenceEquals(one, statement) || IsQuiet(one) || one is ILocalFunctionOperation || IsPreparation(one)))
        {
            return;
        }

        context.ReportDiagnostic(Diagnostic.Create(
            Descriptor, CatchAll.Head(clause), method.Name, clause.Handler.Descendants().Any(IsLogged) ? "logs and returns" : "returns", job.Name));
    }

    /// <summary>Whether a statement only logs or returns: nobody but a reader of logs learns anything.</summary>
    private static bool IsQuiet(IOperation statement) => statement switch
    {
        IReturnOperation { ReturnedValue: null or IPropertyReferenceOperation or IDefaultValueOperation or IConversionOperation } => true,
        IExpressionStatementOperation { Operation: var call } => IsLogged(call.Plain()),
        IBlockOperation block => block.Operations.All(IsQuiet),
        IConditionalOperation conditional => IsQuiet(conditional.WhenTrue) && (conditional.WhenFalse is null || IsQuiet(conditional.WhenFalse)),
        IEmptyOperation => true,
        _ => false,
    };

    /// <summary>Whether a statement only keeps a value, which may fail by itself but is not what the job is for.</summary>
    private static bool IsPreparation(IOperation statement) => statement is IVariableDeclarationGroupOperation or IUsingDeclarationOperation && !statement.Descendants().OfType<IAwaitOperation>().Any();

    private static bool IsLogged(IOperation operation) =>
        operation is IInvocationOperation { TargetMethod: var method }
        && (LogNamespaces.Any(space => IsIn(method.ContainingType, space))
            || LogTypes.Any(type => method.ContainingType.Is(type))
            || method.Has("Microsoft.Extensions.Logging.LoggerMessageAttribute")
            || method.Parameters.Any(parameter => IsIn(parameter.Type, "Microsoft.Extensions.Logging")));

    private static bool IsIn(ITypeSymbol type, string space) => type.ContainingNamespace?.ToDisplayString() is { } name && (name == space || name.StartsWith(space + ".", StringComparison.Ordinal));
}
