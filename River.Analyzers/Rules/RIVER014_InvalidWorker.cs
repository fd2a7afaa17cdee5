using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using River.Shapes;

namespace River.Analyzers.Rules;

/// <summary>A worker that nothing would reach, that generated code can't make, or that fits no shape.</summary>
internal static class InvalidWorker
{
    private const string Title = "A worker can't be registered";
    private const string Message = "'{0}' can't be registered as a worker: {1}";
    private const string Description =
        "A job has one worker: a class that implements IWorker for a [Job] type, or the job's own method WorkAsync. Which of two would run would be chance, and a worker of something else would never run.";

    public static readonly DiagnosticDescriptor Descriptor = new(
        RuleIds.InvalidWorker,
        Title,
        Message,
        Rule.Category,
        DiagnosticSeverity.Error,
        isEnabledByDefault: true,
        Description,
        Rule.Page(RuleIds.InvalidWorker));

    /// <summary>The same rule where it needs the whole compilation.</summary>
    public static readonly DiagnosticDescriptor AtEnd = new(
        RuleIds.InvalidWorker,
        Title,
        Message,
        Rule.Category,
        DiagnosticSeverity.Error,
        isEnabledByDefault: true,
        Description,
        Rule.Page(RuleIds.InvalidWorker),
        WellKnownDiagnosticTags.CompilationEnd);
}

/// <summary>RIVER014 for two workers of one job.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class DuplicateWorkerAnalyzer : DiagnosticAnalyzer
{
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = ImmutableArray.Create(InvalidWorker.AtEnd);

    public override void Initialize(AnalysisContext context)
    {
        context.EnableConcurrentExecution();
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.RegisterCompilationStartAction(start =>
        {
            if (KnownTypes.Of(start.Compilation) is not { } known)
                return;
            var workers = new ConcurrentBag<(INamedTypeSymbol Job, INamedTypeSymbol Worker)>();
            start.RegisterSymbolAction(symbol => Collect((INamedTypeSymbol)symbol.Symbol, known, workers), SymbolKind.NamedType);
            start.RegisterCompilationEndAction(end => Report(end, workers));
        });
    }

    private static void Collect(INamedTypeSymbol type, KnownTypes known, ConcurrentBag<(INamedTypeSymbol Job, INamedTypeSymbol Worker)> workers)
    {
        if (type.Find(known.JobAttribute) is not null)
        {
            if (type.GetMembers(SelfWorkingShape.MethodName).OfType<IMethodSymbol>().Any())
                workers.Add((type, type));
        }
        else
        {
            foreach (var job in OwnWorkers.JobsOf(type, known))
                workers.Add((job, type));
        }
    }

    private static void Report(CompilationAnalysisContext context, IEnumerable<(INamedTypeSymbol Job, INamedTypeSymbol Worker)> workers)
    {
        foreach (var ofJob in workers.GroupBy(worker => worker.Job, worker => worker.Worker, SymbolEqualityComparer.Default))
        {
            var rivals = ofJob.OrderBy(worker => worker.ToDisplayString(), System.StringComparer.Ordinal).ToArray();
            for (var i = 0; rivals.Length > 1 && i < rivals.Length; i++)
            {
                var other = rivals[i == 0 ? 1 : 0];
                var isJob = SymbolEqualityComparer.Default.Equals(rivals[i], ofJob.Key);
                var reason = (SymbolEqualityComparer.Default.Equals(other, ofJob.Key) ? $"'{other.Name}' works itself" : $"'{other.Name}' works '{ofJob.Key!.Name}' too")
                    + ", and a job has one worker; "
                    + (isJob ? "remove its WorkAsync or the other" : "remove one, or mark it with [NotRegistered]");
                var where = JobShape.Where(isJob ? rivals[i].GetMembers(SelfWorkingShape.MethodName)[0] : rivals[i]);
                context.ReportDiagnostic(Diagnostic.Create(InvalidWorker.AtEnd, where, new[] { JobShape.Where(other) }, rivals[i].Name, reason));
            }
        }
    }
}
