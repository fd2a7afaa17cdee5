using System;
using System.Collections.Immutable;
using System.Globalization;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using River.Grammar;
using River.Shapes;

namespace River.Analyzers.Rules;

/// <summary>So many attempts that the last retry, by River's default policy, lies beyond what anybody waits for.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class UnsafeMaxAttemptsAnalyzer : DiagnosticAnalyzer
{
    private const string HorizonOption = "river.max_retry_horizon_days";
    private const double DefaultHorizonDays = 90;

    private static readonly DiagnosticDescriptor Descriptor = new(
        RuleIds.UnsafeMaxAttempts,
        "So many attempts are unsafe",
        "MaxAttempts = {0} is unsafe: by the default retry policy the last retry comes {1} after the first attempt (the limit is {2} days), so a job that can't succeed is never discarded and nobody hears of it. "
        + "Write {3} or less, or give the job a RetryPolicy of its own; for work that must go on for ever, use [Periodic] with [Unique(States = JobStates.Incomplete)].",
        Rule.Category,
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        "The default policy waits attempt⁴ seconds after each failure. The sum grows with the fifth power of the number of attempts: 25 attempts take 20 days, 100 take 60 years.",
        Rule.Page(RuleIds.UnsafeMaxAttempts));

    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = ImmutableArray.Create(Descriptor);

    public override void Initialize(AnalysisContext context)
    {
        context.EnableConcurrentExecution();
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.RegisterCompilationStartAction(start =>
        {
            if (KnownTypes.Of(start.Compilation) is not { } known)
                return;
            var policy = known.JobAttribute.ContainingAssembly.GetTypeByMetadataName("River.IRetryPolicy`1");
            var workers = new Lazy<OwnWorkers>(() => new OwnWorkers(known, CancellationToken.None));
            start.RegisterSymbolAction(symbol => Analyze(symbol, known, policy, workers), SymbolKind.NamedType);
        });
    }

    private static void Analyze(SymbolAnalysisContext context, KnownTypes known, INamedTypeSymbol? policy, Lazy<OwnWorkers> workers)
    {
        var job = (INamedTypeSymbol)context.Symbol;
        // What the column can't hold is RIVER006's.
        if (job.Find(known.JobAttribute) is not { } attribute
            || attribute.Named("MaxAttempts")?.Value is not int attempts || attempts is < 1 or > short.MaxValue
            || attribute.Named("RetryPolicy") is { IsNull: false }
            || attribute.ExpressionOf("MaxAttempts", context.CancellationToken) is not { } written)
        {
            return;
        }

        var limit = Limit(context.Options.AnalyzerConfigOptionsProvider.GetOptions(written.SyntaxTree));
        var horizon = RetryHorizon.Days(attempts);
        if (horizon <= limit || HasPolicy(job, job, policy) || workers.Value.Of(job).Any(worker => HasPolicy(worker, job, policy)))
            return;

        var most = Text.Of(RetryHorizon.MostAttemptsWithin(limit));
        context.ReportDiagnostic(Diagnostic.Create(
            Descriptor,
            written.GetLocation(),
            FixHints.Suggesting(most),
            Text.Of(attempts),
            RetryHorizon.Describe(horizon),
            limit.ToString(CultureInfo.InvariantCulture),
            most));
    }

    private static bool HasPolicy(INamedTypeSymbol type, INamedTypeSymbol job, INamedTypeSymbol? policy) => type.AllInterfaces.Any(one =>
        KnownTypes.Same(one.OriginalDefinition, policy) && KnownTypes.Same(one.TypeArguments[0], job));

    private static double Limit(AnalyzerConfigOptions options) =>
        options.TryGetValue(HorizonOption, out var text)
        && double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var days)
        && days > 0
            ? days
            : DefaultHorizonDays;
}
