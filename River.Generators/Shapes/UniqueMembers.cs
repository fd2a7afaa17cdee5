using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using River.Shapes.Json;

namespace River.Shapes;

/// <summary>The members of a job that make up the arguments' part of its unique key.</summary>
internal sealed class UniqueMembers
{
    private static readonly char[] Mangled = { '.', '*', '?', '|', '#', '@', '\\' };

    private UniqueMembers(bool areMarked, ImmutableArray<UniqueMember> all, ImmutableArray<AttributeData> unstored)
    {
        AreMarked = areMarked;
        All = all;
        Unstored = unstored;
    }

    /// <summary>Whether members are marked one by one; otherwise they are all that the arguments store.</summary>
    public bool AreMarked { get; }

    /// <summary>In the order of their declaration; empty where the arguments don't belong to the key.</summary>
    public ImmutableArray<UniqueMember> All { get; }

    /// <summary>The marks on what isn't stored, and so can't belong to a key.</summary>
    public ImmutableArray<AttributeData> Unstored { get; }

    public static UniqueMembers Of(INamedTypeSymbol job, KnownTypes known, CancellationToken cancellationToken)
    {
        var marks = new Marks(known, cancellationToken);
        var naming = JsonContextShape.NamingOf(job, known);
        var all = new List<UniqueMember>();
        if (marks.ReachedFrom(job))
            marks.AddPaths(job, UniqueMember.None, ImmutableHashSet.Create<ISymbol>(SymbolEqualityComparer.Default, job), all, naming);

        var areMarked = all.Count > 0;
        if (!areMarked && job.Find(known.UniqueAttribute)?.Named("Args")?.Value is true)
            all.AddRange(JsonMembers.Serialized(job).Select(property => UniqueMember.None.Of(property, naming.NameOf(property))));
        return new UniqueMembers(areMarked, all.ToImmutableArray(), marks.Unstored.ToImmutableArray());
    }

    /// <summary>Whether River, which takes names for paths, would make another key of a member's name.</summary>
    public static bool IsMangled(string name) => name.Length == 0 || name[0] == ':' || name.IndexOfAny(Mangled) >= 0;

    /// <summary>The walk over a job's types for marked members.</summary>
    private sealed class Marks
    {
        private readonly KnownTypes _known;
        private readonly CancellationToken _cancellationToken;
        private readonly HashSet<ISymbol> _visited = new(SymbolEqualityComparer.Default);

        public Marks(KnownTypes known, CancellationToken cancellationToken)
        {
            _known = known;
            _cancellationToken = cancellationToken;
        }

        public List<AttributeData> Unstored { get; } = new();

        /// <summary>Whether there is a mark at all, asked of each type once: mostly there is none, and no path to look for.</summary>
        public bool ReachedFrom(INamedTypeSymbol type)
        {
            _cancellationToken.ThrowIfCancellationRequested();
            if (!_visited.Add(type))
                return false;

            var stored = JsonMembers.Serialized(type).ToArray();
            Unstored.AddRange(UnstoredOf(type, stored));
            // All are asked: each may have marks that can't count.
            var isReached = false;
            foreach (var property in stored)
                isReached |= (Nested(property) is { } nested && ReachedFrom(nested)) || IsMarked(property);
            return isReached;
        }

        /// <summary>
        /// The dotted JSON paths of marked members, as River's Go clients take them: marks inside a nested object count by
        /// themselves, and stand for the object if that is marked too; a type inside itself is taken whole.
        /// </summary>
        public void AddPaths(INamedTypeSymbol type, UniqueMember outer, ImmutableHashSet<ISymbol> path, List<UniqueMember> members, JsonNaming naming)
        {
            _cancellationToken.ThrowIfCancellationRequested();
            foreach (var property in JsonMembers.Serialized(type))
            {
                var member = outer.Of(property, naming.NameOf(property));
                var before = members.Count;
                if (Nested(property) is { } nested && !path.Contains(nested))
                    AddPaths(nested, member, path.Add(nested), members, naming);
                if (members.Count == before && IsMarked(property))
                    members.Add(member);
            }
        }

        private IEnumerable<AttributeData> UnstoredOf(INamedTypeSymbol type, IPropertySymbol[] stored)
        {
            for (var part = type; part is { SpecialType: SpecialType.None } && !JsonTypes.IsFramework(part); part = part.BaseType)
            {
                foreach (var member in part.GetMembers())
                {
                    if (member is IPropertySymbol or IFieldSymbol && member.Find(_known.UniqueAttribute) is { } mark && !stored.Any(one => one.Name == member.Name))
                        yield return mark;
                }
            }

            foreach (var parameter in type.InstanceConstructors.SelectMany(constructor => constructor.Parameters))
            {
                if (parameter.Find(_known.UniqueAttribute) is { } mark && !stored.Any(one => JsonMembers.Matches(parameter, one)))
                    yield return mark;
            }
        }

        private static INamedTypeSymbol? Nested(IPropertySymbol property)
        {
            var type = property.Type is INamedTypeSymbol { OriginalDefinition.SpecialType: SpecialType.System_Nullable_T } nullable
                ? nullable.TypeArguments[0]
                : property.Type;
            return type is INamedTypeSymbol { TypeKind: TypeKind.Class or TypeKind.Struct } named && !JsonTypes.IsFramework(named) && !JsonTypes.IsEndless(named)
                ? named
                : null;
        }

        private bool IsMarked(IPropertySymbol property) =>
            property.Find(_known.UniqueAttribute) is not null
            || property.ContainingType.InstanceConstructors.Any(constructor => constructor.Parameters.Any(parameter =>
                JsonMembers.Matches(parameter, property) && parameter.Find(_known.UniqueAttribute) is not null));
    }
}

/// <summary>A member of the key: the properties that lead to it, and their JSON names.</summary>
internal sealed class UniqueMember
{
    public static readonly UniqueMember None = new(ImmutableArray<(string Name, IPropertySymbol Property)>.Empty);

    private UniqueMember(ImmutableArray<(string Name, IPropertySymbol Property)> steps) => Steps = steps;

    public ImmutableArray<(string Name, IPropertySymbol Property)> Steps { get; }

    public string Path => string.Join(".", Steps.Select(step => step.Name));

    /// <summary>The member itself, at the end of the path.</summary>
    public IPropertySymbol Property => Steps[Steps.Length - 1].Property;

    public UniqueMember Of(IPropertySymbol property, string name) => new(Steps.Add((name, property)));
}
