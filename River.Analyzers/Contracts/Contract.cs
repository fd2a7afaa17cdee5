using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using River.Shapes;
using River.Shapes.Contracts;

namespace River.Analyzers.Contracts;

/// <summary>One assembly's contract: its files and its code.</summary>
internal sealed class Contract
{
    private readonly KnownTypes _known;
    private readonly ContractFiles _files;
    private readonly Lazy<ContractCode> _code;
    private readonly Lazy<ContractSteps> _steps;
    private readonly Lazy<ImmutableArray<LostKind>> _lost;

    public Contract(KnownTypes known, ContractFiles files)
    {
        _known = known;
        _files = files;
        _code = new Lazy<ContractCode>(() => new ContractCode(known, CancellationToken.None));
        _steps = new Lazy<ContractSteps>(() => new ContractSteps(known, CancellationToken.None));
        _lost = new Lazy<ImmutableArray<LostKind>>(() => Lost().ToImmutableArray());
    }

    /// <summary>What is wrong about a job, or about a worker's schedules and steps.</summary>
    public IEnumerable<ContractFault> FaultsOf(INamedTypeSymbol type, CancellationToken cancellationToken) =>
        DeclarationFaultsOf(type, cancellationToken).Concat(LostSteps(type));

    /// <summary>What is wrong about the steps in a file.</summary>
    public IEnumerable<ContractFault> FaultsOf(SemanticModel file, CancellationToken cancellationToken) => ContractSteps.MayHave(file.SyntaxTree)
        ? ContractSteps.In(file, _known, cancellationToken)
            .Where(step => step.Fact is { } fact && _files.Find(fact.Key) is null && _code.Value.Works(fact.Kind))
            .GroupBy(step => step.Fact!.Key, StringComparer.Ordinal)
            .Select(same => Missing(same.First().Location, same.First().Kind!, same.First().Fact!))
        : Enumerable.Empty<ContractFault>();

    private IEnumerable<ContractFault> DeclarationFaultsOf(INamedTypeSymbol type, CancellationToken cancellationToken)
    {
        if (type.Find(_known.JobAttribute) is not null)
        {
            return JobReadings.Of(type, _known, cancellationToken).Model is { } job
                ? new ContractedJob(type, job, _known, _files, _code, cancellationToken).Faults().Concat(Successions(type, job.Kind, cancellationToken))
                : Enumerable.Empty<ContractFault>();
        }

        return type.Find(_known.PeriodicAttribute) is not null && WorkerShape.Read(type, _known, cancellationToken).Model is { } worker
            ? worker.Schedules
                .Select(schedule => (schedule.Kind, schedule.Id, Fact: ContractFact.Periodic(schedule.Kind, schedule.Id)))
                .Where(one => _files.Find(one.Fact.Key) is null)
                .Select(one => Missing(ContractPlaces.OfPeriodic(type, one.Kind, one.Id, _known, cancellationToken), one.Kind, one.Fact))
            : Enumerable.Empty<ContractFault>();
    }

    /// <summary>What is wrong about a declared queue.</summary>
    public IEnumerable<ContractFault> FaultsOf(AttributeData queue, CancellationToken cancellationToken)
    {
        if (QueueShape.Read(queue, cancellationToken).Model is { } model && ContractFact.Queue(model.Name) is var fact && _files.Find(fact.Key) is null)
            yield return Missing(queue.GetLocation(cancellationToken), model.Name, fact);
    }

    /// <summary>What is wrong about a file's lines for which the code has no place.</summary>
    public IEnumerable<ContractFault> FaultsIn(AdditionalText file, CancellationToken cancellationToken)
    {
        foreach (var line in _files.Unreadable.Where(line => line.IsIn(file)))
            yield return ContractFault.Contradiction(line.Location, line.Fact.Key, "can't be read: '" + line.Text + "' is no fact; write 'kind job', 'kind arg name type', '@queue name', or take the line away");
        foreach (var (line, other) in _files.Disagreements.Where(one => one.Line.IsIn(file)))
        {
            yield return ContractFault.Contradiction(
                line.Location,
                line.Fact.Kind,
                $"says two things about one fact: '{line.Text}' here, and '{other.Text}' {(other.IsShipped ? "in what is shipped" : "in another line")}; keep the one that holds");
        }

        foreach (var lost in _lost.Value.Where(one => one.Successor is null && one.Line.IsIn(file)))
            yield return ContractFault.LostKind(lost.Line.Location, lost.Kind, lost.Reason + $"; take the job back, give its successor KindAliases = [\"{lost.Kind}\"], or when none is left in any database add the line '{lost.Kind} retired <date>'", lost.Kind);
        foreach (var line in _files.Standing().Where(line => line.IsIn(file)))
        {
            if (line.Fact.Kind == ContractFact.QueueWord && !_code.Value.Declares(line.Fact.Word))
                yield return ContractFault.Break(line.Location, line.Fact.Word, $"queue '{line.Fact.Word}' was declared and is not any more, so no client works what is queued there; declare it again, or when it is empty add the line '{line.Fact.Key} retired <date>'");
            else if (line.Fact.Word == ContractFact.PeriodicWord && !_code.Value.Schedules(line.Fact.Key) && _code.Value.JobOf(line.Fact.Kind) is null && !HasLeft(line.Fact.Kind))
                yield return ContractFault.Break(line.Location, line.Fact.Kind, ContractedJob.LostSchedule(line.Fact));
        }

        foreach (var line in _files.Unshipped.Where(line => line.IsIn(file) && IsStale(line.Fact, cancellationToken)))
            yield return ContractFault.Stale(line.Location, line.Fact.Kind, $"has a line that nothing in the code stands for: '{line.Text}'; take it away before it is shipped", line.Text);
    }

