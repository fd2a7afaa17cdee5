using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace River.Generators.Tests.Json;

/// <summary>As much of JSON Schema as River's schemas use; a word that it doesn't know is a fault.</summary>
internal static class SchemaCheck
{
    public static List<string> Faults(string payload, JsonElement schema)
    {
        var faults = new List<string>();
        Check(JsonDocument.Parse(payload).RootElement, schema, schema, "$", faults);
        return faults;
    }

    private static void Check(JsonElement value, JsonElement schema, JsonElement root, string path, List<string> faults)
    {
        if (schema.ValueKind is JsonValueKind.True or JsonValueKind.False)
        {
            if (!schema.GetBoolean())
                faults.Add($"{path}: nothing is allowed here, not {value}");
            return;
        }

        foreach (var rule in schema.EnumerateObject())
        {
            var holds = rule.Name switch
            {
                "type" => (rule.Value.ValueKind == JsonValueKind.Array ? rule.Value.EnumerateArray() : Enumerable.Repeat(rule.Value, 1)).Any(type => Is(value, type.GetString()!)),
                "enum" => rule.Value.EnumerateArray().Any(one => JsonElement.DeepEquals(one, value)),
                "const" => JsonElement.DeepEquals(rule.Value, value),
                "anyOf" => rule.Value.EnumerateArray().Any(one => !Nested(value, one).Any()),
                "$ref" => !Nested(value, Target(root, rule.Value.GetString()!)).Any(),
                "required" => value.ValueKind != JsonValueKind.Object || rule.Value.EnumerateArray().All(name => value.TryGetProperty(name.GetString()!, out _)),
                "properties" => value.ValueKind != JsonValueKind.Object || rule.Value.EnumerateObject().All(member => !value.TryGetProperty(member.Name, out var held) || !Nested(held, member.Value).Any()),
                "items" => value.ValueKind != JsonValueKind.Array || value.EnumerateArray().All(item => !Nested(item, rule.Value).Any()),
                "additionalProperties" => value.ValueKind != JsonValueKind.Object || value.EnumerateObject().All(item => IsListed(item.Name, schema) || !Nested(item.Value, rule.Value).Any()),
                "minimum" => value.ValueKind != JsonValueKind.Number || value.GetDecimal() >= rule.Value.GetDecimal(),
                "maximum" => value.ValueKind != JsonValueKind.Number || value.GetDecimal() <= rule.Value.GetDecimal(),
                "minLength" => value.ValueKind != JsonValueKind.String || value.GetString()!.Length >= rule.Value.GetInt32(),
                "maxLength" => value.ValueKind != JsonValueKind.String || value.GetString()!.Length <= rule.Value.GetInt32(),
                "pattern" => value.ValueKind != JsonValueKind.String || Regex.IsMatch(value.GetString()!, rule.Value.GetString()!, RegexOptions.None, TimeSpan.FromSeconds(5)),
                "format" => value.ValueKind != JsonValueKind.String || HasFormat(value.GetString()!, rule.Value.GetString()!),
                "contentEncoding" => value.ValueKind != JsonValueKind.String || value.TryGetBytesFromBase64(out _),
                "$schema" or "title" or "$defs" or "default" => true,
                _ => false,
            };
            if (!holds)
                faults.Add($"{path}: {rule} doesn't hold of {value}");
        }

        List<string> Nested(JsonElement inner, JsonElement of)
        {
            var found = new List<string>();
            Check(inner, of, root, path + "/…", found);
            return found;
        }
    }

    /// <summary>What a JSON pointer such as <c>#/$defs/line</c> leads to.</summary>
    private static JsonElement Target(JsonElement root, string pointer) => pointer.Split('/').Skip(1)
        .Select(step => Uri.UnescapeDataString(step).Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal))
        .Aggregate(root, (at, step) => at.ValueKind == JsonValueKind.Array ? at[int.Parse(step, CultureInfo.InvariantCulture)] : at.GetProperty(step));

    private static bool IsListed(string name, JsonElement schema) => schema.TryGetProperty("properties", out var properties) && properties.TryGetProperty(name, out _);

    private static bool Is(JsonElement value, string type) => type switch
    {
        "object" => value.ValueKind == JsonValueKind.Object,
        "array" => value.ValueKind == JsonValueKind.Array,
        "string" => value.ValueKind == JsonValueKind.String,
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "null" => value.ValueKind == JsonValueKind.Null,
        "number" => value.ValueKind == JsonValueKind.Number,
        "integer" => value.ValueKind == JsonValueKind.Number && !value.GetRawText().Contains('.', StringComparison.Ordinal),
        _ => false,
    };

    private static bool HasFormat(string text, string format) => format switch
    {
        "date-time" => DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, out _),
        "date" => DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _),
        "uuid" => Guid.TryParseExact(text, "D", out _),
        "uri-reference" => Uri.TryCreate(text, UriKind.RelativeOrAbsolute, out _),
        _ => false,
    };
}
