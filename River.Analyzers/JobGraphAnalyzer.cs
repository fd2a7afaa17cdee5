using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using River.Analyzers.Calls;
using River.Analyzers.Diagrams;
using River.Shapes;

namespace River.Analyzers;

/// <summary>
/// Draws the graph of jobs, where the project asks for it by <c>RiverJobGraph</c>. An analyzer writes no files: the text is
/// the message of a diagnostic, and the package's target takes it out of the compiler's log.
/// </summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class JobGraphAnalyzer : DiagnosticAnalyzer
{
    private const string Switch = "build_property.RiverJobGraph";

    // No rule: nobody's settings may silence it, and the switch alone turns it on.
    private static readonly DiagnosticDescriptor Descriptor = new(
        "RIVERGRAPH",
        "The graph of jobs",
        "{0}",
        "River.Output",
        DiagnosticSeverity.Info,
        isEnabledByDefault: true,
        "What the build writes into the file that RiverJobGraph names.",
        helpLinkUri: null,
        WellKnownDiagnosticTags.CompilationEnd,
        WellKnownDiagnosticTags.NotConfigurable);

    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = ImmutableArray.Create(Descriptor);

    public override void Initialize(AnalysisContext context)
    {
        context.EnableConcurrentExecution();
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.RegisterCompilationStartAction(start =>
        {
            if (!start.Options.AnalyzerConfigOptionsProvider.GlobalOptions.TryGetValue(Switch, out var path)
                || string.IsNullOrWhiteSpace(path)
                || KnownTypes.Of(start.Compilation) is not { } known
                || EnqueueMethods.Of(known) is not { } methods)
            {
                return;
            }

            var code = new WorkerCode(known);
            var steps = new ConcurrentDictionary<IMethodSymbol, WorkerSteps>(SymbolEqualityComparer.Default);
            start.RegisterOperationBlockAction(block =>
            {
                if (code.MethodOf(block.OwningSymbol) is { } method)
                    steps[method] = WorkerSteps.Read(method, block.OperationBlocks, methods);
            });
            start.RegisterCompilationEndAction(end => end.ReportDiagnostic(Diagnostic.Create(
                Descriptor, Location.None, Draw(known, JobGraph.Of(steps, code), end.CancellationToken).Write(path.Trim()))));
        });
    }

    private static JobDiagram Draw(KnownTypes known, JobGraph graph, CancellationToken cancellationToken)
    {
        var jobs = new Dictionary<string, JobFact>(System.StringComparer.Ordinal);
        var schedules = new List<ScheduleFact>();
        foreach (var manifest in ManifestReader.Read(known, cancellationToken))
        {
            foreach (var job in manifest.Jobs)
                jobs[job.Type] = job;
            schedules.AddRange(manifest.Schedules);
        }

        foreach (var type in OwnWorkers.TypesIn(known.Compilation.Assembly.GlobalNamespace, cancellationToken))
        {
            if (JobReadings.Of(type, known, cancellationToken).Model is { } job)
            {
                jobs[job.Type.MetadataName] = new JobFact(job.Kind, job.Type.MetadataName, job.Queue.Name ?? "", job.Aliases, job.External, job.SelfWorking is not null);
                schedules.AddRange(job.Schedules.Select(Fact));
            }
            else if (WorkerShape.Read(type, known, cancellationToken).Model is { } worker)
            {
                schedules.AddRange(worker.Schedules.Select(Fact));
            }
        }

        return new JobDiagram(jobs.Values, schedules, Arrows());

        IEnumerable<DiagramArrow> Arrows()
        {
            var arrows = new Dictionary<(string, string, string), bool>();
            foreach (var call in graph.Calls)
            {
                if (!jobs.TryGetValue(JobTypeShape.MetadataName(call.From), out var from) || !jobs.TryGetValue(JobTypeShape.MetadataName(call.To), out var to))
                    continue;
                var arrow = (from.Kind, to.Kind, Label(call));
                arrows[arrow] = call.IsCertain || (arrows.TryGetValue(arrow, out var isCertain) && isCertain);
            }

            return arrows.Select(arrow => new DiagramArrow(arrow.Key.Item1, arrow.Key.Item2, arrow.Key.Item3, arrow.Value));
        }
    }

    private static string Label(JobEdge call)
    {
        var form = call.Form switch
        {
            EnqueueForm.FollowUp => "then",
            EnqueueForm.Many or EnqueueForm.Request => "many",
            _ => null,
        };
        return string.Join(", ", new[] { form, call.Delay }.OfType<string>());
    }

    private static ScheduleFact Fact(ScheduleModel schedule) => new(schedule.Id, schedule.Kind, schedule.Cron, schedule.TimeZone);
}