    /// <summary>Steps that the worker of a job doesn't have any more, where its code says which it has.</summary>
    private IEnumerable<ContractFault> LostSteps(INamedTypeSymbol type)
    {
        foreach (var job in ContractCode.WorkedBy(type, _known))
        {
            var kind = JobShape.KindOf(job, _known);
            foreach (var line in ContractCode.KindsOf(job, _known).Distinct(StringComparer.Ordinal).SelectMany(_files.Standing))
            {
                if (line.Fact.Word == ContractFact.StepWord && !_steps.Value.MayHave(kind, line.Fact.Name))
                    yield return ContractFault.Break(JobShape.Where(type), line.Fact.Kind, $"step '{line.Fact.Name}' was shipped and is gone, so a job that was interrupted behind it finds no place to go on from and fails its attempts; take the step back under that name, or when no stored job stands behind it add the line '{line.Fact.Key} retired <date>'");
            }
        }
    }

    /// <summary>Kinds that this job has most likely taken over without saying so.</summary>
    private IEnumerable<ContractFault> Successions(INamedTypeSymbol type, string kind, CancellationToken cancellationToken) => _lost.Value
        .Where(lost => SymbolEqualityComparer.Default.Equals(lost.Successor, type))
        .Select(lost => ContractFault.LostKind(
            ContractPlaces.OfKind(type, _known, cancellationToken),
            lost.Kind,
            $"{lost.Reason}; if '{kind}' is the same job under a new name, add KindAliases = [\"{lost.Kind}\"], otherwise take it back, or when none is left in any database add the line '{lost.Kind} retired <date>'",
            lost.Kind));

    private IEnumerable<LostKind> Lost()
    {
        foreach (var line in _files.Standing())
        {
            var isAlias = line.Fact.Word == ContractFact.AliasWord;
            var kind = isAlias ? line.Fact.Name : line.Fact.Kind;
            if ((!isAlias && line.Fact.Word != ContractFact.JobWord) || line.Fact.Kind == ContractFact.QueueWord || _code.Value.Reads(kind))
                continue;
            // An alias that is lost together with its job is told of by the job.
            if (isAlias && !_code.Value.Reads(line.Fact.Kind))
                continue;
            yield return new LostKind(
                kind,
                line,
                isAlias ? _code.Value.JobOf(line.Fact.Kind) : _code.Value.SuccessorOf(kind, _files, CancellationToken.None),
                isAlias
                    ? $"rows of kind '{kind}' were read by '{line.Fact.Kind}' through an alias that is gone, so those still stored would wait for ever"
                    : $"kind '{kind}' was shipped, and no job here reads it any more, so its stored jobs would wait for ever");
        }
    }

    /// <summary>Whether a job has moved to another assembly together with its worker.</summary>
    private bool HasLeft(string kind) => _files.IsEnded(ContractFact.Job(kind).Key) && !_code.Value.Works(kind);

    private bool IsStale(ContractFact fact, CancellationToken cancellationToken)
    {
        if (fact.IsEnd)
            return false;
        if (fact.Kind == ContractFact.QueueWord)
            return !_code.Value.Declares(fact.Word);
        return fact.Word switch
        {
            ContractFact.PeriodicWord => !_code.Value.Schedules(fact.Key),
            ContractFact.JobWord => _code.Value.JobOf(fact.Kind) is null,
            ContractFact.StepWord => _code.Value.Works(fact.Kind) && !_steps.Value.MayHave(fact.Kind, fact.Name),
            ContractFact.AliasWord or ContractFact.ArgWord or ContractFact.UniqueWord or ContractFact.UpgradeWord =>
                _code.Value.JobOf(fact.Kind) is null
                || (_code.Value.FactsOf(fact.Kind, cancellationToken) is { } facts && !facts.Any(one => one.Key == fact.Key || (fact.IsArg && ContextArgs.IsUnknown(one)))),
            _ => false,
        };
    }

    private static ContractFault Missing(Location location, string subject, ContractFact fact) => ContractFault.Gap(
        location, subject, $"lacks the line '{fact.Line}', so nothing would warn when it changes under stored jobs; add it to River.Contracts.Unshipped.txt", new[] { fact });

    private sealed class LostKind
    {
        public LostKind(string kind, ContractLine line, INamedTypeSymbol? successor, string reason)
        {
            Kind = kind;
            Line = line;
            Successor = successor;
            Reason = reason;
        }

        public string Kind { get; }

        public ContractLine Line { get; }

        public INamedTypeSymbol? Successor { get; }

        public string Reason { get; }
    }
}
