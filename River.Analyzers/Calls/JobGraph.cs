using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;

namespace River.Analyzers.Calls;

/// <summary>Which jobs enqueue which, in one compilation.</summary>
internal sealed class JobGraph
{
    private readonly ImmutableArray<JobEdge> _edges;

    private JobGraph(ImmutableArray<JobEdge> edges, ImmutableArray<JobEdge> calls)
    {
        _edges = edges;
        Calls = calls;
    }

    /// <summary>Every call by which one job enqueues another; one that is come by on several ways is there for each.</summary>
    public ImmutableArray<JobEdge> Calls { get; }

    /// <summary>Follows every worker from its <c>WorkAsync</c> through the methods beside it.</summary>
    public static JobGraph Of(IReadOnlyDictionary<IMethodSymbol, WorkerSteps> methods, WorkerCode code)
    {
        var edges = new Dictionary<(ISymbol, ISymbol), JobEdge>(Pairs.Instance);
        var calls = ImmutableArray.CreateBuilder<JobEdge>();
        foreach (var work in methods.Keys.Where(code.IsWork))
        {
            if (code.JobOf(work) is { } job)
                Follow(work, isCertain: true, new HashSet<(ISymbol, bool)>(), (step, isCertain) => Add(new JobEdge(job, step, isCertain)));
        }

        return new JobGraph(edges.Values
            .OrderBy(edge => NameOf(edge.From), StringComparer.Ordinal)
            .ThenBy(edge => NameOf(edge.To), StringComparer.Ordinal)
            .ToImmutableArray(), calls.ToImmutable());

        void Follow(IMethodSymbol method, bool isCertain, HashSet<(ISymbol, bool)> seen, Action<EnqueueStep, bool> found)
        {
            if (!methods.TryGetValue(method, out var steps) || !seen.Add((method, isCertain)))
                return;
            foreach (var step in steps.Enqueued)
                found(step, isCertain && step.IsCertain);
            foreach (var step in steps.Called)
                Follow(step.Target, isCertain && step.IsCertain, seen, found);
        }

        // Of several calls the one that always comes, and of these the first written, speaks for the edge.
        void Add(JobEdge edge)
        {
            calls.Add(edge);
            if (!edges.TryGetValue((edge.From, edge.To), out var other) || edge.CompareTo(other) < 0)
                edges[(edge.From, edge.To)] = edge;
        }
    }

    /// <summary>One cycle for each group of jobs that can go round: one that always does before one that may.</summary>
    public IEnumerable<JobCycle> Cycles()
    {
        foreach (var self in _edges.Where(edge => edge.IsLoop))
            yield return new JobCycle(ImmutableArray.Create(self), isCertain: false);

        var others = _edges.Where(edge => !edge.IsLoop).ToImmutableArray();
        var told = new HashSet<ISymbol>(SymbolEqualityComparer.Default);
        foreach (var isCertain in new[] { true, false })
        {
            var edges = others.Where(edge => edge.IsCertain || !isCertain).ToLookup(edge => edge.From, SymbolEqualityComparer.Default);
            foreach (var start in others.Select(edge => edge.From).Distinct<INamedTypeSymbol>(SymbolEqualityComparer.Default))
            {
                if (!told.Contains(start) && Round(start, edges) is { } cycle && !cycle.Any(edge => told.Contains(edge.From)))
                {
                    told.UnionWith(cycle.Select(edge => edge.From));
                    yield return new JobCycle(cycle, isCertain);
                }
            }
        }
    }

    /// <summary>The shortest way from a job back to itself; null where there is none.</summary>
    private static ImmutableArray<JobEdge>? Round(INamedTypeSymbol start, ILookup<ISymbol?, JobEdge> edges)
    {
        var cameBy = new Dictionary<ISymbol, JobEdge>(SymbolEqualityComparer.Default);
        var next = new Queue<INamedTypeSymbol>();
        next.Enqueue(start);
        while (next.Count > 0)
        {
            foreach (var edge in edges[next.Dequeue()])
            {
                if (cameBy.ContainsKey(edge.To))
                    continue;
                cameBy[edge.To] = edge;
                if (SymbolEqualityComparer.Default.Equals(edge.To, start))
                    return Back(start, cameBy);
                next.Enqueue(edge.To);
            }
        }

        return null;
    }

    private static ImmutableArray<JobEdge> Back(INamedTypeSymbol start, Dictionary<ISymbol, JobEdge> cameBy)
    {
        var way = new Stack<JobEdge>();
        var at = start;
        do
        {
            way.Push(cameBy[at]);
            at = way.Peek().From;
        }
        while (!SymbolEqualityComparer.Default.Equals(at, start));
        return way.ToImmutableArray();
    }

    private static string NameOf(INamedTypeSymbol type) => type.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat);

    private sealed class Pairs : IEqualityComparer<(ISymbol, ISymbol)>
    {
        public static readonly Pairs Instance = new();

        public bool Equals((ISymbol, ISymbol) x, (ISymbol, ISymbol) y) =>
            SymbolEqualityComparer.Default.Equals(x.Item1, y.Item1) && SymbolEqualityComparer.Default.Equals(x.Item2, y.Item2);

        public int GetHashCode((ISymbol, ISymbol) pair) =>
            (SymbolEqualityComparer.Default.GetHashCode(pair.Item1) * 397) ^ SymbolEqualityComparer.Default.GetHashCode(pair.Item2);
    }
}

/// <summary>That the worker of one job enqueues another.</summary>
internal sealed class JobEdge
{
    private readonly EnqueueStep _step;

    public JobEdge(INamedTypeSymbol from, EnqueueStep step, bool isCertain)
    {
        From = from;
        _step = step;
        IsCertain = isCertain;
    }

    public INamedTypeSymbol From { get; }

    public INamedTypeSymbol To => _step.Job;

    /// <summary>The call that enqueues.</summary>
    public Location Where => _step.Where;

    public EnqueueForm Form => _step.Form;

    /// <summary>How long the job waits, in words; null where nothing is said of it.</summary>
    public string? Delay => _step.Delay;

    /// <summary>Whether every run enqueues it.</summary>
    public bool IsCertain { get; }

    public bool IsLoop => SymbolEqualityComparer.Default.Equals(From, To);

    public int CompareTo(JobEdge other) => IsCertain != other.IsCertain ? (IsCertain ? -1 : 1)
        : string.CompareOrdinal(Where.SourceTree?.FilePath, other.Where.SourceTree?.FilePath) is var byFile and not 0 ? byFile
        : Where.SourceSpan.CompareTo(other.Where.SourceSpan);
}

/// <summary>Jobs of which each enqueues the next, and the last one the first.</summary>
internal sealed class JobCycle
{
    public JobCycle(ImmutableArray<JobEdge> edges, bool isCertain)
    {
        Edges = edges;
        IsCertain = isCertain;
    }

    public ImmutableArray<JobEdge> Edges { get; }

    /// <summary>Whether nothing but an error ever ends it.</summary>
    public bool IsCertain { get; }

    public string Drawn => string.Join(" → ", Edges.Select(edge => edge.From.Name).Append(Edges[0].From.Name));
}
