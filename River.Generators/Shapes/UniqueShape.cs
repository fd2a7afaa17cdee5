using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using River.Grammar;
using River.Shapes.Json;

namespace River.Shapes;

/// <summary>The one reading of <c>[Unique]</c>, on a job and on its members.</summary>
internal static class UniqueShape
{
    /// <summary>Why a type without <c>[Job]</c> isn't unique.</summary>
    public const string MisplacedReason =
        "[Unique] is read on a job and on members of its arguments, and this type isn't a job, so nothing would be held back; put it on the type with [Job]";

    private const int AllStates = 255;

    // River's states by name, as the flags of JobStates have them.
    private static readonly (string Name, int Bit)[] Required = { ("Available", 1), ("Pending", 16), ("Running", 64), ("Scheduled", 128) };

    /// <summary>Null where the job isn't unique.</summary>
    public static UniqueModel? Read(INamedTypeSymbol type, KnownTypes known, ProblemList problems, CancellationToken cancellationToken)
    {
        var attribute = type.Find(known.UniqueAttribute);
        var members = UniqueMembers.Of(type, known, cancellationToken);
        CheckMembers(type, members, problems, cancellationToken);
        var paths = members.AreMarked ? members.All.Select(member => member.Path).ToEquatableArray() : EquatableArray<string>.Empty;
        if (attribute is null)
            return members.AreMarked ? new UniqueModel(Args: true, null, Queue: false, null, ExcludeKind: false, paths) : null;
        if (attribute.NamedArguments.Any(argument => argument.Value.Kind == TypedConstantKind.Error))
        {
            problems.IsBroken = true;
            return null;
        }

        var unique = new UniqueModel(
            attribute.Named("Args")?.Value is true || members.AreMarked,
            new JobValues(type, attribute, known, problems, cancellationToken).Period(),
            attribute.Named("Queue")?.Value is true,
            States(type, attribute, problems, cancellationToken),
            attribute.Named("ExcludeKind")?.Value is true,
            paths);
        if (unique is { ExcludeKind: true, Args: false, Queue: false } && attribute.Named("Period") is not { IsNull: false })
        {
            problems.Add(
                ShapeRules.InvalidUnique,
                attribute.LocationOf("ExcludeKind", cancellationToken),
                type.Name,
                "ExcludeKind leaves nothing in its key that could tell two jobs apart; add Args, Period or Queue");
        }

        return unique;
    }

    private static int? States(INamedTypeSymbol type, AttributeData attribute, ProblemList problems, CancellationToken cancellationToken)
    {
        if (attribute.Named("States")?.Value is not int states)
            return null;

        var where = attribute.LocationOf("States", cancellationToken);
        var missing = Required.Where(state => (states & state.Bit) == 0).Select(state => state.Name).ToArray();
        if ((states & ~AllStates) != 0)
        {
            problems.Add(ShapeRules.UniqueStates, where, type.Name, $"{Text.Of(states)} has bits that stand for no state; write the states by their names in JobStates");
        }
        else if (missing.Length > 0)
        {
            problems.Add(
                ShapeRules.UniqueStates,
                where,
                type.Name,
                $"they leave out {Listed(missing)}, and River requires {(missing.Length == 1 ? "it" : "these")}: a job in a state that is left out would let its duplicate in; "
                + (states == 0 ? "write JobStates.Default, or JobStates.Incomplete for one at a time" : "add " + string.Join(" | ", missing.Select(name => "JobStates." + name))),
                states == 0 ? "Default" : string.Join("|", missing));
        }

        return states;
    }

    private static void CheckMembers(INamedTypeSymbol type, UniqueMembers members, ProblemList problems, CancellationToken cancellationToken)
    {
        foreach (var mark in members.Unstored)
        {
            problems.Add(
                ShapeRules.InvalidUnique,
                Here(mark.GetLocation(cancellationToken), type),
                type.Name,
                "this [Unique] marks what isn't stored with the arguments, so it can't belong to the key; mark a public property that is, or remove it");
        }

        var mangled = new HashSet<ISymbol>(SymbolEqualityComparer.Default);
        foreach (var (name, property) in members.All.SelectMany(member => member.Steps))
        {
            if (!UniqueMembers.IsMangled(name) || !mangled.Add(property))
                continue;
            problems.Add(
                ShapeRules.InvalidUnique,
                Here(JsonAttributes.NameLocation(property, cancellationToken) ?? JobShape.Where(property), type),
                type.Name,
                $"the JSON name '{name}' of '{property.Name}' belongs to its key, and River takes names for paths there, in which . * ? | # @ \\ and a leading : mean something else; name the member otherwise, or mark other members [Unique]");
        }
    }

    /// <summary>A place that the compilation can't show is told at the job.</summary>
    private static Location Here(Location location, INamedTypeSymbol job) => location.IsInSource ? location : JobShape.Where(job);

    private static string Listed(string[] names) => names.Length == 1
        ? names[0]
        : string.Join(", ", names.Take(names.Length - 1)) + " and " + names[names.Length - 1];
}
