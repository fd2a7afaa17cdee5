using System;
using System.Collections.Generic;
using River.Shapes.Contracts;

namespace River.Analyzers.Contracts;

/// <summary>
/// Arguments by path, those included that only their members' paths tell of, so that two readings can be laid beside each
/// other one by one.
/// </summary>
internal sealed class ContractShape
{
    private static readonly char[] Marks = { '[', ']', '{', '}' };

    private readonly Dictionary<string, ArgValue> _args = new(StringComparer.Ordinal);

    public ContractShape(IEnumerable<ContractFact> facts)
    {
        var containers = new List<(string Path, string Type)>();
        foreach (var fact in facts)
        {
            _args[fact.Name] = ArgValue.Parse(fact.Value);
            for (var dot = fact.Name.LastIndexOf('.'); dot > 0; dot = fact.Name.LastIndexOf('.', dot - 1))
            {
                var container = fact.Name.Substring(0, dot);
                var path = container.TrimEnd(Marks);
                containers.Add((path, "object" + container.Substring(path.Length)));
            }
        }

        foreach (var (path, type) in containers)
        {
            if (!_args.ContainsKey(path))
                _args.Add(path, new ArgValue(type, isNullable: false, IsSubtype(path) ? ArgValue.Optional : null));
        }
    }

    public IEnumerable<KeyValuePair<string, ArgValue>> All => _args;

    public ArgValue? Find(string path) => _args.TryGetValue(path, out var value) ? value : null;

    /// <summary>Whether what contains an argument is there, as a thing that can contain it.</summary>
    public bool HasPlaceFor(string path, ContractShape other) =>
        ParentOf(path) is not { } parent || (Find(parent) is { } here && other.Find(parent) is { } there && (here.Type == there.Type || (here.HasSubtypes && there.HasSubtypes)));

    // A value is of one of the subtypes, so none of them has to be there.
    private static bool IsSubtype(string path) => path[path.LastIndexOf('.') + 1] == '(';

    private static string? ParentOf(string path)
    {
        var dot = path.LastIndexOf('.');
        return dot < 0 ? null : path.Substring(0, dot).TrimEnd(Marks);
    }
}
