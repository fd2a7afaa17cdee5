using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using River.Shapes;
using River.Shapes.Contracts;

namespace River.Analyzers.Contracts;

/// <summary>One job beside the contract.</summary>
internal sealed class ContractedJob
{
    private readonly INamedTypeSymbol _type;
    private readonly JobModel _job;
    private readonly KnownTypes _known;
    private readonly ContractFiles _files;
    private readonly Lazy<ContractCode> _code;
    private readonly CancellationToken _cancellationToken;
    private readonly ImmutableArray<ContractFact> _facts;
    private readonly HashSet<string> _broken = new(StringComparer.Ordinal);

    public ContractedJob(INamedTypeSymbol type, JobModel job, KnownTypes known, ContractFiles files, Lazy<ContractCode> code, CancellationToken cancellationToken)
    {
        _type = type;
        _job = job;
        _known = known;
        _files = files;
        _code = code;
        _cancellationToken = cancellationToken;
        _facts = ContractFacts.Of(job, cancellationToken).ToImmutableArray();
    }

    public IEnumerable<ContractFault> Faults() => Breaks().ToArray().Concat(Gaps());

    public static string LostSchedule(ContractFact fact) =>
        $"schedule '{fact.Name}' of '{fact.Kind}' was declared and is not any more, so its row in the database goes unserved and its next run never comes; declare it again, or add the line '{fact.Key} retired <date>'";

    private IEnumerable<ContractFault> Breaks()
    {
        // Rows of an earlier kind are read by this type too.
        foreach (var kind in new[] { _job.Kind }.Concat(_job.Aliases).Distinct(StringComparer.Ordinal))
        {
            if (ContractFacts.DescribesArgs(_job))
            {
                foreach (var fault in ArgBreaks(kind))
                    yield return fault;
            }

            foreach (var line in _files.Standing(kind))
            {
                if (line.Fact.Word == ContractFact.PeriodicWord && !_code.Value.Schedules(line.Fact.Key) && kind == _job.Kind)
                    yield return ContractFault.Break(JobShape.Where(_type), kind, LostSchedule(line.Fact));
                else if (line.Fact.Word == ContractFact.UpgradeWord && !IsUpgraded(line.Fact.Name))
                    yield return ContractFault.Break(JobShape.Where(_type), kind, $"argument '{line.Fact.Name}' was brought up to its new shape by an upgrade that is gone, so jobs stored before that change can't be read; take it back to Upgrade with [Upgrades(\"{line.Fact.Name}\")], or when none is left in any database add the line '{line.Fact.Key} retired <date>'");
                else if (line.Fact.Word == ContractFact.UniqueWord && kind == _job.Kind && UniqueChange(line.Fact) is { } change)
                    yield return change;
            }
        }
    }

    private IEnumerable<ContractFault> ArgBreaks(string kind)
    {
        var lines = _files.Standing(kind).Select(line => line.Fact).ToArray();
        if (lines.Length == 0)
            yield break;
        var shipped = new ContractShape(lines.Where(fact => fact.IsArg));
        var code = new ContractShape(_facts.Where(fact => fact.IsArg));
        foreach (var arg in shipped.All.OrderBy(arg => arg.Key, StringComparer.Ordinal))
        {
            if (IsRetired(kind, arg.Key) || IsUpgraded(arg.Key))
                continue;
            if (code.Find(arg.Key) is { } now)
            {
                if (now.BreakAgainst(arg.Value) is { } reason && _broken.Add(arg.Key))
                    yield return ContractFault.Reshaped(ContractPlaces.OfArg(_type, arg.Key).Shown, kind, $"argument '{arg.Key}' was '{Show(arg.Value)}', is '{Show(now)}' and {reason}, so stored jobs can't be read; keep the old shape and add the new one beside it under another name, or bring stored jobs up by IArgsUpgrade", _job.Type.FullName, arg.Key);
            }
            else if (code.HasPlaceFor(arg.Key, shipped) && !IsOfLostSubtype(kind, arg.Key) && _broken.Add(arg.Key))
            {
                var successor = code.All.Where(one => shipped.Find(one.Key) is null && one.Value.Type == arg.Value.Type).Select(one => one.Key).OrderBy(path => path, StringComparer.Ordinal).FirstOrDefault();
                yield return ContractFault.Reshaped(
                    JobShape.Where(_type),
                    kind,
                    $"argument '{arg.Key}' of type '{Show(arg.Value)}' is gone, so what stored jobs say by it is lost; "
                    + (successor is null ? "take it back" : $"if '{successor}' is its new name, put [JsonPropertyName(\"{LastOf(arg.Key)}\")] on that, otherwise take it back")
                    + $", bring stored jobs up by IArgsUpgrade, or when no stored job needs it add the line '{kind} arg {arg.Key} retired <date>'",
                    _job.Type.FullName,
                    successor is null ? new[] { arg.Key } : new[] { arg.Key, successor });
            }
        }

        foreach (var arg in code.All.OrderBy(arg => arg.Key, StringComparer.Ordinal))
        {
            if (arg.Value.IsRequired && shipped.Find(arg.Key) is null && shipped.HasPlaceFor(arg.Key, code) && !IsUpgraded(arg.Key) && lines.Any(IsDescribed) && _broken.Add(arg.Key))
            {
                yield return ContractFault.NoDefault(
                    ContractPlaces.OfArg(_type, arg.Key),
                    kind,
                    $"argument '{arg.Key}' of type '{Show(arg.Value)}' is new and required, and jobs stored before don't have it, so they could not be read; give it a default, or a value by IArgsUpgrade",
                    _job.Type.FullName,
                    arg.Key);
            }
        }
    }

