using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;

namespace River.Shapes.Contracts;

/// <summary>
/// The arguments of a job by their paths in JSON. An object stands for itself by the paths of its members; it gets a line
/// of its own only where that says more: that it may be missing or null, or has no members.
/// </summary>
internal sealed class ContractArgs
{
    // A contract that is longer or deeper is nobody's to read; beyond these an object is named, not taken apart.
    private const int MostFacts = 400;
    private const int MostLevels = 12;

    private static readonly Dictionary<string, string> Scalars = new(StringComparer.Ordinal)
    {
        ["BooleanConverter"] = "bool",
        ["ByteConverter"] = "uint8",
        ["SByteConverter"] = "int8",
        ["UInt16Converter"] = "uint16",
        ["Int16Converter"] = "int16",
        ["UInt32Converter"] = "uint32",
        ["Int32Converter"] = "int32",
        ["UInt64Converter"] = "uint64",
        ["Int64Converter"] = "int64",
        ["UInt128Converter"] = "uint128",
        ["Int128Converter"] = "int128",
        ["HalfConverter"] = "float16",
        ["SingleConverter"] = "float32",
        ["DoubleConverter"] = "float64",
        ["DecimalConverter"] = "decimal",
        ["CharConverter"] = "char",
        ["StringConverter"] = "string",
        ["ByteArrayConverter"] = "bytes",
        ["MemoryByteConverter"] = "bytes",
        ["ReadOnlyMemoryByteConverter"] = "bytes",
        ["DateTimeConverter"] = "datetime",
        ["DateTimeOffsetConverter"] = "timestamp",
        ["DateOnlyConverter"] = "date",
        ["TimeOnlyConverter"] = "time",
        ["TimeSpanConverter"] = "timespan",
        ["GuidConverter"] = "guid",
        ["UriConverter"] = "uri",
        ["VersionConverter"] = "version",
        ["JsonElementConverter"] = "json",
        ["JsonNodeConverter"] = "json",
        ["JsonObjectConverter"] = "json_object",
        ["JsonArrayConverter"] = "json_array",
        ["JsonValueConverter"] = "json",
    };

    private readonly string _kind;
    private readonly Dictionary<string, JsonTypeModel> _types = new(StringComparer.Ordinal);
    private readonly List<ContractFact> _facts = new();
    private readonly CancellationToken _cancellationToken;

    private ContractArgs(string kind, EquatableArray<JsonTypeModel> types, CancellationToken cancellationToken)
    {
        _kind = kind;
        _cancellationToken = cancellationToken;
        foreach (var type in types)
            _types[type.Name] = type;
    }

    /// <param name="kind">The job's kind.</param>
    /// <param name="types">The types that it reaches, its own first.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static IEnumerable<ContractFact> Of(string kind, EquatableArray<JsonTypeModel> types, CancellationToken cancellationToken)
    {
        if (types.Count == 0 || types[0] is not JsonObjectModel root)
            return Enumerable.Empty<ContractFact>();
        var args = new ContractArgs(kind, types, cancellationToken);
        args.Members(root, "", new List<(string, string)> { (root.Name, "") });
        return args._facts;
    }

    private void Members(JsonObjectModel type, string prefix, List<(string Type, string Path)> around)
    {
        foreach (var member in type.ReadMembers())
        {
            _cancellationToken.ThrowIfCancellationRequested();
            var path = prefix + ContractFacts.Word(member.JsonName);
            if (member.Converter is { } converter)
                Add(path, "custom(" + Short(converter) + ")", member);
            else
                Value(member, path, around);
        }
    }

    private void Value(JsonReadMember member, string path, List<(string Type, string Path)> around)
    {
        // From the outside in: the marks of lists and maps, up to what they hold.
        var (held, marks, isNullable) = Unwrap(member);
        if (held is not JsonObjectModel type)
        {
            Add(path, Simple(held) + (isNullable ? "?" : "") + marks, member);
            return;
        }

        var outer = around.FirstOrDefault(one => one.Type == type.Name);
        if (outer.Type is not null)
        {
            Add(path, "like(" + outer.Path.TrimEnd('.') + ")" + marks, member);
            return;
        }

        var before = _facts.Count;
        var inner = path + marks + ".";
        if (around.Count < MostLevels && before < MostFacts)
        {
            around.Add((type.Name, inner));
            Members(type, inner, around);
            around.RemoveAt(around.Count - 1);
        }

        if (_facts.Count == before || member.IsNullable || !member.IsRequired)
            Add(path, "object" + marks, member);
    }

    private void Add(string path, string type, JsonReadMember member) =>
        _facts.Add(ContractFact.Arg(_kind, path, ArgValue.Write(type, member.IsNullable, member.IsRequired, member.JsonDefault)));

    /// <summary>What a member holds, however deep in lists and maps, and whether it may be null in there.</summary>
    private (JsonTypeModel? Held, string Marks, bool IsNullable) Unwrap(JsonReadMember member)
    {
        var name = member.Type;
        var marks = "";
        var isNullable = false;
        for (var level = 0; level < MostLevels && _types.TryGetValue(name, out var type); level++)
        {
            switch (type)
            {
                case JsonCollection collection:
                    isNullable = ((member.NullableElements >> (marks.Length / 2)) & 1) != 0;
                    marks += collection.IsMap ? "{}" : "[]";
                    name = collection.Element;
                    break;
                case JsonNullable nullable:
                    name = nullable.Underlying;
                    isNullable |= marks.Length > 0;
                    break;
                default:
                    return (type, marks, isNullable);
            }
        }

        return (null, marks, isNullable);
    }

    /// <summary>The word for what a converter of System.Text.Json reads.</summary>
    public static string WordOf(string converter) => Scalars.TryGetValue(converter, out var name) ? name : "json";

    private static string Simple(JsonTypeModel? type) => type switch
    {
        JsonScalar scalar => WordOf(scalar.Converter),
        JsonEnum one => "enum(" + string.Join("|", one.Members.Select(ContractFacts.Word).Distinct(StringComparer.Ordinal)) + ")",
        JsonConverted converted => "custom(" + Short(converted.Converter) + ")",
        _ => "json",
    };

    private static string Short(string type) => ContractFacts.Word(type.Substring(type.LastIndexOf('.') + 1).Replace("global::", ""));
}
