using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using River.Shapes;
using River.Shapes.Json;

namespace River.Generators.Emit;

/// <summary>
/// The JSON Schema (draft 2020-12) of a job's arguments: what the job's reader takes, but for null in lists and maps of
/// what is never null, which the reader lets pass. Members that it doesn't know are passed over by the reader, so the schema
/// allows them too.
/// </summary>
internal sealed class JsonSchema
{
    private const string Anything = "{}";

    private static readonly Dictionary<string, string> Scalars = new(StringComparer.Ordinal)
    {
        ["BooleanConverter"] = Typed("boolean"),
        ["ByteConverter"] = Integer("0", "255"),
        ["SByteConverter"] = Integer("-128", "127"),
        ["Int16Converter"] = Integer("-32768", "32767"),
        ["UInt16Converter"] = Integer("0", "65535"),
        ["Int32Converter"] = Integer("-2147483648", "2147483647"),
        ["UInt32Converter"] = Integer("0", "4294967295"),
        ["Int64Converter"] = Integer("-9223372036854775808", "9223372036854775807"),
        ["UInt64Converter"] = Integer("0", "18446744073709551615"),
        ["Int128Converter"] = Typed("integer"),
        ["UInt128Converter"] = Typed("integer", "\"minimum\": 0"),
        ["HalfConverter"] = Typed("number"),
        ["SingleConverter"] = Typed("number"),
        ["DoubleConverter"] = Typed("number"),
        ["DecimalConverter"] = Typed("number"),
        ["CharConverter"] = Typed("string", "\"minLength\": 1, \"maxLength\": 1"),
        ["StringConverter"] = Typed("string"),
        ["ByteArrayConverter"] = Typed("string", "\"contentEncoding\": \"base64\""),
        ["MemoryByteConverter"] = Typed("string", "\"contentEncoding\": \"base64\""),
        ["ReadOnlyMemoryByteConverter"] = Typed("string", "\"contentEncoding\": \"base64\""),
        // Without an offset it is no date-time of RFC 3339, which JSON Schema means by that format.
        ["DateTimeConverter"] = Typed("string"),
        ["DateTimeOffsetConverter"] = Typed("string", "\"format\": \"date-time\""),
        ["DateOnlyConverter"] = Typed("string", "\"format\": \"date\""),
        ["TimeOnlyConverter"] = Typed("string", "\"pattern\": \"^[0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]{1,7})?$\""),
        ["TimeSpanConverter"] = Typed("string", "\"pattern\": \"^-?([0-9]+[.])?[0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]{1,7})?$\""),
        ["GuidConverter"] = Typed("string", "\"format\": \"uuid\""),
        ["UriConverter"] = Typed("string", "\"format\": \"uri-reference\""),
        ["VersionConverter"] = Typed("string", "\"pattern\": \"^[0-9]+([.][0-9]+){1,3}$\""),
        ["JsonObjectConverter"] = Typed("object"),
        ["JsonArrayConverter"] = Typed("array"),
    };

    private readonly Dictionary<string, JsonTypeModel> _types = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _names;
    private readonly SortedDictionary<string, JsonObjectModel> _definitions = new(StringComparer.Ordinal);
    private readonly JsonObjectModel _root;
    private readonly StringBuilder _text = new();

    private JsonSchema(JsonObjectModel root, IEnumerable<JsonTypeModel> types)
    {
        _root = root;
        foreach (var type in types)
            _types[type.Name] = type;
        _names = _types.Values.OfType<JsonObjectModel>()
            .GroupBy(type => MemberOf(type.Name), StringComparer.Ordinal)
            .SelectMany(alike => alike.Select(type => (type.Name, Shown: alike.Skip(1).Any() ? type.Id : alike.Key)))
            .ToDictionary(one => one.Name, one => one.Shown, StringComparer.Ordinal);
    }

    /// <param name="kind">The job's kind.</param>
    /// <param name="types">The types that its arguments reach, their own first.</param>
    /// <returns>Lines of JSON; null where the arguments aren't described.</returns>
    public static string? Of(string kind, EquatableArray<JsonTypeModel> types) =>
        types.Count > 0 && types[0] is JsonObjectModel root ? new JsonSchema(root, types).Write(kind) : null;

    private string Write(string kind)
    {
        _text.Append("{\n  \"$schema\": \"https://json-schema.org/draft/2020-12/schema\",\n  \"title\": ").Append(Quote(kind)).Append(",\n");
        Members(_root, "  ");
        Definitions();
        return _text.Append("\n}").ToString();
    }

