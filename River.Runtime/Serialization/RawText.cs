using System.Text.Json;

namespace River.Serialization;

/// <summary>Finds text that was written as JSON past the encoder: by a converter that writes raw, or from parsed JSON.</summary>
internal static class RawText
{
    /// <returns>Why it can't be stored, as the second half of a sentence; null when it can.</returns>
    public static string? FaultOf(ReadOnlySpan<byte> json)
    {
        // Only as an escape can such a character have come this far.
        if (json.IndexOf("\\u"u8) < 0)
            return null;
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = int.MaxValue });
        while (reader.Read())
        {
            if (reader.TokenType is not (JsonTokenType.String or JsonTokenType.PropertyName) || !reader.ValueIsEscaped)
                continue;
            try
            {
                if (StorableText.FaultOf(reader.GetString()) is { } fault)
                    return fault;
            }
            catch (InvalidOperationException)
            {
                return StorableText.HalfAPair;
            }
        }

        return null;
    }
}
