using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using River.Shapes;
using River.Shapes.Contracts;

namespace River.Analyzers.Contracts;

/// <summary>What the assembly's own code declares, as far as a contract asks for it. Walks all types, so it is made only when asked for.</summary>
internal sealed class ContractCode
{
    private readonly KnownTypes _known;
    private readonly ImmutableArray<(INamedTypeSymbol Type, string Kind)> _jobs;
    private readonly Dictionary<string, INamedTypeSymbol> _byKind = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, ImmutableArray<ContractFact>?> _facts = new(StringComparer.Ordinal);
    private readonly ImmutableHashSet<string> _kinds;
    private readonly ImmutableHashSet<string> _periodic;
    private readonly ImmutableHashSet<string> _queues;
    private readonly ImmutableHashSet<string> _worked;

    public ContractCode(KnownTypes known, CancellationToken cancellationToken)
    {
        _known = known;
        var types = OwnWorkers.TypesIn(known.Compilation.Assembly.GlobalNamespace, cancellationToken).ToImmutableArray();
        _jobs = types.Where(type => type.Find(known.JobAttribute) is not null).Select(type => (type, JobShape.KindOf(type, known))).ToImmutableArray();
        foreach (var (type, kind) in _jobs)
        {
            if (!_byKind.ContainsKey(kind))
                _byKind.Add(kind, type);
        }

        _kinds = _jobs.SelectMany(job => KindsOf(job.Type, known)).ToImmutableHashSet(StringComparer.Ordinal);
        _periodic = types.SelectMany(PeriodicOf).ToImmutableHashSet(StringComparer.Ordinal);
        _worked = types.SelectMany(type => WorkedBy(type, known)).Select(job => JobShape.KindOf(job, known)).ToImmutableHashSet(StringComparer.Ordinal);
        _queues = QueueShape.ReadAll(known.Compilation.Assembly, known, cancellationToken).Select(queue => queue.Name).ToImmutableHashSet(StringComparer.Ordinal);
    }

    /// <summary>Whether rows of a kind are read by some job here.</summary>
    public bool Reads(string kind) => _kinds.Contains(kind);

    public bool Declares(string queue) => _queues.Contains(queue);

    /// <summary>Whether a schedule's fact holds.</summary>
    public bool Schedules(string key) => _periodic.Contains(key);

    /// <summary>Whether jobs of a kind are worked by this assembly's own code.</summary>
    public bool Works(string kind) => _worked.Contains(kind);

    /// <summary>The kind of a job, and those that it reads as well.</summary>
    public static IEnumerable<string> KindsOf(INamedTypeSymbol job, KnownTypes known) => AliasesOf(job, known).Append(JobShape.KindOf(job, known));

    /// <summary>The jobs whose worker a type is, its own if it works itself.</summary>
    public static IEnumerable<INamedTypeSymbol> WorkedBy(INamedTypeSymbol type, KnownTypes known) =>
        type.Find(known.JobAttribute) is not null && !type.GetMembers(SelfWorkingShape.MethodName).IsEmpty ? new[] { type } : OwnWorkers.JobsOf(type, known);

    public INamedTypeSymbol? JobOf(string kind) => _byKind.TryGetValue(kind, out var type) ? type : null;

    /// <summary>The facts of a job; null where it is invalid, or no job has the kind. Each of a file's lines asks for them, so they are read once.</summary>
    public ImmutableArray<ContractFact>? FactsOf(string kind, CancellationToken cancellationToken) =>
        _facts.GetOrAdd(kind, one => Read(one, cancellationToken));

    /// <summary>
    /// The job that a lost kind most likely has become: one that the contract doesn't know, with at least half of the lost
    /// one's arguments, or with a similar kind where there are none to compare. Null where none is like it.
    /// </summary>
    public INamedTypeSymbol? SuccessorOf(string lost, ContractFiles files, CancellationToken cancellationToken)
    {
        var args = files.Standing(lost).Where(line => line.Fact.IsArg).Select(line => line.Fact.Name + " " + line.Fact.Value).ToImmutableHashSet(StringComparer.Ordinal);
        var shipped = new HashSet<string>(files.Shipped.Select(line => line.Fact.Key), StringComparer.Ordinal);
        var newcomers = _jobs.Where(job => !shipped.Contains(ContractFact.Job(job.Kind).Key)).ToImmutableArray();
        var best = newcomers
            .Select(job => (job.Type, Score: Score(job.Kind, args, cancellationToken)))
            .OrderByDescending(one => one.Score).ThenBy(one => one.Type.Name, StringComparer.Ordinal).FirstOrDefault();
        if (best.Type is not null && best.Score >= 0.5)
            return best.Type;
        return Grammar.Nearest.Of(lost, newcomers.Select(job => job.Kind)) is { } nearest ? newcomers.First(job => job.Kind == nearest).Type : null;
    }

    private ImmutableArray<ContractFact>? Read(string kind, CancellationToken cancellationToken) =>
        JobOf(kind) is { } type && JobReadings.Of(type, _known, cancellationToken).Model is { } model
            ? ContractFacts.Of(model, cancellationToken).ToImmutableArray()
            : null;

    private double Score(string kind, ImmutableHashSet<string> args, CancellationToken cancellationToken)
    {
        if (args.Count == 0 || FactsOf(kind, cancellationToken) is not { } facts)
            return 0;
        var own = facts.Where(fact => fact.IsArg).Select(fact => fact.Name + " " + fact.Value).ToArray();
        return own.Count(args.Contains) / (double)Math.Max(own.Length, args.Count);
    }

    private static IEnumerable<string> AliasesOf(INamedTypeSymbol job, KnownTypes known) =>
        job.Find(known.JobAttribute)?.Named("KindAliases") is { Kind: TypedConstantKind.Array, IsNull: false } aliases
            ? aliases.Values.Select(alias => alias.Value).OfType<string>()
            : Enumerable.Empty<string>();

    private IEnumerable<string> PeriodicOf(INamedTypeSymbol type)
    {
        var job = type.Find(_known.JobAttribute) is not null ? type : OwnWorkers.JobsOf(type, _known).FirstOrDefault();
        if (job is null)
            return Enumerable.Empty<string>();
        var kind = JobShape.KindOf(job, _known);
        return type.FindAll(_known.PeriodicAttribute).Select(one => ContractFact.Periodic(kind, one.Named("Id")?.Value as string ?? kind).Key);
    }
}
