using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using River.Analyzers.Rules;
using River.Shapes;

namespace River.Analyzers;

/// <summary>
/// Reports what the one reading of jobs and workers finds wrong: exactly the types for which the generator emits nothing.
/// </summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class DeclarationAnalyzer : DiagnosticAnalyzer
{
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = ImmutableArray.Create(
        NotPartial.Descriptor,
        InvalidKind.Descriptor,
        InvalidMaxAttempts.Descriptor,
        InvalidValue.Descriptor,
        InvalidCron.Descriptor,
        NoPeriodicArgs.Descriptor,
        InvalidWorker.Descriptor,
        NotSerializable.Descriptor,
        Unregistrable.Descriptor);

    public override void Initialize(AnalysisContext context)
    {
        context.EnableConcurrentExecution();
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.RegisterCompilationStartAction(start =>
        {
            if (KnownTypes.Of(start.Compilation) is { } known)
                start.RegisterSymbolAction(symbol => Analyze(symbol, known), SymbolKind.NamedType);
        });
    }

    private void Analyze(SymbolAnalysisContext context, KnownTypes known)
    {
        var type = (INamedTypeSymbol)context.Symbol;
        var problems = type.Find(known.JobAttribute) is not null ? JobShape.Read(type, known, context.CancellationToken).Problems
            : WorkerShape.IsWorker(type, known) ? WorkerShape.Read(type, known, context.CancellationToken).Problems
            : ImmutableArray<ShapeProblem>.Empty;
        foreach (var problem in problems)
        {
            if (problem.Location.IsInSource && !IsSaidElsewhere(problem, type, known) && SupportedDiagnostics.FirstOrDefault(rule => rule.Id == problem.RuleId) is { } rule)
                context.ReportDiagnostic(problem.ToDiagnostic(rule));
        }
    }

    // A type around several jobs is named once, by the first of them.
    private static bool IsSaidElsewhere(ShapeProblem problem, INamedTypeSymbol job, KnownTypes known)
    {
        for (var outer = job.ContainingType; outer is not null; outer = outer.ContainingType)
        {
            if (outer.Locations.Contains(problem.Location))
                return !KnownTypes.Same(JobsIn(outer, known).First(), job);
        }

        return false;
    }

    private static IEnumerable<INamedTypeSymbol> JobsIn(INamedTypeSymbol type, KnownTypes known) => type.GetTypeMembers()
        .SelectMany(nested => (nested.Find(known.JobAttribute) is null ? Enumerable.Empty<INamedTypeSymbol>() : new[] { nested }).Concat(JobsIn(nested, known)));
}
