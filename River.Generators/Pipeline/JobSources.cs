using System.Collections.Immutable;
using System.Linq;
using System.Runtime.CompilerServices;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using River.Shapes;

namespace River.Generators.Pipeline;

/// <summary>Where the models come from: the only code of the pipeline that sees symbols and syntax.</summary>
internal sealed class JobSources
{
    private readonly ConditionalWeakTable<Compilation, Known> _known = new();

    public static bool IsType(SyntaxNode node, CancellationToken cancellationToken) => node is TypeDeclarationSyntax;

    public JobModel? ReadJob(GeneratorAttributeSyntaxContext context, CancellationToken cancellationToken)
    {
        if (KnownIn(context.SemanticModel.Compilation) is not { } known || context.TargetSymbol is not INamedTypeSymbol type)
            return null;

        // A type that wrongly has the attribute on two parts is read once, or two files would get one name.
        var isFirst = type.Find(known.JobAttribute)?.ApplicationSyntaxReference is { } first
            && first.SyntaxTree == context.TargetNode.SyntaxTree
            && context.TargetNode.Span.Contains(first.Span);
        return isFirst ? JobShape.Read(type, known, cancellationToken).Model : null;
    }

    public static bool IsClassWithBases(SyntaxNode node, CancellationToken cancellationToken) =>
        node is ClassDeclarationSyntax { BaseList: not null } or RecordDeclarationSyntax { BaseList: not null };

    public WorkerModel? ReadWorker(GeneratorSyntaxContext context, CancellationToken cancellationToken) =>
        KnownIn(context.SemanticModel.Compilation) is { } known
        && context.SemanticModel.GetDeclaredSymbol(context.Node, cancellationToken) is INamedTypeSymbol type
        && WorkerShape.IsWorker(type, known)
            ? WorkerShape.Read(type, known, cancellationToken).Model
            : null;

    public static ImmutableArray<QueueModel> ReadQueues(GeneratorAttributeSyntaxContext context, CancellationToken cancellationToken) =>
        context.Attributes
            .Select(attribute => QueueShape.Read(attribute, cancellationToken).Model)
            .OfType<QueueModel>()
            .ToImmutableArray();

    public EquatableArray<ManifestModel> ReadReferences(Compilation compilation, CancellationToken cancellationToken) =>
        KnownIn(compilation) is { } known
            ? new EquatableArray<ManifestModel>(ManifestReader.Read(known, cancellationToken))
            : EquatableArray<ManifestModel>.Empty;

    /// <summary>River's types, looked up once for all that a compilation declares.</summary>
    private KnownTypes? KnownIn(Compilation compilation) => _known.GetValue(compilation, static one => new Known(KnownTypes.Of(one))).Types;

    private sealed class Known
    {
        public Known(KnownTypes? types) => Types = types;

        public KnownTypes? Types { get; }
    }
}

internal static class Steps
{
    public static IncrementalValuesProvider<T> WhereNotNull<T>(this IncrementalValuesProvider<T?> values)
        where T : class => values.Where(static value => value is not null)!;

    /// <summary>The job with its queue's name, also where the attribute gives a constant of the generated class.</summary>
    public static JobModel WithQueue(this JobModel job, DeclaredQueues queues) =>
        job.Queue.Name is not null ? job : job with { Queue = new QueueReference(queues.Resolve(job.Queue) ?? QueueReference.Default.Name, null) };
}