    private ContractFault? UniqueChange(ContractFact shipped)
    {
        var now = _facts.FirstOrDefault(fact => fact.Key == shipped.Key);
        if (now?.Value == shipped.Value || (now is not null && _files.Find(shipped.Key)?.Value == now.Value))
            return null;
        _broken.Add(shipped.Key);
        return ContractFault.Duplicates(
            ContractPlaces.OfUnique(_type, _known, _cancellationToken),
            _job.Kind,
            $"the unique key was made of '{shipped.Value}' and is made of '{now?.Value ?? "nothing"}' now, so during a rollout duplicates get past it; roll out while none is queued, and add the line '{now?.Line ?? shipped.Key + " retired <date>"}'",
            now is null ? Array.Empty<ContractFact>() : new[] { now });
    }

    private IEnumerable<ContractFault> Gaps()
    {
        var missing = _facts.Where(fact => _files.Find(fact.Key)?.Value != fact.Value && !IsBroken(fact)).ToArray();
        if (missing.Length == 0)
            yield break;
        if (missing.Any(fact => fact.Word == ContractFact.JobWord))
        {
            yield return ContractFault.Gap(
                JobShape.Where(_type),
                _job.Kind,
                $"is missing ('{missing.First(fact => fact.Word == ContractFact.JobWord).Line}'{(missing.Length == 1 ? "" : " and " + Grammar.Text.Of(missing.Length - 1) + " more lines")}), so nothing would warn when it changes under stored jobs; add it to River.Contracts.Unshipped.txt",
                missing);
            yield break;
        }

        foreach (var fact in missing)
        {
            var old = _files.Find(fact.Key);
            yield return ContractFault.Gap(
                Where(fact),
                _job.Kind,
                (old is null ? $"lacks the line '{fact.Line}'" : $"says '{old.Line}', and the code '{fact.Line}'") + ", so nothing would warn when it changes under stored jobs; add it to River.Contracts.Unshipped.txt",
                new[] { fact });
        }
    }

    /// <summary>Whether a fact, or what it is in, is a break already.</summary>
    private bool IsBroken(ContractFact fact) => _broken.Contains(fact.Key)
        || (fact.IsArg && _broken.Any(path => fact.Name.StartsWith(path, StringComparison.Ordinal) && (fact.Name.Length == path.Length || fact.Name[path.Length] is '.' or '[' or '{')));

    private Location Where(ContractFact fact) => fact.Word switch
    {
        ContractFact.ArgWord => ContractPlaces.OfArg(_type, fact.Name).Shown,
        ContractFact.AliasWord => ContractPlaces.OfAlias(_type, fact.Name, _known, _cancellationToken),
        ContractFact.PeriodicWord => ContractPlaces.OfPeriodic(_type, fact.Kind, fact.Name, _known, _cancellationToken),
        ContractFact.UniqueWord => ContractPlaces.OfUnique(_type, _known, _cancellationToken),
        _ => JobShape.Where(_type),
    };

    /// <summary>Whether a member belongs to a subtype that is told of already, by its discriminator.</summary>
    private bool IsOfLostSubtype(string kind, string path) => path.IndexOf('(') >= 0 && IsBroken(ContractFact.Arg(kind, path, ""));

    private bool IsUpgraded(string path) => ContractFact.IsUpgraded(path, one => _job.Upgrade?.Paths.Contains(one) == true);

    // Without a word about its arguments a job isn't known to have had none.
    private static bool IsDescribed(ContractFact fact) => fact.Word is ContractFact.JobWord or ContractFact.ArgWord;

    /// <summary>Whether an argument, or what it is in, was taken back by a line of its own.</summary>
    private bool IsRetired(string kind, string path)
    {
        for (var dot = path.Length; dot > 0; dot = path.LastIndexOf('.', dot - 1))
        {
            if (_files.IsEnded(kind + " " + ContractFact.ArgWord + " " + path.Substring(0, dot).TrimEnd('[', ']', '{', '}')))
                return true;
        }

        return false;
    }

    private static string Show(ArgValue value) => ArgValue.Write(value.Type, value.IsNullable, value.IsRequired, value.Fallback == ArgValue.Optional ? null : value.Fallback);

    private static string LastOf(string path) => path.Substring(path.LastIndexOf('.') + 1);
}
