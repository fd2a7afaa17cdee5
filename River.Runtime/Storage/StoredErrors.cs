using System.Globalization;
using System.Text.Json;

namespace River.Storage;

/// <summary>Reads a row's errors as far as they go: entries that others wrote in forms of their own must not lose the row.</summary>
internal static class StoredErrors
{
    private static readonly JsonDocumentOptions AnyDepth = new() { MaxDepth = int.MaxValue };

    /// <param name="json">A list.</param>
    /// <exception cref="JsonException">It isn't JSON.</exception>
    /// <exception cref="InvalidOperationException">It isn't a list.</exception>
    public static AttemptError[] Read(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json, AnyDepth);
        return Of(document);
    }

    /// <inheritdoc cref="Read(ReadOnlyMemory{byte})"/>
    public static AttemptError[] Read(string json)
    {
        using var document = JsonDocument.Parse(json, AnyDepth);
        return Of(document);
    }

    private static AttemptError[] Of(JsonDocument list) => [.. list.RootElement.EnumerateArray().Select(Entry)];

    private static AttemptError Entry(JsonElement entry)
    {
        if (entry.ValueKind != JsonValueKind.Object)
            return new AttemptError(DateTimeOffset.UnixEpoch, 0, entry.ToString(), "");
        var attempt = entry.TryGetProperty("attempt", out var number) && number.ValueKind == JsonValueKind.Number && number.TryGetInt32(out var value) ? value : 0;
        return new AttemptError(TimeOf(Text(entry, "at")), attempt, Text(entry, "error"), Text(entry, "trace"));
    }

    private static DateTimeOffset TimeOf(string text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var at) ? at : DateTimeOffset.UnixEpoch;

    private static string Text(JsonElement entry, string name) =>
        entry.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
}
