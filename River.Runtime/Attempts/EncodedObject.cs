using System.Runtime.InteropServices;
using System.Text.Json;
using River.Serialization;

namespace River.Attempts;

/// <summary>Puts a JSON object together from values that are encoded already.</summary>
internal static class EncodedObject
{
    private static readonly JsonDocumentOptions AnyDepth = new() { MaxDepth = int.MaxValue };

    /// <summary>A JSON string.</summary>
    public static byte[] Text(string text) => [(byte)'"', .. JsonEncodedText.Encode(text, StoredTextEncoder.Instance).EncodedUtf8Bytes, (byte)'"'];

    /// <summary>One object with the keys of another in place of its own.</summary>
    public static byte[] Merge(ReadOnlyMemory<byte> before, byte[] changes)
    {
        using var document = JsonDocument.Parse(before, AnyDepth);
        var values = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var property in document.RootElement.EnumerateObject())
            values[property.Name] = JsonMarshal.GetRawUtf8Value(property.Value).ToArray();
        return Write(values, changes);
    }

    /// <param name="values">Keys and their encoded values.</param>
    /// <param name="others">An encoded object whose keys go before; null for none.</param>
    public static byte[] Write(IReadOnlyDictionary<string, byte[]> values, byte[]? others = null)
    {
        using var buffer = new PooledBuffer();
        using (var document = others is null ? null : JsonDocument.Parse(others, AnyDepth))
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = StoredTextEncoder.Instance }))
        {
            writer.WriteStartObject();
            foreach (var (key, value) in values)
            {
                if (document?.RootElement.TryGetProperty(key, out _) == true)
                    continue;
                writer.WritePropertyName(key);
                writer.WriteRawValue(value, skipInputValidation: true);
            }

            foreach (var property in document?.RootElement.EnumerateObject() ?? default)
                property.WriteTo(writer);
            writer.WriteEndObject();
        }

        return buffer.Written.ToArray();
    }
}
