using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using River.Serialization;

namespace River.Sqlite.Rows;

/// <summary>The JSON texts in which rows keep lists and metadata.</summary>
internal static class JsonColumns
{
    private static readonly JsonWriterOptions Plain = new() { Encoder = StoredTextEncoder.Instance };
    private static readonly JsonDocumentOptions AnyDepth = new() { MaxDepth = int.MaxValue };

    public static string Strings(IEnumerable<string> values) => Write(json =>
    {
        json.WriteStartArray();
        foreach (var value in values)
            json.WriteStringValue(value);
        json.WriteEndArray();
    });

    public static string[] ReadStrings(byte[] json)
    {
        // Most jobs have no tags, and every row is read by a claim.
        if (json.AsSpan().SequenceEqual("[]"u8))
            return [];
        using var document = JsonDocument.Parse(json);
        return [.. document.RootElement.EnumerateArray().Select(value => value.GetString()!)];
    }

    /// <summary>One element of the errors, in River's form.</summary>
    public static string Error(AttemptError error) => Write(json =>
    {
        json.WriteStartObject();
        json.WriteString("at", error.At.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture));
        json.WriteNumber("attempt", error.Attempt);
        json.WriteString("error", error.Error);
        json.WriteString("trace", error.Trace);
        json.WriteEndObject();
    });

    /// <summary>
    /// Replaces keys of one object by those of another, at the top level only and null kept, as PostgreSQL's <c>||</c> does.
    /// SQLite's json_patch would merge deep and take null for "remove".
    /// </summary>
    public static string Merge(byte[] metadata, byte[] changes) => Merge(metadata, changes, keepNulls: true);

    /// <summary>As <see cref="Merge(byte[], byte[])"/>, but a key that is null in the changes is removed.</summary>
    public static string MergeWithoutNulls(byte[] metadata, byte[] changes) => Merge(metadata, changes, keepNulls: false);

    private static string Merge(byte[] metadata, byte[] changes, bool keepNulls) => Write(json =>
    {
        using var before = JsonDocument.Parse(metadata, AnyDepth);
        using var after = JsonDocument.Parse(changes, AnyDepth);
        json.WriteStartObject();
        foreach (var property in before.RootElement.EnumerateObject())
        {
            if (!after.RootElement.TryGetProperty(property.Name, out _))
                property.WriteTo(json);
        }

        foreach (var property in after.RootElement.EnumerateObject())
        {
            if (keepNulls || property.Value.ValueKind != JsonValueKind.Null)
                property.WriteTo(json);
        }

        json.WriteEndObject();
    });

    public static string Write(Action<Utf8JsonWriter> content)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Plain))
            content(json);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
