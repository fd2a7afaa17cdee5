using System;
using System.Collections.Immutable;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;
using River.Analyzers.TimeZones;
using River.Grammar.Cron;
using River.Shapes;

namespace River.Analyzers.Rules;

/// <summary>A schedule's time zone that isn't in the IANA list.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class UnknownTimeZoneAnalyzer : DiagnosticAnalyzer
{
    private const string ZoneArgument = "TimeZone";

    private static readonly DiagnosticDescriptor Descriptor = new(
        RuleIds.UnknownTimeZone,
        "A time zone isn't in the IANA list",
        "time zone '{0}' is not in the IANA list ({1}); {2}, or the host that works the job refuses to start where its machine doesn't know it",
        Rule.Category,
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        "A schedule is read on the clock of a zone, which every machine that runs it has to know by the same name. Those are the names of the IANA time zone database, such as Europe/Rome, with their capitals.",
        Rule.Page(RuleIds.UnknownTimeZone));

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
            if (schedule.Named(ZoneArgument) is { Kind: TypedConstantKind.Primitive, Value: string zone })
                Check(context, zone, schedule.LocationOf(ZoneArgument, context.CancellationToken));
            if (ScheduleShape.CronOf(schedule) is { } cron && CronExpression.TryParse(cron, out var expression, out _) && expression!.TimeZoneId is { } prefixed)
                Check(context, prefixed, PrefixOf(schedule, cron, prefixed, context.CancellationToken));
        }
    }

    private static void Check(SymbolAnalysisContext context, string zone, Location where)
    {
        if (IanaZones.Contains(zone))
            return;

        var nearest = IanaZones.Nearest(zone);
        var advice = nearest is not null ? $"did you mean '{nearest}'? Write it like that"
            : zone.EndsWith(" Time", StringComparison.Ordinal) ? "it looks like a name of Windows'; write the zone's IANA name, such as 'Europe/Rome'"
            : "write an IANA name such as 'Europe/Rome' or 'UTC'";
        context.ReportDiagnostic(Diagnostic.Create(Descriptor, where, FixHints.Suggesting(nearest), zone, IanaZones.Version, advice));
    }

    /// <summary>The zone behind <c>TZ=</c> inside the literal; the whole argument where it is no literal.</summary>
    private static Location PrefixOf(AttributeData schedule, string cron, string zone, CancellationToken cancellationToken) =>
        schedule.ApplicationSyntaxReference?.GetSyntax(cancellationToken) is AttributeSyntax { ArgumentList.Arguments: { Count: > 0 } arguments }
        && LiteralText.Within(arguments[0].Expression, cron.IndexOf('=') + 1, zone.Length) is { } part
            ? part
            : schedule.LocationOf(0, cancellationToken);
}
