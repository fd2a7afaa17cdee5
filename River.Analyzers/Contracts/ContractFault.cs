using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using River.Shapes.Contracts;

namespace River.Analyzers.Contracts;

/// <summary>What is wrong between code and contract, and what a fix needs to know of it.</summary>
internal sealed class ContractFault
{
    private ContractFault(bool isBreak, DiagnosticSeverity severity, Location location, string subject, string reason, ImmutableDictionary<string, string?> hints)
    {
        IsBreak = isBreak;
        Severity = severity;
        Location = location;
        Subject = subject;
        Reason = reason;
        Hints = hints;
    }

    public bool IsBreak { get; }

    public DiagnosticSeverity Severity { get; }

    public Location Location { get; }

    /// <summary>What a fix would change, if that is elsewhere in the same file.</summary>
    public Location? Elsewhere { get; private init; }

    /// <summary>The job's kind, or the queue.</summary>
    public string Subject { get; }

    /// <summary>The old and the new shape, why that matters and what to do.</summary>
    public string Reason { get; }

    public ImmutableDictionary<string, string?> Hints { get; }

    public static ContractFault Break(Location location, string subject, string reason) => Break(location, subject, reason, ImmutableDictionary<string, string?>.Empty);

    public static ContractFault LostKind(Location location, string subject, string reason, string alias) =>
        Break(location, subject, reason, ImmutableDictionary<string, string?>.Empty.Add(FixHints.Alias, alias));

    /// <param name="place">Where it is shown, and the member that could get a default.</param>
    public static ContractFault NoDefault((Location Shown, Location? Member) place, string subject, string reason, string job, string path)
    {
        var hints = Upgradable(job, path);
        return new(true, DiagnosticSeverity.Error, place.Shown, subject, reason, place.Member is null ? hints : hints.Add(FixHints.Default, "default"))
        {
            Elsewhere = place.Member == place.Shown ? null : place.Member,
        };
    }

    /// <summary>A change of arguments that an upgrade could make up for.</summary>
    public static ContractFault Reshaped(Location location, string subject, string reason, string job, params string[] paths) =>
        Break(location, subject, reason, Upgradable(job, paths));

    /// <summary>The unique key's make-up: nothing is lost, but two jobs may run where one should.</summary>
    public static ContractFault Duplicates(Location location, string subject, string reason, IEnumerable<ContractFact> added) =>
        new(true, DiagnosticSeverity.Warning, location, subject, reason, Writing(added));

    /// <summary>Lines that the unshipped file should hold.</summary>
    public static ContractFault Gap(Location location, string subject, string reason, IEnumerable<ContractFact> added) =>
        new(false, DiagnosticSeverity.Warning, location, subject, reason, Writing(added));

    /// <summary>A line that the unshipped file should no longer hold.</summary>
    public static ContractFault Stale(Location location, string subject, string reason, string line) =>
        new(false, DiagnosticSeverity.Warning, location, subject, reason, ImmutableDictionary<string, string?>.Empty.Add(FixHints.Remove, line));

    public static ContractFault Contradiction(Location location, string subject, string reason) =>
        new(false, DiagnosticSeverity.Error, location, subject, reason, ImmutableDictionary<string, string?>.Empty);

    private static ContractFault Break(Location location, string subject, string reason, ImmutableDictionary<string, string?> hints) =>
        new(true, DiagnosticSeverity.Error, location, subject, reason, hints);

    // The place may be a member of a type that the job holds; the upgrade is the job's.
    private static ImmutableDictionary<string, string?> Upgradable(string job, params string[] paths) =>
        ImmutableDictionary<string, string?>.Empty.Add(FixHints.Job, job).Add(FixHints.Upgrade, string.Join("\n", paths));

    private static ImmutableDictionary<string, string?> Writing(IEnumerable<ContractFact> added) =>
        ImmutableDictionary<string, string?>.Empty.Add(FixHints.Add, string.Join("\n", added.Select(fact => fact.Line)));
}
