using System;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;
using River.Analyzers.Calls;
using River.Grammar;
using River.Shapes;

namespace River.Analyzers.Rules;

/// <summary>
/// A queue that nothing declares: an error in <c>[Job]</c>, a warning where a call names it. Reports RIVER005 for a name
/// that nothing could declare, unless a declared one is near, and for one that another generator writes. A library's job
/// without a queue isn't reported there: its host may well declare <c>default</c>, and is told where it takes the job in.
/// </summary>
internal sealed class UndeclaredQueue : CodeRule
{
    private const string Consequence = "No client works a queue that nothing declares, so its jobs would wait for ever.";

    private static readonly DiagnosticDescriptor Descriptor = new(
        RuleIds.UndeclaredQueue,
        "A queue isn't declared",
        "queue '{0}' is not declared; {1} {2}",
        Rule.Category,
        DiagnosticSeverity.Error,
        isEnabledByDefault: true,
        "Only declared queues are worked. A job in a queue of another name, perhaps a misspelt one, would wait for ever without an error anywhere.",
        Rule.Page(RuleIds.UndeclaredQueue));

    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = ImmutableArray.Create(Descriptor, InvalidQueue.Descriptor);

    public override ImmutableArray<string> Words { get; } = ImmutableArray.Create("Queue=", "Work(", "PauseQueueAsync(", "ResumeQueueAsync(", "AddRiver*");

    public override void Start(CodeStart start)
    {
        var (known, code) = (start.Known, start.Host);
        var queues = new Lazy<DeclaredQueues>(() => DeclaredQueues.Of(known, CancellationToken.None));
        var calls = new QueueCalls(known, code);
        var generated = new Lazy<ImmutableDictionary<string, string>>(() => GeneratedQueues(known));
        start.RegisterSymbolAction(
            symbol =>
            {
                AnalyzeJob(symbol, known, queues, generated);
                if (start.IsProgram)
                    AnalyzeDefault(symbol, known, queues, code);
            },
            SymbolKind.NamedType);
        start.RegisterOperationAction(operation => AnalyzeCall(operation, calls, queues), OperationKind.Invocation, OperationKind.SimpleAssignment);
        if (start.IsProgram)
        {
            var references = new Lazy<ImmutableArray<ManifestModel>>(() => ManifestReader.Read(known, CancellationToken.None));
            start.RegisterOperationAction(operation => AnalyzeRegistration(operation, known, references, queues, code), OperationKind.Invocation);
        }
    }

    private static void AnalyzeJob(SymbolAnalysisContext context, KnownTypes known, Lazy<DeclaredQueues> queues, Lazy<ImmutableDictionary<string, string>> generated)
    {
        if (context.Symbol.Find(known.JobAttribute) is not { } attribute
            || JobShape.QueueOf(attribute, known, context.CancellationToken) is not { } queue
            || attribute.ExpressionOf("Queue", context.CancellationToken) is not { } written)
        {
            return;
        }

        if (queue.Name is { } name)
        {
            if (IsOfAnotherGenerator((INamedTypeSymbol)context.Symbol, name, written, generated) is { } other)
                context.ReportDiagnostic(Diagnostic.Create(InvalidQueue.Descriptor, written.GetLocation(), written.ToString(), $"is a constant of another generator, and generators don't see each other's code: that it is '{name}' can't be known while this project is built, so jobs of '{context.Symbol.Name}' would go to '{other}'; write the name, or use the constant of River.Queues"));
            else if (!queues.Value.Knows(name))
                context.ReportDiagnostic(Report(DiagnosticSeverity.Error, written, name, queues.Value.Nearest(name), Consequence));
        }
        else if (written is MemberAccessExpressionSyntax { Expression: var container } && NameOf(container) == "Queues" && queues.Value.NameOf(queue.Constant!) is null)
        {
            // The generator writes a constant for each declared queue, so this one isn't.
            var nearest = Nearest.Of(queue.Constant!, queues.Value.All.Where(one => !one.Dynamic).Select(one => QueueConstant.Name(one.Name)));
            context.ReportDiagnostic(Report(DiagnosticSeverity.Error, written, "Queues." + queue.Constant, nearest is null ? null : "Queues." + nearest, Consequence));
        }
    }

