using System.Buffers;
using System.Text.Json;
using River.Serialization;

namespace River.Uniqueness;

/// <summary>Writes any JSON value as Go's encoder would have: compact, Go's escapes and number forms, order kept.</summary>
internal static class CanonicalJson
{
    public static JsonReaderOptions ReaderOptions { get; } = new() { MaxDepth = int.MaxValue };

    public static void Write(ReadOnlySpan<byte> value, PooledBuffer output)
    {
        var reader = new Utf8JsonReader(value, ReaderOptions);
        var needsComma = false;
        while (reader.Read())
        {
            if (reader.TokenType is JsonTokenType.EndObject or JsonTokenType.EndArray)
            {
                output.Write(reader.TokenType == JsonTokenType.EndObject ? (byte)'}' : (byte)']');
                needsComma = true;
                continue;
            }

            if (needsComma)
                output.Write((byte)',');
            needsComma = WriteToken(ref reader, output);
        }
    }

    /// <summary>The text of a string or a name, without escapes; in <paramref name="space"/> if it had some.</summary>
    public static ReadOnlySpan<byte> Unescaped(ref Utf8JsonReader reader, Span<byte> space) =>
        reader.ValueIsEscaped ? space[..reader.CopyString(space)] : reader.ValueSpan;

    /// <returns>Whether a comma goes before what follows.</returns>
    private static bool WriteToken(ref Utf8JsonReader reader, PooledBuffer output)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                output.Write((byte)'{');
                return false;
            case JsonTokenType.StartArray:
                output.Write((byte)'[');
                return false;
            case JsonTokenType.PropertyName:
                WriteString(ref reader, output);
                output.Write((byte)':');
                return false;
            case JsonTokenType.String:
                WriteString(ref reader, output);
                return true;
            case JsonTokenType.Number:
                GoNumber.Write(reader.ValueSpan, output);
                return true;
            default:
                output.Write(reader.ValueSpan);
                return true;
        }
    }

    private static void WriteString(ref Utf8JsonReader reader, PooledBuffer output)
    {
        if (!reader.ValueIsEscaped)
        {
            GoString.Write(reader.ValueSpan, output);
            return;
        }

        var space = ArrayPool<byte>.Shared.Rent(reader.ValueSpan.Length);
        try
        {
            GoString.Write(Unescaped(ref reader, space), output);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(space);
        }
    }
}
