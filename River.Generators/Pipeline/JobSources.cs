using System.Collections.Generic;
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
    private readonly ConditionalWeakTable<SyntaxTree, KeptFile> _files = new();
    private readonly Surroundings _surroundings = new();

    public static bool IsFile(SyntaxNode node, CancellationToken cancellationToken) => node is CompilationUnitSyntax;

    /// <summary>
    /// What a file declares, in its order. The compiler asks for every file again after each edit anywhere, so what was read is
    /// kept as long as nothing changed that it could depend on.
    /// </summary>
    public EquatableArray<Declaration> ReadFile(GeneratorSyntaxContext context, CancellationToken cancellationToken)
    {
        var (compilation, file) = (context.SemanticModel.Compilation, context.Node.SyntaxTree);
        var known = _known.GetValue(compilation, Find);
        if (_files.TryGetValue(file, out var earlier) && earlier.Holds(compilation, known.Surroundings))
            return earlier.Declarations;
        if (known.Types is null)
            return EquatableArray<Declaration>.Empty;

        var declarations = ImmutableArray.CreateBuilder<Declaration>();
        var parts = ImmutableHashSet.CreateBuilder<SyntaxTree>();
        foreach (var node in TypesIn(((CompilationUnitSyntax)context.Node).Members))
        {
            if (context.SemanticModel.GetDeclaredSymbol(node, cancellationToken) is INamedTypeSymbol type && Read(type, node, known.Types, cancellationToken) is { } declaration)
            {
                declarations.Add(declaration);
                // Comments, which the documentation of a job and of what it inherits is read from, count for no surroundings.
                for (var part = type; part is not null; part = part.BaseType)
                    parts.UnionWith(part.DeclaringSyntaxReferences.Select(reference => reference.SyntaxTree));
            }
        }

        var read = new KeptFile(new EquatableArray<Declaration>(declarations.ToImmutable()), known.Surroundings, parts.ToImmutable());
        _files.Remove(file);
        // Another compilation with the same file may have been quicker; what it read doesn't hold for this one.
        _files.GetValue(file, _ => read);
        return read.Declarations;
    }

    /// <summary>The types that may be jobs or workers. A job's attribute may have any name, by an alias in any file.</summary>
    private static IEnumerable<TypeDeclarationSyntax> TypesIn(SyntaxList<MemberDeclarationSyntax> members)
    {
        foreach (var member in members)
        {
            if (member is TypeDeclarationSyntax type && (type.AttributeLists.Count > 0 || type.BaseList is not null))
                yield return type;
            var inner = member switch
            {
                BaseNamespaceDeclarationSyntax space => space.Members,
                TypeDeclarationSyntax outer => outer.Members,
                _ => default,
            };
            if (inner.Count == 0)
                continue;
            foreach (var nested in TypesIn(inner))
                yield return nested;
        }
    }

    private static Declaration? Read(INamedTypeSymbol type, TypeDeclarationSyntax node, KnownTypes known, CancellationToken cancellationToken) =>
        ReadJob(type, node, known, cancellationToken) is { } job ? new Declaration(job, null)
        : node.BaseList is not null && WorkerShape.IsWorker(type, known) && WorkerShape.Read(type, known, cancellationToken).Model is { } worker ? new Declaration(null, worker)
        : null;

    private static JobModel? ReadJob(INamedTypeSymbol type, TypeDeclarationSyntax node, KnownTypes known, CancellationToken cancellationToken)
    {
        // A type that wrongly has the attribute on two parts is read once, or two files would get one name.
        var isFirst = node.AttributeLists.Count > 0
            && type.Find(known.JobAttribute)?.ApplicationSyntaxReference is { } first
            && first.SyntaxTree == node.SyntaxTree
            && node.Span.Contains(first.Span);
        return isFirst ? JobShape.Read(type, known, cancellationToken).Model : null;
    }

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
    private KnownTypes? KnownIn(Compilation compilation) => _known.GetValue(compilation, Find).Types;

    private Known Find(Compilation compilation) => new(KnownTypes.Of(compilation), _surroundings.Of(compilation));

    private sealed class Known
    {
        public Known(KnownTypes? types, int surroundings)
        {
            Types = types;
            Surroundings = surroundings;
        }

        public KnownTypes? Types { get; }

        public int Surroundings { get; }
    }

    /// <summary>What was read of a file, and what that holds for.</summary>
    private sealed class KeptFile
    {
        private readonly int _surroundings;
        private readonly ImmutableHashSet<SyntaxTree> _parts;

        public KeptFile(EquatableArray<Declaration> declarations, int surroundings, ImmutableHashSet<SyntaxTree> parts)
        {
            Declarations = declarations;
            _surroundings = surroundings;
            _parts = parts;
        }

        public EquatableArray<Declaration> Declarations { get; }

        public bool Holds(Compilation compilation, int surroundings) => surroundings == _surroundings && _parts.All(compilation.ContainsSyntaxTree);
    }
}

/// <summary>A job or a worker.</summary>
internal sealed record Declaration(JobModel? Job, WorkerModel? Worker);

internal static class Steps
{
    public static IncrementalValuesProvider<T> WhereNotNull<T>(this IncrementalValuesProvider<T?> values)
        where T : class => values.Where(static value => value is not null)!;

    /// <summary>The job with its queue's name, also where the attribute gives a constant of the generated class.</summary>
    public static JobModel WithQueue(this JobModel job, DeclaredQueues queues) =>
        job.Queue.Name is not null ? job : job with { Queue = new QueueReference(queues.Resolve(job.Queue) ?? QueueReference.Default.Name, null) };
}
