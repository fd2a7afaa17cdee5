using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using River.Shapes;
using River.Shapes.Contracts;
using River.Shapes.Json;

namespace River.Analyzers.Contracts;

/// <summary>Where in the code a fact is declared.</summary>
internal static class ContractPlaces
{
    /// <summary>
    /// Where a fault of an argument is shown: at the member of its path that is the nearest within the job, as an editor shows only
    /// what is said of the type at hand, or at the job's name; and, if in the same file, the member itself.
    /// </summary>
    public static (Location Shown, Location? Member) OfArg(INamedTypeSymbol job, string path)
    {
        var place = JobShape.Where(job);
        Location? declared = null;
        var type = job;
        foreach (var segment in path.Split('.'))
        {
            var name = segment.TrimEnd('[', ']', '{', '}');
            if (type is null || JsonMembers.Serialized(type).FirstOrDefault(one => Plain(ContractFacts.Word(JsonMembers.JsonName(one))) == Plain(name)) is not { } member)
                return (place, null);
            declared = JobShape.Where(member) is { IsInSource: true } where && where.SourceTree == place.SourceTree ? where : null;
            if (declared is not null && IsIn(job, declared))
                place = declared;
            type = Held(member.Type);
        }

        return (place, declared);
    }

    private static bool IsIn(INamedTypeSymbol job, Location place) =>
        job.DeclaringSyntaxReferences.Any(part => part.SyntaxTree == place.SourceTree && part.Span.Contains(place.SourceSpan));

    /// <summary>Where the attribute gives an alias; its name where it gives none.</summary>
    public static Location OfAlias(INamedTypeSymbol job, string alias, KnownTypes known, CancellationToken cancellationToken)
    {
        if (job.Find(known.JobAttribute) is { } attribute && attribute.Named("KindAliases") is { Kind: TypedConstantKind.Array, IsNull: false } aliases)
        {
            for (var i = 0; i < aliases.Values.Length; i++)
            {
                if (aliases.Values[i].Value as string == alias)
                    return attribute.LocationOf("KindAliases", i, cancellationToken);
            }
        }

        return OfKind(job, known, cancellationToken);
    }

    /// <summary>Where a job's kind is written, or the name that gives it.</summary>
    public static Location OfKind(INamedTypeSymbol job, KnownTypes known, CancellationToken cancellationToken) =>
        job.Find(known.JobAttribute) is { } attribute && attribute.Named("Kind") is { IsNull: false }
            ? attribute.LocationOf("Kind", cancellationToken)
            : JobShape.Where(job);

    public static Location OfUnique(INamedTypeSymbol job, KnownTypes known, CancellationToken cancellationToken) =>
        job.Find(known.UniqueAttribute)?.GetLocation(cancellationToken) ?? JobShape.Where(job);

    public static Location OfPeriodic(INamedTypeSymbol type, string kind, string id, KnownTypes known, CancellationToken cancellationToken) =>
        type.FindAll(known.PeriodicAttribute).FirstOrDefault(one => (one.Named("Id")?.Value as string ?? kind) == id)?.GetLocation(cancellationToken) ?? JobShape.Where(type);

    // A context of the application's may name members by another policy than ours, which is in these only.
    private static string Plain(string name) => name.Replace("_", "").Replace("-", "").ToLowerInvariant();

    private static INamedTypeSymbol? Held(ITypeSymbol type)
    {
        for (var level = 0; level < 12; level++)
        {
            if (type is INamedTypeSymbol { OriginalDefinition.SpecialType: SpecialType.System_Nullable_T } nullable)
                type = nullable.TypeArguments[0];
            else if (JsonCollections.Read(type, out var element, out _) is not null && element is not null)
                type = element;
            else
                break;
        }

        return type as INamedTypeSymbol;
    }
}
