using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using River.Grammar.Cron;
using River.Shapes;

namespace River.Analyzers.Rules;

/// <summary>A cron expression that no date matches.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class CronNeverFiresAnalyzer : DiagnosticAnalyzer
{
    private static readonly DiagnosticDescriptor Descriptor = new(
        RuleIds.CronNeverFires,
        "A cron expression never fires",
        "cron expression '{0}' never fires: none of its months has one of its days, so the job would never be enqueued, and a host that works it refuses to start; write other days, or other months",
        Rule.Category,
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        "Each field of the expression is right by itself, but no date is in all of them, as 30 February is in no calendar.",
        Rule.Page(RuleIds.CronNeverFires));

    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = ImmutableArray.Create(Descriptor);

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

    private static void Analyze(SymbolAnalysisContext context, KnownTypes known)
    {
        foreach (var schedule in context.Symbol.FindAll(known.PeriodicAttribute))
        {
            if (ScheduleShape.CronOf(schedule) is { } cron && CronExpression.TryParse(cron, out var expression, out _) && expression!.NeverFires)
                context.ReportDiagnostic(Diagnostic.Create(Descriptor, schedule.LocationOf(0, context.CancellationToken), cron));
        }
    }
}
