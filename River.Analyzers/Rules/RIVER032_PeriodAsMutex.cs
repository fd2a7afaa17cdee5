using System;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using River.Grammar;
using River.Shapes;

namespace River.Analyzers.Rules;

/// <summary>A unique period that looks as if it kept two copies from running at once.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class PeriodAsMutexAnalyzer : DiagnosticAnalyzer
{
    private static readonly DiagnosticDescriptor Descriptor = new(
        RuleIds.PeriodAsMutex,
        "A unique period is used as a mutex",
        "unique period used as a mutex: '{0}' {1}, and a period is only a bucket of time: at its edge a second copy starts beside the first. "
        + "For one at a time write [Unique(States = JobStates.Incomplete)] without Period.",
        Rule.Category,
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        "A unique period cuts time into buckets that start at fixed moments. A job of 11:59 and one of 12:00 lie in two of them, however long the period is, so neither keeps the other from running.",
        Rule.Page(RuleIds.PeriodAsMutex));

    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = ImmutableArray.Create(Descriptor);

    public override void Initialize(AnalysisContext context)
    {
        context.EnableConcurrentExecution();
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.RegisterCompilationStartAction(start =>
        {
            if (KnownTypes.Of(start.Compilation) is not { } known)
                return;
            var workers = new Lazy<OwnWorkers>(() => new OwnWorkers(known, CancellationToken.None));
            start.RegisterSymbolAction(symbol => Analyze(symbol, known, workers), SymbolKind.NamedType);
        });
    }

    private static void Analyze(SymbolAnalysisContext context, KnownTypes known, Lazy<OwnWorkers> workers)
    {
        var type = (INamedTypeSymbol)context.Symbol;
        if (type.Find(known.JobAttribute) is { } job)
            AnalyzeJob(context, type, job, known, workers);
        else if (type.Find(known.PeriodicAttribute) is { } schedule)
            AnalyzeWorker(context, type, schedule, known);
    }

    private static void AnalyzeJob(SymbolAnalysisContext context, INamedTypeSymbol type, AttributeData job, KnownTypes known, Lazy<OwnWorkers> workers)
    {
        if (type.Find(known.UniqueAttribute) is not { } unique || Period(unique) is not { } period)
            return;

        var reason = type.Find(known.PeriodicAttribute) is not null || workers.Value.Of(type).Any(worker => worker.Find(known.PeriodicAttribute) is not null)
            ? "is enqueued on a schedule"
            : Timeout(job) is { } timeout && (timeout == Duration.Infinite || timeout > period)
                ? $"may run longer (its Timeout is '{job.Named("Timeout")?.Value}') than its period '{unique.Named("Period")?.Value}'"
                : null;
        if (reason is not null)
            context.ReportDiagnostic(Diagnostic.Create(Descriptor, unique.LocationOf("Period", context.CancellationToken), type.Name, reason));
    }

    // The job is another assembly's, so this schedule is all that can be shown here.
    private static void AnalyzeWorker(SymbolAnalysisContext context, INamedTypeSymbol type, AttributeData schedule, KnownTypes known)
    {
        foreach (var job in OwnWorkers.JobsOf(type, known))
        {
            if (!KnownTypes.Same(job.ContainingAssembly, context.Compilation.Assembly) && job.Find(known.UniqueAttribute) is { } unique && Period(unique) is not null)
                context.ReportDiagnostic(Diagnostic.Create(Descriptor, schedule.GetLocation(context.CancellationToken), job.Name, "is enqueued on a schedule"));
        }
    }

    /// <summary>Null where it is refused, which other rules say.</summary>
    private static TimeSpan? Period(AttributeData unique) =>
        Read(unique, "Period") is { } period && period >= TimeSpan.FromSeconds(1) ? period : null;

    private static TimeSpan? Timeout(AttributeData job) => Read(job, "Timeout");

    private static TimeSpan? Read(AttributeData attribute, string name) =>
        attribute.Named(name) is { Kind: TypedConstantKind.Primitive, Value: string text } && Duration.TryParse(text, out var duration, out _) ? duration : null;
}
