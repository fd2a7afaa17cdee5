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
/// more, a tenth of a compile; here it is members that have a word which some rule looks for, and methods of workers with a
/// loop, a catch, a wait or a call without the token that may concern one.
/// </summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class CodeAnalyzer : DiagnosticAnalyzer
{
    internal static readonly ImmutableArray<CodeRule> AllRules = ImmutableArray.Create<CodeRule>(
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

    private readonly ImmutableArray<CodeRule> _rules;
    private readonly ImmutableArray<string> _words;

    public CodeAnalyzer()
        : this(AllRules)
    {
    }

    internal CodeAnalyzer(ImmutableArray<CodeRule> rules)
    {
        _rules = rules;
        _words = rules.SelectMany(rule => rule.Words).Distinct(System.StringComparer.Ordinal).ToImmutableArray();
        SupportedDiagnostics = rules.SelectMany(rule => rule.SupportedDiagnostics).Distinct().ToImmutableArray();
    }

    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; }

    public override void Initialize(AnalysisContext context)
    {
        context.EnableConcurrentExecution();
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.RegisterCompilationStartAction(start =>
        {
            if (KnownTypes.Of(start.Compilation) is not { } known)
                return;
            var code = new CodeStart(start, known, _rules, _words);
            var faults = new RuleFaults();
            foreach (var rule in _rules)
                faults.Run(rule.Start, code);
            faults.Throw();
        });
    }
}
