using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization.Metadata;

namespace River;

/// <summary>
/// The JSON Schema of arguments that a serializer context of the application's reads, made from what the context itself
/// says: so names, converters, subtypes and numbers are as it has them, also where it is written by hand.
/// </summary>
internal static class ContextSchema
{
    private const string Draft = "https://json-schema.org/draft/2020-12/schema";
    private const string Required = "required";

    private static readonly JsonSchemaExporterOptions Options = new() { TransformSchemaNode = RequireWhatTheReaderRequires };

    private static readonly JsonWriterOptions Lines = new() { Indented = true, NewLine = "\n" };

    /// <param name="kind">The job's kind.</param>
    /// <param name="contract">The context's contract of the arguments.</param>
    /// <returns>Lines of JSON; null where the context keeps references, for which a schema has no words.</returns>
    public static string? Of(string kind, JsonTypeInfo contract)
    {
        JsonObject schema;
        try
        {
            schema = contract.GetJsonSchemaAsNode(Options) as JsonObject ?? new JsonObject();
        }
        catch (NotSupportedException)
        {
            return null;
        }

        // The exporter lets every object of a class be null, and the arguments never are.
        if (schema["type"] is JsonArray types)
            schema["type"] = types.Select(type => type!.GetValue<string>()).First(type => type is not "null");
        schema.Insert(0, "$schema", Draft);
        schema.Insert(1, "title", kind);
        return Write(schema);
    }

    /// <summary>The exporter requires every parameter without a default, which a context does only where it is told to.</summary>
    private static JsonNode RequireWhatTheReaderRequires(JsonSchemaExporterContext context, JsonNode schema)
    {
        if (schema is not JsonObject described || described[Required] is not JsonArray names)
            return schema;
        var held = context.TypeInfo;
        var type = Nullable.GetUnderlyingType(held.Type) is { } value ? held.Options.GetTypeInfo(value) : held;
        foreach (var property in type.Properties.Where(property => !property.IsRequired))
        {
            if (names.FirstOrDefault(name => string.Equals(name!.GetValue<string>(), property.Name, StringComparison.Ordinal)) is { } name)
                names.Remove(name);
        }

        if (names.Count == 0)
            described.Remove(Required);
        return schema;
    }

    private static string Write(JsonObject schema)
    {
        var text = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(text, Lines))
            schema.WriteTo(writer);
        return Encoding.UTF8.GetString(text.WrittenSpan);
    }
}