    /// <summary>The queue that the generator took for the attribute's, where the two differ: it saw no value for a constant that isn't River's own.</summary>
    private static string? IsOfAnotherGenerator(INamedTypeSymbol job, string name, ExpressionSyntax written, Lazy<ImmutableDictionary<string, string>> generated) =>
        written is not LiteralExpressionSyntax
        && !(written is MemberAccessExpressionSyntax { Expression: var container } && NameOf(container) == "Queues")
        && generated.Value.TryGetValue(JobTypeShape.Read(job).MetadataName, out var taken)
        && taken != name
            ? taken
            : null;

    private static ImmutableDictionary<string, string> GeneratedQueues(KnownTypes known) =>
        (ManifestReader.ReadOwn(known)?.Jobs ?? Enumerable.Empty<JobFact>())
            .GroupBy(job => job.Type, StringComparer.Ordinal)
            .ToImmutableDictionary(jobs => jobs.Key, jobs => jobs.First().Queue, StringComparer.Ordinal);

    /// <summary>A job that names no queue goes to 'default', which a program has to declare as any other.</summary>
    private static void AnalyzeDefault(SymbolAnalysisContext context, KnownTypes known, Lazy<DeclaredQueues> queues, Lazy<HostCode> code)
    {
        if (context.Symbol.Find(known.JobAttribute) is { } attribute
            && attribute.Named("Queue") is null or { IsNull: true, Kind: not TypedConstantKind.Error }
            && (code.Value.AddsRiver || code.Value.AddsClient)
            && !code.Value.AllowsUndeclaredQueues
            && !queues.Value.Knows(QueueReference.Default.Name!)
            && attribute.ApplicationSyntaxReference?.GetSyntax(context.CancellationToken) is { } written)
        {
            context.ReportDiagnostic(Report(DiagnosticSeverity.Error, written, QueueReference.Default.Name!, nearest: null, "A job that names no queue goes there. " + Consequence));
        }
    }

    /// <summary>
    /// Referenced jobs whose queue nothing declares, mostly 'default', have no place here but the call that takes them in.
    /// A program that registers only some of its references by name isn't judged: the start of the host does that.
    /// </summary>
    private static void AnalyzeRegistration(OperationContext context, KnownTypes known, Lazy<ImmutableArray<ManifestModel>> references, Lazy<DeclaredQueues> queues, Lazy<HostCode> code)
    {
        var call = (IInvocationOperation)context.Operation;
        if (!Registration.IsAddClient(call, known) || !code.Value.AddsJobs || code.Value.AllowsUndeclaredQueues)
            return;
        var undeclared = references.Value
            .SelectMany(reference => reference.Jobs.Select(job => (reference.Assembly, Job: job)))
            .Where(one => !queues.Value.Knows(one.Job.Queue));
        foreach (var ofQueue in undeclared.GroupBy(one => one.Job.Queue, StringComparer.Ordinal))
        {
            var (assembly, job) = ofQueue.First();
            var others = ofQueue.Count() - 1;
            context.ReportDiagnostic(Report(
                DiagnosticSeverity.Error,
                Written.GetLocation(call),
                ofQueue.Key,
                nearest: null,
                $"Job '{job.Type.Replace('+', '.')}' of '{assembly}'{(others == 0 ? "" : " and " + Text.Of(others) + " more")} would go there. {Consequence}"));
        }
    }