    private void Definitions()
    {
        // What a definition reaches is added to them while they are written.
        var written = new HashSet<string>(StringComparer.Ordinal);
        while (_definitions.Where(one => !written.Contains(one.Key)).Select(one => one.Key).FirstOrDefault() is { } name)
        {
            _text.Append(written.Count == 0 ? ",\n  \"$defs\": {\n" : ",\n").Append("    ").Append(Quote(name)).Append(": {\n");
            written.Add(name);
            Members(_definitions[name], "      ");
            _text.Append("\n    }");
        }

        if (written.Count > 0)
            _text.Append("\n  }");
    }

    private void Members(JsonObjectModel type, string indent)
    {
        var members = type.ReadMembers().ToArray();
        _text.Append(indent).Append("\"type\": \"object\"");
        if (members.Length > 0)
        {
            _text.Append(",\n").Append(indent).Append("\"properties\": {\n");
            _text.Append(string.Join(",\n", members.Select(member => indent + "  " + Quote(member.JsonName) + ": " + Member(member))));
            _text.Append('\n').Append(indent).Append('}');
        }

        if (members.Any(member => member.IsRequired))
            _text.Append(",\n").Append(indent).Append("\"required\": [").Append(string.Join(", ", members.Where(member => member.IsRequired).Select(member => Quote(member.JsonName)))).Append(']');
    }

    private string Member(JsonReadMember member)
    {
        var schema = member.Converter is null ? Nullable(Value(member.Type, member.NullableElements), member.IsNullable) : Anything;
        return member.JsonDefault is { } fallback && schema.Length > Anything.Length
            ? schema.Substring(0, schema.Length - 2) + ", \"default\": " + fallback + " }"
            : schema;
    }

    private string Value(string name, int nullableElements)
    {
        if (!_types.TryGetValue(name, out var type))
            return Anything;
        switch (type)
        {
            case JsonScalar scalar:
                return Scalars.TryGetValue(scalar.Converter, out var schema) ? schema : Anything;
            case JsonEnum { IsFlags: true }:
                return Typed("string");
            case JsonEnum one:
                return "{ \"enum\": [" + string.Join(", ", one.Members.Distinct(StringComparer.Ordinal).Select(Quote)) + "] }";
            case JsonNullable nullable:
                return Nullable(Value(nullable.Underlying, nullableElements), isNullable: true);
            case JsonCollection collection:
                var element = Nullable(Value(collection.Element, nullableElements >> 1), (nullableElements & 1) != 0);
                return collection.IsMap
                    ? "{ \"type\": \"object\", \"additionalProperties\": " + element + " }"
                    : "{ \"type\": \"array\", \"items\": " + element + " }";
            case JsonObjectModel model:
                if (model.Name == _root.Name)
                    return "{ \"$ref\": \"#\" }";
                _definitions[_names[model.Name]] = model;
                return "{ \"$ref\": " + Quote("#/$defs/" + _names[model.Name]) + " }";
            default:
                return Anything;
        }
    }

    private static string Nullable(string schema, bool isNullable)
    {
        if (!isNullable || schema == Anything)
            return schema;
        const string type = "{ \"type\": \"";
        if (schema.StartsWith(type, StringComparison.Ordinal))
        {
            var end = schema.IndexOf('"', type.Length);
            return "{ \"type\": [\"" + schema.Substring(type.Length, end - type.Length) + "\", \"null\"]" + schema.Substring(end + 1);
        }

        return schema.StartsWith("{ \"type\": [", StringComparison.Ordinal) || schema.StartsWith("{ \"anyOf\"", StringComparison.Ordinal)
            ? schema
            : "{ \"anyOf\": [" + schema + ", { \"type\": \"null\" }] }";
    }

    private static string Typed(string type, string? more = null) => "{ \"type\": \"" + type + "\"" + (more is null ? "" : ", " + more) + " }";

    private static string Integer(string least, string most) => Typed("integer", "\"minimum\": " + least + ", \"maximum\": " + most);

    /// <summary>A type's own name, in the manner of JSON's.</summary>
    private static string MemberOf(string name)
    {
        var simple = name.Substring(name.LastIndexOf('.') + 1).Replace("global::", "");
        return simple.All(c => char.IsLetterOrDigit(c) || c == '_') ? Grammar.MemberName.ToSnakeCase(simple) : JsonTypes.Id(name);
    }

    private static string Quote(string text) => text.All(c => c is >= ' ' and < (char)127 and not ('"' or '\\')) ? "\"" + text + "\"" : JsonText.Quote(text);
}
