using System.Text.Json;

namespace River.Attempts;

/// <summary>Reads single keys of an encoded object: logs make metadata large, and the rest of it isn't wanted.</summary>
internal static class TopLevel
{
    private static readonly JsonReaderOptions AnyDepth = new() { MaxDepth = int.MaxValue };
    private static readonly JsonDocumentOptions AnyDepthDocument = new() { MaxDepth = int.MaxValue };

    /// <returns>The encoded value; null when there is no such key, or no object.</returns>
    public static ReadOnlyMemory<byte>? Find(ReadOnlyMemory<byte> json, string key)
    {
        var reader = new Utf8JsonReader(json.Span, AnyDepth);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            return null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isMatch = reader.ValueTextEquals(key);
            reader.Read();
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            if (isMatch)
                return json[start..(int)reader.BytesConsumed];
        }

        return null;
    }

    /// <returns>The value, independent of the bytes; null when there is no such key, or no object.</returns>
    public static JsonElement? Read(ReadOnlyMemory<byte> json, string key)
    {
        if (Find(json, key) is not { } value)
            return null;
        using var document = JsonDocument.Parse(value, AnyDepthDocument);
        return document.RootElement.Clone();
    }
}
