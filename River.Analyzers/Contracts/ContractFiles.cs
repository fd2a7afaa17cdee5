using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.IO;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;
using River.Grammar;
using River.Shapes.Contracts;

namespace River.Analyzers.Contracts;

/// <summary>The contract files of a project: what was released, and what has been added since.</summary>
internal sealed class ContractFiles
{
    private const string Prefix = "River.Contracts.";

    private readonly Dictionary<string, ContractLine> _shipped = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ContractLine> _unshipped = new(StringComparer.Ordinal);
    private readonly List<ContractLine> _lines = new();
    private readonly List<ContractLine> _unreadable = new();
    private readonly List<(ContractLine Line, ContractLine Other)> _disagreements = new();
    private ImmutableArray<ContractLine> _standing;
    private ILookup<string, ContractLine> _standingByKind = null!;

    private ContractFiles()
    {
    }

    /// <summary>The released lines, one for each fact.</summary>
    public IEnumerable<ContractLine> Shipped => _shipped.Values;

    /// <summary>The lines added since.</summary>
    public IEnumerable<ContractLine> Unshipped => _unshipped.Values;

    /// <summary>Lines that say nothing that is understood.</summary>
    public IEnumerable<ContractLine> Unreadable => _unreadable;

    /// <summary>Lines that say something else than another one about the same fact.</summary>
    public IEnumerable<(ContractLine Line, ContractLine Other)> Disagreements => _disagreements;

    /// <summary>Whether a file is one of them, by its name.</summary>
    public static bool IsContract(AdditionalText file)
    {
        var name = Path.GetFileName(file.Path);
        return name.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase) && name.EndsWith(".txt", StringComparison.OrdinalIgnoreCase);
    }

    public static ContractFiles Read(ImmutableArray<AdditionalText> files, CancellationToken cancellationToken)
    {
        var contract = new ContractFiles();
        foreach (var file in files.Where(IsContract).OrderBy(file => file.Path, StringComparer.Ordinal))
        {
            if (file.GetText(cancellationToken) is { } text)
                contract.Add(text, file.Path, isShipped: !file.Path.EndsWith(".Unshipped.txt", StringComparison.OrdinalIgnoreCase));
        }

        foreach (var line in contract._lines.Where(line => line.IsShipped))
            contract.Put(contract._shipped, line);
        foreach (var line in contract._lines.Where(line => !line.IsShipped))
            contract.Put(contract._unshipped, line);
        foreach (var line in contract._unshipped.Values.ToArray())
        {
            if (contract._shipped.TryGetValue(line.Fact.Key, out var shipped) && !Follows(line.Fact, shipped.Fact) && !contract.IsUpgraded(line.Fact))
            {
                contract._disagreements.Add((line, shipped));
                contract._unshipped.Remove(line.Fact.Key);
            }
        }

        contract._standing = contract._shipped.Values
            .Where(line => !line.Fact.IsEnd && !contract.IsEnded(line.Fact.Key) && !contract.IsEndedByJob(line.Fact))
            .ToImmutableArray();
        contract._standingByKind = contract._standing.ToLookup(line => line.Fact.Kind, StringComparer.Ordinal);
        return contract;
    }

    /// <summary>What the files say of a fact, the newer line first; null where nothing, or that it has ended.</summary>
    public ContractFact? Find(string key) =>
        (_unshipped.TryGetValue(key, out var line) || _shipped.TryGetValue(key, out line)) && !line.Fact.IsEnd ? line.Fact : null;

    /// <summary>The released lines about facts that nobody has taken back.</summary>
    public IEnumerable<ContractLine> Standing() => _standing;

    /// <summary>The same of one kind. Every job asks for its own, so they are sorted out once.</summary>
    public IEnumerable<ContractLine> Standing(string kind) => _standingByKind[kind];

    /// <summary>Whether a line takes a fact back.</summary>
    public bool IsEnded(string key) =>
        (_unshipped.TryGetValue(key, out var line) && line.Fact.IsEnd) || (_shipped.TryGetValue(key, out line) && line.Fact.IsEnd);

    /// <summary>Whether a fact ended with its job. A job that moved leaves its worker's facts: the worker may have stayed.</summary>
    private bool IsEndedByJob(ContractFact fact) => fact.Kind != ContractFact.QueueWord
        && ContractFact.Job(fact.Kind).Key is var job
        && (IsEnded(job, ContractText.Retired) || (!ContractText.IsOfWorker(fact.Line) && IsEnded(job)));

    private bool IsEnded(string key, string how) => (_unshipped.TryGetValue(key, out var line) || _shipped.TryGetValue(key, out line)) && line.Fact.Value.StartsWith(how + " ", StringComparison.Ordinal);

    /// <summary>Whether the files say that an argument's stored values are brought up to another shape.</summary>
    private bool IsUpgraded(ContractFact arg) =>
        arg.IsArg && ContractFact.IsUpgraded(arg.Name, path => Find(ContractFact.Upgrade(arg.Kind, path).Key) is not null);

    private void Add(SourceText text, string path, bool isShipped)
    {
        foreach (var line in text.Lines)
        {
            foreach (var fact in ContractText.FactsOf(line.ToString()))
            {
                var read = new ContractLine(fact, isShipped, path, line.Span, new LinePositionSpan(text.Lines.GetLinePosition(line.Start), text.Lines.GetLinePosition(line.End)));
                (IsReadable(fact) ? _lines : _unreadable).Add(read);
            }
        }
    }

    private void Put(Dictionary<string, ContractLine> lines, ContractLine line)
    {
        if (!lines.TryGetValue(line.Fact.Key, out var earlier) || line.Fact.IsEnd)
            lines[line.Fact.Key] = line;
        else if (earlier.Fact.Value != line.Fact.Value && !earlier.Fact.IsEnd)
            _disagreements.Add((line, earlier));
    }

    /// <summary>Whether a new line may take an old one's place: it ends the fact, or says it wider.</summary>
    private static bool Follows(ContractFact fact, ContractFact shipped) =>
        fact.Value == shipped.Value
        || fact.IsEnd || shipped.IsEnd
        || fact.Word == ContractFact.UniqueWord
        || (fact.IsArg && ArgValue.Parse(fact.Value).BreakAgainst(ArgValue.Parse(shipped.Value)) is null);

    // A word that isn't known is a newer version's; a kind that can't be is a slip, or what a merge left behind.
    private static bool IsReadable(string fact)
    {
        var words = fact.Split(' ');
        if (words[0] == ContractFact.QueueWord)
            return words.Length is 2 or 4 && (QueueName.IsValid(words[1], out _) || QueueName.IsPattern(words[1], out _)) && (words.Length == 2 || ContractText.EndsFact(words[2] + " " + words[3]));
        if (words.Length < 2 || !KindName.IsValid(words[0]))
            return false;
        return words[1] switch
        {
            ContractFact.JobWord => words.Length == 2,
            ContractText.Retired or ContractText.Moved => words.Length == 3,
            ContractFact.ArgWord => words.Length >= 4,
            ContractFact.AliasWord or ContractFact.PeriodicWord or ContractFact.UpgradeWord or ContractFact.StepWord => words.Length is 3 or 5,
            _ => true,
        };
    }
}
