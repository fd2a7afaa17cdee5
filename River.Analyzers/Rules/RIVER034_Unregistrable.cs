using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;
using River.Analyzers.Calls;
using River.Shapes;

namespace River.Analyzers.Rules;

/// <summary>A shape of job or worker that generated code can't register.</summary>
internal static class Unregistrable
{
    private const string Title = "A job or worker can't be registered";
    private const string Message = "'{0}' can't be registered: {1}";
    private const string Description =
        "A job is one kind with one shape, and generated code must be able to name it. Generic, abstract, private and file-local types don't fit; an attribute on a type that is neither job nor worker is read by nobody; and a schedule needs an id of its own.";

    public static readonly DiagnosticDescriptor Descriptor = new(
        RuleIds.Unregistrable,
        Title,
        Message,
        Rule.Category,
        DiagnosticSeverity.Error,
        isEnabledByDefault: true,
        Description,
        Rule.Page(RuleIds.Unregistrable));

    /// <summary>The same rule where it needs the whole compilation.</summary>
    public static readonly DiagnosticDescriptor AtEnd = new(
        RuleIds.Unregistrable,
        Title,
        Message,
        Rule.Category,
        DiagnosticSeverity.Error,
        isEnabledByDefault: true,
        Description,
        Rule.Page(RuleIds.Unregistrable),
        WellKnownDiagnosticTags.CompilationEnd);
}

/// <summary>
/// RIVER034 for two schedules of one id on different types: each is registrable by itself, so both are generated, and a
/// host with both refuses to start. It is this rule and not RIVER003 because no kind is shared: the rows are told apart,
/// the schedules are not.
/// </summary>
internal sealed class DuplicateSchedule : CodeRule
{
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = ImmutableArray.Create(Unregistrable.AtEnd);

    public override ImmutableArray<string> Words { get; } = ImmutableArray.Create("AddRiver*");

    public override void Start(CodeStart start)
    {
        var known = start.Known;
        var schedules = new ConcurrentBag<Schedule>();
        var registrations = new ConcurrentBag<Location>();
        start.RegisterSymbolAction(symbol => Collect(symbol, known, schedules), SymbolKind.NamedType);
        if (start.IsProgram)
        {
            start.RegisterOperationAction(
                operation =>
                {
                    if (Registration.IsAddRiver((IInvocationOperation)operation.Operation, known))
                        registrations.Add(operation.Operation.Syntax.GetLocation());
                },
                OperationKind.Invocation);
        }

        start.RegisterCompilationEndAction(end => Report(end, known, schedules, registrations));
    }

    private static void Collect(SymbolAnalysisContext context, KnownTypes known, ConcurrentBag<Schedule> schedules)
    {
        var type = (INamedTypeSymbol)context.Symbol;
        if (type.Find(known.PeriodicAttribute) is null)
            return;
        var job = type.Find(known.JobAttribute) is not null ? type : OwnWorkers.JobsOf(type, known).FirstOrDefault();
        if (job is null)
            return;
        foreach (var schedule in type.FindAll(known.PeriodicAttribute))
        {
            schedules.Add(new Schedule(
                schedule.Named("Id")?.Value as string ?? JobShape.KindOf(job, known),
                type.ToDisplayString(),
                type.Name,
                schedule.LocationOf("Id", context.CancellationToken)));
        }
    }

    private static void Report(CompilationAnalysisContext context, KnownTypes known, IEnumerable<Schedule> own, IEnumerable<Location> registrations)
    {
        var referenced =
            from manifest in ManifestReader.Read(known, context.CancellationToken)
            from schedule in manifest.Schedules
            select new Schedule(schedule.Id, $"a schedule of '{schedule.Kind}' in '{manifest.Assembly}'", schedule.Kind, null);
        foreach (var ofId in own.Concat(referenced).GroupBy(schedule => schedule.Id, StringComparer.Ordinal))
        {
            // Twice on one type is a fault of that type, and reported with the others of its shape.
            var rivals = ofId.GroupBy(schedule => schedule.Owner, StringComparer.Ordinal).Select(ofOwner => ofOwner.First())
                .OrderBy(schedule => schedule.Location is null).ThenBy(schedule => schedule.Owner, StringComparer.Ordinal).ToArray();
            if (rivals.Length < 2)
                continue;

            for (var i = 0; i < rivals.Length && rivals[i].Location is { } where; i++)
            {
                var other = rivals[i == 0 ? 1 : 0];
                var places = other.Location is { IsInSource: true } place ? new[] { place } : null;
                context.ReportDiagnostic(Diagnostic.Create(Unregistrable.AtEnd, where, places, rivals[i].Name, ScheduleShape.TwiceReason(ofId.Key, other.Describe())));
            }

            // Two libraries that don't know of each other meet where a program puts them together.
            if (rivals[0].Location is null && registrations.OrderBy(place => place.SourceTree!.FilePath, StringComparer.Ordinal).ThenBy(place => place.SourceSpan).FirstOrDefault() is { } registration)
                context.ReportDiagnostic(Diagnostic.Create(Unregistrable.AtEnd, registration, rivals[0].Name, ScheduleShape.TwiceReason(ofId.Key, rivals[0].Describe() + " and " + rivals[1].Describe()).Replace("here and ", "")));
        }
    }

    /// <param name="Id">The schedule's name in the database.</param>
    /// <param name="Owner">What has it: the full name of a type here, or a referenced schedule in words.</param>
    /// <param name="Name">What the message names.</param>
    /// <param name="Location">Where its id is written; null in a reference.</param>
    private sealed record Schedule(string Id, string Owner, string Name, Location? Location)
    {
        public string Describe() => Location is null ? Owner : "'" + Owner + "'";
    }
}
