using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
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
        InvalidQueue.Descriptor,
        InvalidMaxAttempts.Descriptor,
        InvalidValue.Descriptor,
        InvalidCron.Descriptor,
        NoPeriodicArgs.Descriptor,
        InvalidWorker.Descriptor,
        NotSerializable.Descriptor,
        UniqueStates.Descriptor,
        InvalidUnique.Descriptor,
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
        foreach (var problem in Problems(type, known, context.CancellationToken))
        {
            if (problem.Location.IsInSource && SupportedDiagnostics.FirstOrDefault(rule => rule.Id == problem.RuleId) is { } rule)
                context.ReportDiagnostic(problem.ToDiagnostic(rule));
        }
    }

    private static IEnumerable<ShapeProblem> Problems(INamedTypeSymbol type, KnownTypes known, CancellationToken cancellationToken)
    {
        var own = type.Find(known.JobAttribute) is not null ? JobReadings.Of(type, known, cancellationToken).Problems.Where(problem => !IsAround(type, problem))
            : WorkerShape.IsWorker(type, known) ? WorkerShape.Read(type, known, cancellationToken).Problems
            : Misplaced(type, known, cancellationToken);

        // What a type around jobs lacks is said once, and of that type: an editor shows only what is said of the type at hand.
        var aroundJobs = JobsIn(type, known).SelectMany(job => JobReadings.Of(job, known, cancellationToken).Problems)
            .Where(problem => type.Locations.Contains(problem.Location)).Take(1);
        return own.Concat(aroundJobs);
    }

    /// <summary>Attributes that nobody reads where they are.</summary>
    private static IEnumerable<ShapeProblem> Misplaced(INamedTypeSymbol type, KnownTypes known, CancellationToken cancellationToken)
    {
        // What is kept out of registration on purpose may keep its attributes.
        if (type.Find(known.NotRegisteredAttribute) is not null)
            yield break;
        if (type.TypeKind == TypeKind.Struct && type.AllInterfaces.Any(one => KnownTypes.Same(one.OriginalDefinition, known.Worker)))
            yield return new ShapeProblem(Unregistrable.Descriptor.Id, JobShape.Where(type), type.Name, "it is a struct, and workers come from services, which are classes; make it a class");
        foreach (var schedule in type.FindAll(known.PeriodicAttribute))
            yield return new ShapeProblem(Unregistrable.Descriptor.Id, schedule.GetLocation(cancellationToken), type.Name, ScheduleShape.MisplacedReason);
        foreach (var unique in type.FindAll(known.UniqueAttribute))
            yield return new ShapeProblem(Unregistrable.Descriptor.Id, unique.GetLocation(cancellationToken), type.Name, UniqueShape.MisplacedReason);
    }

    private static bool IsAround(INamedTypeSymbol job, ShapeProblem problem)
    {
        for (var outer = job.ContainingType; outer is not null; outer = outer.ContainingType)
        {
            if (outer.Locations.Contains(problem.Location))
                return true;
        }

        return false;
    }

    private static IEnumerable<INamedTypeSymbol> JobsIn(INamedTypeSymbol type, KnownTypes known) => type.GetTypeMembers()
        .SelectMany(nested => (nested.Find(known.JobAttribute) is null ? Enumerable.Empty<INamedTypeSymbol>() : new[] { nested }).Concat(JobsIn(nested, known)));
}
