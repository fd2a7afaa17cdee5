using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;
using River.Analyzers.Calls;
using River.Shapes;

namespace River.Analyzers.Rules;

/// <summary>A job that nobody works, in a program that works its queue.</summary>
internal sealed class NoWorker : CodeRule
{
    private static readonly DiagnosticDescriptor Descriptor = new(
        RuleIds.NoWorker,
        "A job has no worker",
        "job '{0}' has no worker: this program works its queue '{1}' (AddRiver) but no class here or in a reference implements IWorker<{0}>, so its jobs would stay in the database for ever. Add a worker, or set External = true on the job if another service works it.",
        Rule.Category,
        DiagnosticSeverity.Error,
        isEnabledByDefault: true,
        "A client leaves jobs of kinds that it doesn't know alone. A job whose worker was forgotten is enqueued without an error and never runs.",
        Rule.Page(RuleIds.NoWorker));

    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = ImmutableArray.Create(Descriptor);

    public override ImmutableArray<string> Words { get; } = ImmutableArray.Create("AddRiver*");

    public override void Start(CodeStart start)
    {
        if (!start.IsProgram)
            return;
        var known = start.Known;
        var host = new WorkingHost(known, start.Host);
        start.RegisterSymbolAction(symbol => AnalyzeJob(symbol, known, host), SymbolKind.NamedType);
        start.RegisterOperationAction(operation => AnalyzeRegistration(operation, known, host), OperationKind.Invocation);
    }

    private static void AnalyzeJob(SymbolAnalysisContext context, KnownTypes known, WorkingHost host)
    {
        var type = (INamedTypeSymbol)context.Symbol;
        // Nearly every job has a worker, and then its whole shape needn't be read.
        if (type.Find(known.JobAttribute) is null
            || host.HasWorker(type, JobShape.KindOf(type, known))
            || JobReadings.Of(type, known, context.CancellationToken).Model is not { External: false, SelfWorking: null } job)
        {
            return;
        }

        if (host.Resolve(job.Queue) is { } queue && host.Works(queue))
            context.ReportDiagnostic(Report(JobShape.Where(type), type.Name, queue, job.Type.FullName));
    }

    // A referenced job has no place here but the call that takes it in.
    private static void AnalyzeRegistration(OperationContext context, KnownTypes known, WorkingHost host)
    {
        var call = (IInvocationOperation)context.Operation;
        if (!Registration.IsAddRiver(call, known))
            return;
        foreach (var job in host.ReferencedJobs)
        {
            if (job is { External: false, SelfWorking: false } && !host.HasWorker(job.Kind) && host.Works(job.Queue))
            {
                var name = job.Type.Substring(Math.Max(job.Type.LastIndexOf('.'), job.Type.LastIndexOf('+')) + 1);
                context.ReportDiagnostic(Report(call.Syntax.GetLocation(), name, job.Queue, "global::" + job.Type.Replace('+', '.')));
            }
        }
    }

    private static Diagnostic Report(Location where, string job, string queue, string fullName) => Diagnostic.Create(
        Descriptor, where, ImmutableDictionary<string, string?>.Empty.Add(FixHints.Job, fullName), job, queue);
}

/// <summary>What a program works, as far as its code tells.</summary>
internal sealed class WorkingHost
{
    private readonly Lazy<OwnWorkers> _own;
    private readonly Lazy<ImmutableHashSet<string>> _workedKinds;
    private readonly Lazy<ImmutableArray<ManifestModel>> _references;
    private readonly Lazy<DeclaredQueues> _queues;
    private readonly Lazy<HostCode> _code;

    public WorkingHost(KnownTypes known, Lazy<HostCode> code)
    {
        _own = new Lazy<OwnWorkers>(() => new OwnWorkers(known, CancellationToken.None));
        _references = new Lazy<ImmutableArray<ManifestModel>>(() => ManifestReader.Read(known, CancellationToken.None));
        _queues = new Lazy<DeclaredQueues>(() => DeclaredQueues.Of(QueueShape.ReadAll(known.Compilation.Assembly, known, CancellationToken.None), _references.Value));
        _code = code;
        _workedKinds = new Lazy<ImmutableHashSet<string>>(() => _references.Value
            .SelectMany(reference => reference.Workers.Select(worker => worker.Kind))
            .Concat(_own.Value.Kinds(known))
            .ToImmutableHashSet(StringComparer.Ordinal));
    }

    public IEnumerable<JobFact> ReferencedJobs => _references.Value.SelectMany(reference => reference.Jobs);

    /// <summary>The queue's name; null where it isn't declared, which is another rule's.</summary>
    public string? Resolve(QueueReference reference) => _queues.Value.Resolve(reference);

    public bool HasWorker(INamedTypeSymbol job, string kind) => _own.Value.Of(job).Any() || HasWorker(kind);

    public bool HasWorker(string kind) => _workedKinds.Value.Contains(kind);

    /// <summary>Whether the program has a client that works this queue: every declared one unless its code says otherwise.</summary>
    public bool Works(string queue) =>
        _code.Value.AddsRiver
        && _queues.Value.All.Where(declared => Grammar.QueueName.Matches(declared.Name, queue)).OrderBy(declared => declared.Dynamic).FirstOrDefault() is { External: false } declaration
        && _code.Value.Works(queue, _queues.Value)
        && _code.Value.Works(declaration.Name, _queues.Value);
}
