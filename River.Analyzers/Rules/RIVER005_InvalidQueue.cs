using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;
using River.Analyzers.Calls;
using River.Grammar;
using River.Shapes;

namespace River.Analyzers.Rules;

/// <summary>A queue declared with a malformed name, or with different settings in two places. Reports RIVER008 for its number of workers.</summary>
internal sealed class InvalidQueue : CodeRule
{
    internal static readonly DiagnosticDescriptor Descriptor = new(
        RuleIds.InvalidQueue,
        "A queue's declaration isn't valid",
        "queue '{0}' {1}",
        Rule.Category,
        DiagnosticSeverity.Error,
        isEnabledByDefault: true,
        "River takes lower-case letters, digits and single '_', '-' or '|' between them, at most 64 characters; a dynamic queue has one '*'. A queue has one set of settings.",
        Rule.Page(RuleIds.InvalidQueue));

    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = ImmutableArray.Create(Descriptor, InvalidValue.Descriptor);

    public override ImmutableArray<string> Words { get; } = ImmutableArray.Create("AddRiver*");

    public override void Start(CodeStart start)
    {
        var known = start.Known;
        var own = new Lazy<ImmutableArray<Declaration>>(() => Declaration.Own(known));
        var references = new Lazy<ImmutableArray<ManifestModel>>(() => ManifestReader.Read(known, CancellationToken.None));
        start.RegisterSemanticModelAction(file => AnalyzeFile(file, known, own, references));
        if (start.IsProgram)
            start.RegisterOperationAction(operation => AnalyzeRegistration(operation, known, own, references), OperationKind.Invocation);
    }

    /// <summary>What is said of a name that River's clients refuse.</summary>
    internal static string Malformed(string reason) => "is malformed: " + reason + "; clients of River in every language refuse such a name";

    private static void AnalyzeFile(
        SemanticModelAnalysisContext context, KnownTypes known, Lazy<ImmutableArray<Declaration>> own, Lazy<ImmutableArray<ManifestModel>> references)
    {
        foreach (var declaration in own.Value)
        {
            if (declaration.IsIn(context.SemanticModel.SyntaxTree))
                AnalyzeDeclaration(context, declaration, known, own.Value, references);
        }
    }

    private static void AnalyzeDeclaration(
        SemanticModelAnalysisContext context, Declaration declaration, KnownTypes known, ImmutableArray<Declaration> own, Lazy<ImmutableArray<ManifestModel>> references)
    {
        foreach (var problem in declaration.Reading.Problems)
        {
            context.ReportDiagnostic(problem.RuleId == RuleIds.InvalidQueue
                ? Diagnostic.Create(Descriptor, problem.Location, problem.Subject, Malformed(problem.Reason))
                : problem.ToDiagnostic(InvalidValue.Descriptor));
        }

        if (declaration.Reading.Model is not { } queue)
            return;
        if (own.TakeWhile(one => one != declaration).FirstOrDefault(one => one.Differs(queue)) is { } earlier)
        {
            context.ReportDiagnostic(Diagnostic.Create(
                Descriptor,
                declaration.Location,
                new[] { earlier.Location },
                queue.Name,
                $"is declared twice with different settings ({Settings(earlier.Reading.Model!)}, and {Settings(queue)}), and which ones hold would be chance; keep one"));
        }
        else if (!Registration.IsProgram(known.Compilation) && Others(references.Value, queue).FirstOrDefault() is { Assembly: not null } other)
        {
            context.ReportDiagnostic(Diagnostic.Create(
                Descriptor,
                declaration.Location,
                DiagnosticSeverity.Warning,
                additionalLocations: null,
                properties: null,
                queue.Name,
                $"is declared differently in '{other.Assembly}' ({Settings(other.Queue)}, here {Settings(queue)}), and a program that uses both can follow only one; say the same here, or declare the queue in one of them"));
        }
    }

    // Where libraries disagree nobody's code is wrong, so the program that puts them together is told where it does so.
    private static void AnalyzeRegistration(
        OperationContext context, KnownTypes known, Lazy<ImmutableArray<Declaration>> own, Lazy<ImmutableArray<ManifestModel>> references)
    {
        var call = (IInvocationOperation)context.Operation;
        if (!Registration.IsAddRiver(call, known))
            return;

        var declared = references.Value.SelectMany(reference => reference.Queues.Select(queue => (reference.Assembly, Queue: queue)));
        foreach (var ofName in declared.GroupBy(one => one.Queue.Name, StringComparer.Ordinal))
        {
            var first = ofName.First();
            // The program's own declaration settles it.
            if (own.Value.Any(one => one.Reading.Model?.Name == ofName.Key) || ofName.FirstOrDefault(one => one.Queue != first.Queue) is not { Assembly: not null } second)
                continue;
            context.ReportDiagnostic(Diagnostic.Create(
                Descriptor,
                call.Syntax.GetLocation(),
                DiagnosticSeverity.Warning,
                additionalLocations: null,
                properties: null,
                ofName.Key,
                $"is declared differently in '{first.Assembly}' ({Settings(first.Queue)}) and '{second.Assembly}' ({Settings(second.Queue)}); settle it by a declaration in this program: [assembly: Queue({SymbolDisplay.FormatLiteral(ofName.Key, quote: true)}, …)]"));
        }
    }

    private static IEnumerable<(string Assembly, QueueModel Queue)> Others(IEnumerable<ManifestModel> references, QueueModel queue) => references
        .SelectMany(reference => reference.Queues.Select(other => (reference.Assembly, Queue: other)))
        .Where(other => other.Queue.Name == queue.Name && other.Queue != queue);

    private static string Settings(QueueModel queue) =>
        "MaxWorkers " + Text.Of(queue.MaxWorkers) + (queue.Dynamic ? ", dynamic" : "") + (queue.External ? ", external" : "");

    /// <summary>One <c>[assembly: Queue]</c> of the compilation.</summary>
    private sealed class Declaration
    {
        private readonly AttributeData _attribute;

        private Declaration(AttributeData attribute)
        {
            _attribute = attribute;
            Reading = QueueShape.Read(attribute, CancellationToken.None);
        }

        public Reading<QueueModel> Reading { get; }

        public Location Location => _attribute.GetLocation(CancellationToken.None);

        /// <summary>In the order of the source text.</summary>
        public static ImmutableArray<Declaration> Own(KnownTypes known) =>
            known.Compilation.Assembly.FindAll(known.QueueAttribute).Select(attribute => new Declaration(attribute)).ToImmutableArray();

        public bool IsIn(SyntaxTree file) => _attribute.ApplicationSyntaxReference?.SyntaxTree == file;

        public bool Differs(QueueModel queue) => Reading.Model is { } own && own.Name == queue.Name && own != queue;
    }
}
