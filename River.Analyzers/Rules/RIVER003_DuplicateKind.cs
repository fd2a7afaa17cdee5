using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;
using River.Analyzers.Calls;
using River.Shapes;

namespace River.Analyzers.Rules;

/// <summary>One kind for two jobs, here or in what is referenced.</summary>
internal sealed class DuplicateKind : CodeRule
{
    private static readonly DiagnosticDescriptor Descriptor = new(
        RuleIds.DuplicateKind,
        "Two jobs share a kind",
        "kind '{0}' stands for both {1} and {2}, so the rows of one would be read as the other's; give one of them another Kind, or take the alias away",
        Rule.Category,
        DiagnosticSeverity.Error,
        isEnabledByDefault: true,
        "The kind is all that a stored row says about its type. If it stood for two, a row's worker and the meaning of its arguments would be chance.",
        Rule.Page(RuleIds.DuplicateKind),
        WellKnownDiagnosticTags.CompilationEnd);

    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = ImmutableArray.Create(Descriptor);

    public override ImmutableArray<string> Words { get; } = ImmutableArray.Create("AddRiver*");

    public override void Start(CodeStart start)
    {
        var known = start.Known;
        var names = new ConcurrentBag<KindUse>();
        var registrations = new ConcurrentBag<Location>();
        start.RegisterSymbolAction(symbol => Collect(symbol, known, names), SymbolKind.NamedType);
        if (start.IsProgram)
        {
            start.RegisterOperationAction(
                operation =>
                {
                    if (Registration.IsAddClient((IInvocationOperation)operation.Operation, known))
                        registrations.Add(operation.Operation.Syntax.GetLocation());
                },
                OperationKind.Invocation);
        }

        start.RegisterCompilationEndAction(end => Report(end, names.Concat(Referenced(known, end.CancellationToken)), registrations));
    }

    private static void Collect(SymbolAnalysisContext context, KnownTypes known, ConcurrentBag<KindUse> names)
    {
        var job = (INamedTypeSymbol)context.Symbol;
        if (job.Find(known.JobAttribute) is not { } attribute)
            return;

        var kind = JobShape.KindOf(job, known);
        var where = attribute.Named("Kind") is { IsNull: false } ? attribute.LocationOf("Kind", context.CancellationToken) : JobShape.Where(job);
        names.Add(new KindUse(kind, job.ToDisplayString(), IsAlias: false, null, where));
        if (attribute.Named("KindAliases") is { Kind: TypedConstantKind.Array, IsNull: false } aliases)
        {
            for (var i = 0; i < aliases.Values.Length; i++)
            {
                if (aliases.Values[i].Value is string alias)
                    names.Add(new KindUse(alias, job.ToDisplayString(), IsAlias: true, null, attribute.LocationOf("KindAliases", i, context.CancellationToken)));
            }
        }
    }

    private static IEnumerable<KindUse> Referenced(KnownTypes known, CancellationToken cancellationToken) =>
        from manifest in ManifestReader.Read(known, cancellationToken)
        from job in manifest.Jobs
        from name in job.Aliases.Select(alias => (Name: alias, IsAlias: true)).Append((Name: job.Kind, IsAlias: false))
        select new KindUse(name.Name, job.Type.Replace('+', '.'), name.IsAlias, manifest.Assembly, null);

    private static void Report(CompilationAnalysisContext context, IEnumerable<KindUse> uses, IEnumerable<Location> registrations)
    {
        foreach (var ofName in uses.GroupBy(use => use.Kind, StringComparer.Ordinal))
        {
            foreach (var alias in ofName.Where(use => use is { IsAlias: true, Location: not null } && ofName.Any(kind => !kind.IsAlias && kind.Assembly is null && kind.Job == use.Job)))
                context.ReportDiagnostic(Diagnostic.Create(Descriptor, alias.Location, ofName.Key, "'" + alias.Job + "'", alias.Describe()));
            var jobs = ofName.OrderBy(use => use.IsAlias).GroupBy(use => (use.Job, use.Assembly)).Select(ofJob => ofJob.First())
                .OrderBy(use => use.Location is null).ThenBy(use => use.Job, StringComparer.Ordinal).ThenBy(use => use.Assembly, StringComparer.Ordinal).ToArray();
            if (jobs.Length < 2)
                continue;

            for (var i = 0; i < jobs.Length && jobs[i].Location is { } where; i++)
            {
                var other = jobs[i == 0 ? 1 : 0];
                var places = other.Location is { IsInSource: true } place ? new[] { place } : null;
                context.ReportDiagnostic(Diagnostic.Create(Descriptor, where, places, ofName.Key, jobs[i].Describe(), other.Describe()));
            }

            // Two libraries that don't know of each other meet where a program puts them together.
            if (jobs[0].Location is null && registrations.OrderBy(place => place.SourceTree!.FilePath, StringComparer.Ordinal).ThenBy(place => place.SourceSpan).FirstOrDefault() is { } registration)
                context.ReportDiagnostic(Diagnostic.Create(Descriptor, registration, ofName.Key, jobs[0].Describe(), jobs[1].Describe()));
        }
    }

    private sealed record KindUse(string Kind, string Job, bool IsAlias, string? Assembly, Location? Location)
    {
        public string Describe() =>
            (IsAlias ? "an earlier kind of " : "") + "'" + Job + "'" + (Assembly is null ? "" : " in '" + Assembly + "'");
    }
}
