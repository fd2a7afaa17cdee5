using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;
using River.Analyzers.Calls;

namespace River.Analyzers.Rules;

/// <summary>A worker that holds its thread while it waits, or starts what nobody can wait for.</summary>
internal sealed class BlockingWorker : CodeRule
{
    private static readonly DiagnosticDescriptor Descriptor = new(
        RuleIds.BlockingWorker,
        "A worker blocks its thread",
        "'{0}' {1}",
        Rule.Category,
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        "Jobs share the thread pool with the client that fetches, completes and keeps them alive. Threads that only wait starve it, and all jobs of the process with it.",
        Rule.Page(RuleIds.BlockingWorker));

    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = ImmutableArray.Create(Descriptor);

    public override bool MayConcern(SyntaxNode node) => node switch
    {
        SimpleNameSyntax name => BlockingWait.IsNameOfOne(name.Identifier.ValueText),
        LocalFunctionStatementSyntax function => function.Modifiers.Any(SyntaxKind.AsyncKeyword),
        AnonymousFunctionExpressionSyntax function => function.AsyncKeyword != default,
        _ => false,
    };

    public override void Start(CodeStart start)
    {
        var (code, flow) = (start.Workers, new CancellationFlow(start.Known));
        start.RegisterOperationAction(operation => AnalyzeWait(operation, code, flow), OperationKind.Invocation, OperationKind.PropertyReference);
        start.RegisterOperationAction(operation => AnalyzeFunction(operation, code), OperationKind.LocalFunction, OperationKind.AnonymousFunction);
        start.RegisterSymbolAction(symbol => AnalyzeMethod(symbol, code), SymbolKind.Method);
    }

    private static void AnalyzeWait(OperationContext context, WorkerCode code, CancellationFlow flow)
    {
        if (BlockingWait.Read(context.Operation) is not { } wait || code.MethodOf(context.ContainingSymbol) is not { } method || !wait.MayWait())
            return;
        context.ReportDiagnostic(Diagnostic.Create(
            Descriptor,
            context.Operation.Syntax.GetLocation(),
            FixHints.Suggesting(flow.TokenAt(context.Operation, method)),
            wait.Name,
            $"blocks a thread of the pool until it returns, and with enough such jobs the whole process stands still; await {wait.Instead} instead"));
    }

    private static void AnalyzeFunction(OperationContext context, WorkerCode code)
    {
        var (symbol, where) = context.Operation switch
        {
            ILocalFunctionOperation { Symbol: var local, Syntax: LocalFunctionStatementSyntax syntax } => (local, syntax.Identifier.GetLocation()),
            IAnonymousFunctionOperation { Symbol: var lambda, Syntax: AnonymousFunctionExpressionSyntax syntax } => (lambda, syntax.AsyncKeyword.GetLocation()),
            _ => (null, Location.None),
        };
        if (symbol is { IsAsync: true, ReturnsVoid: true } && code.MethodOf(context.ContainingSymbol) is not null)
            ReportVoid(context.ReportDiagnostic, where, symbol.MethodKind == MethodKind.AnonymousFunction ? "async" : symbol.Name);
    }

    private static void AnalyzeMethod(SymbolAnalysisContext context, WorkerCode code)
    {
        if (context.Symbol is IMethodSymbol { IsAsync: true, ReturnsVoid: true } method && code.MethodOf(method) is not null)
            ReportVoid(context.ReportDiagnostic, method.Locations.First(), method.Name);
    }

    private static void ReportVoid(System.Action<Diagnostic> report, Location where, string name) => report(Diagnostic.Create(
        Descriptor, where, name, "is async void: nobody can await it, so the job completes before its work has ended and an exception in it ends the process; return Task"));
}
