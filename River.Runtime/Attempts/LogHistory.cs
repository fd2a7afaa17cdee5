using System.Runtime.InteropServices;
using System.Text.Json;
using River.Serialization;

namespace River.Attempts;

/// <summary>The logs of all attempts of a job, in the form of River's own: a list of <c>{"attempt": n, "log": "…"}</c>.</summary>
internal static class LogHistory
{
    private static readonly JsonDocumentOptions AnyDepth = new() { MaxDepth = int.MaxValue };

    /// <param name="row">Holds the logs of earlier attempts.</param>
    /// <param name="text">This attempt's.</param>
    /// <param name="maxBytes">What all may take: the oldest are left out, and never this one.</param>
    /// <returns>The list; null when the row holds something else in its place.</returns>
    public static byte[]? Append(JobRow row, string text, int maxBytes)
    {
        var entry = Entry(row.Attempt, text);
        using var before = TopLevel.Find(row.EncodedMetadata, MetadataKeys.Log) is { } stored ? JsonDocument.Parse(stored, AnyDepth) : null;
        if (before is { RootElement.ValueKind: not (JsonValueKind.Array or JsonValueKind.Null) })
            return null;

        JsonElement[] earlier = before is { RootElement.ValueKind: JsonValueKind.Array } ? [.. before.RootElement.EnumerateArray()] : [];
        var bytes = entry.Length;
        var first = earlier.Length;
        while (first > 0 && (bytes += LengthOf(earlier[first - 1])) <= maxBytes)
            first--;

        using var buffer = new PooledBuffer();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = StoredTextEncoder.Instance }))
        {
            writer.WriteStartArray();
            foreach (var kept in earlier.AsSpan(first))
                kept.WriteTo(writer);
            writer.WriteRawValue(entry, skipInputValidation: true);
            writer.WriteEndArray();
        }

        return buffer.Written.ToArray();
    }

    public static IReadOnlyList<JobLog> Read(JobRow row)
    {
        if (TopLevel.Read(row.EncodedMetadata, MetadataKeys.Log) is not { ValueKind: JsonValueKind.Array } list)
            return [];
        var logs = new List<JobLog>(list.GetArrayLength());
        foreach (var entry in list.EnumerateArray())
        {
            if (entry.ValueKind == JsonValueKind.Object
                && entry.TryGetProperty("attempt"u8, out var attempt) && attempt.ValueKind == JsonValueKind.Number && attempt.TryGetInt32(out var number)
                && entry.TryGetProperty("log"u8, out var log) && log.ValueKind == JsonValueKind.String)
            {
                logs.Add(new JobLog(number, log.GetString()!));
            }
        }

        return logs;
    }

    private static byte[] Entry(int attempt, string text)
    {
        using var buffer = new PooledBuffer();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = StoredTextEncoder.Instance }))
        {
            writer.WriteStartObject();
            writer.WriteNumber("attempt"u8, attempt);
            writer.WriteString("log"u8, text);
            writer.WriteEndObject();
        }

        return buffer.Written.ToArray();
    }

    private static int LengthOf(JsonElement element) => JsonMarshal.GetRawUtf8Value(element).Length;
}
