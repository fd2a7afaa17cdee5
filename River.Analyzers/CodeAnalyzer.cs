using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using River.Analyzers.Calls;
using River.Analyzers.Rules;
using River.Shapes;

namespace River.Analyzers;

/// <summary>
/// Shows all rules about code one reading of it. Actions on operations would have every method of the project bound once
/// more, a tenth of a compile; here it is the code of workers, and members that have a word which some rule looks for.
/// </summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class CodeAnalyzer : DiagnosticAnalyzer
{
    private static readonly ImmutableArray<CodeRule> Rules = ImmutableArray.Create<CodeRule>(
        new DuplicateKind(),
        new UndeclaredQueue(),
        new InvalidQueue(),
        new NoWorker(),
        new UnobservedCancellation(),
        new BlockingWorker(),
        new SwallowedCancellation(),
        new JobCycleRule(),
        new LocalSchedule(),
        new OutsideTransaction(),
        new EnqueueInLoop(),
        new UnscheduledJob(),
        new BusySnooze(),
        new NotThrown(),
        new DroppedEnqueue(),
        new DuplicateSchedule(),
        new RepeatedStep(),
        new EndlessWorker(),
        new SwallowedFailure(),
        new NeverDuplicate());

    private static readonly ImmutableArray<string> Words = Rules.SelectMany(rule => rule.Words).Distinct(System.StringComparer.Ordinal).ToImmutableArray();

    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = Rules.SelectMany(rule => rule.SupportedDiagnostics).Distinct().ToImmutableArray();

    public override void Initialize(AnalysisContext context)
    {
        context.EnableConcurrentExecution();
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.RegisterCompilationStartAction(start =>
        {
            if (KnownTypes.Of(start.Compilation) is not { } known)
                return;
            var code = new CodeStart(start, known, Words);
            foreach (var rule in Rules)
                rule.Start(code);
        });
    }
}