    private static void AnalyzeCall(OperationContext context, QueueCalls calls, Lazy<DeclaredQueues> queues)
    {
        if (calls.QueueNamedBy(context.Operation) is { ConstantValue: { HasValue: true, Value: string name } } value
            && !queues.Value.Knows(name)
            && !queues.Value.All.Any(queue => queue.Name == name)
            && !calls.UndeclaredAreAllowed)
        {
            context.ReportDiagnostic(Report(DiagnosticSeverity.Warning, value.Syntax, name, queues.Value.Nearest(name), "The call fails when it runs, or does nothing."));
        }
    }

    private static Diagnostic Report(DiagnosticSeverity severity, SyntaxNode written, string queue, string? nearest, string consequence) =>
        Report(severity, written.GetLocation(), queue, nearest, consequence);

    private static Diagnostic Report(DiagnosticSeverity severity, Location written, string queue, string? nearest, string consequence)
    {
        if (nearest is null && !queue.StartsWith("Queues.", StringComparison.Ordinal) && !QueueName.IsValid(queue, out var reason))
            return Diagnostic.Create(InvalidQueue.Descriptor, written, severity, additionalLocations: null, properties: null, queue, InvalidQueue.Malformed(reason));
        var hints = FixHints.Suggesting(nearest);
        if (QueueName.IsValid(queue))
            hints = hints.Add(FixHints.Queue, queue);
        var advice = nearest is not null ? $"did you mean '{nearest}'?"
            : queue.StartsWith("Queues.", StringComparison.Ordinal) ? "declare it by [assembly: Queue(…)]."
            : $"declare it by [assembly: Queue({SymbolDisplay.FormatLiteral(queue, quote: true)})].";
        return Diagnostic.Create(Descriptor, written, severity, additionalLocations: null, hints, queue, advice, consequence);
    }

    private static string? NameOf(ExpressionSyntax expression) => expression switch
    {
        IdentifierNameSyntax name => name.Identifier.ValueText,
        MemberAccessExpressionSyntax access => access.Name.Identifier.ValueText,
        AliasQualifiedNameSyntax alias => alias.Name.Identifier.ValueText,
        _ => null,
    };
}

/// <summary>The calls that name a queue which must be declared.</summary>
internal sealed class QueueCalls
{
    private readonly INamedTypeSymbol? _options;
    private readonly ImmutableHashSet<ISymbol?> _methods;
    private readonly Lazy<HostCode> _code;

    public QueueCalls(KnownTypes known, Lazy<HostCode> code)
    {
        var runtime = known.JobAttribute.ContainingAssembly;
        _options = runtime.GetTypeByMetadataName("River.EnqueueOptions");
        _methods = Methods(runtime, "River.RiverBuilder", "Work")
            .Union(Methods(runtime, "River.IJobClient", "PauseQueueAsync"))
            .Union(Methods(runtime, "River.IJobClient", "ResumeQueueAsync"));
        _code = code;
    }

    /// <summary>Whether the program says that it takes any name.</summary>
    public bool UndeclaredAreAllowed => _code.Value.AllowsUndeclaredQueues;

    /// <summary>The value that names the queue; null where the operation names none.</summary>
    public IOperation? QueueNamedBy(IOperation operation)
    {
        switch (operation)
        {
            case ISimpleAssignmentOperation { Target: IPropertyReferenceOperation { Property: { Name: "Queue" } property } } assignment
                when KnownTypes.Same(property.ContainingType, _options):
                return assignment.Value;
            case IInvocationOperation call when _methods.Contains(call.TargetMethod):
                var name = call.Arguments.FirstOrDefault(argument => argument.Parameter?.Name == "queue")?.Value;
                // A star pauses or resumes all queues.
                return name is { ConstantValue: { HasValue: true, Value: "*" } } && call.TargetMethod.Name != "Work" ? null : name;
            default:
                return null;
        }
    }

    private static ImmutableHashSet<ISymbol?> Methods(IAssemblySymbol runtime, string type, string name) =>
        (runtime.GetTypeByMetadataName(type)?.GetMembers(name) ?? ImmutableArray<ISymbol>.Empty).ToImmutableHashSet<ISymbol?>(SymbolEqualityComparer.Default);
}
