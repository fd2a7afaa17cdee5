using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using River.Serialization;

namespace River.Uniqueness;

/// <summary>Writes any JSON value as Go's encoder would have: compact, Go's escapes and number forms, order kept.</summary>
internal static class CanonicalJson
{
    public static JsonReaderOptions ReaderOptions { get; } = new() { MaxDepth = int.MaxValue };

    /// <param name="value">The value's text.</param>
    /// <param name="shape">Where dictionaries are in it, whose entries are sorted; null for none.</param>
    /// <param name="output">Where the text goes.</param>
    public static void Write(ReadOnlyMemory<byte> value, ArgsShape? shape, PooledBuffer output)
    {
        if (shape is not null && value.Span[0] == '{')
            WriteObject(value, shape, output);
        else if (shape?.Element is { } element && value.Span[0] == '[')
            WriteItems(value, element, output);
        else
            WriteAsIs(value.Span, output);
    }

    private static void WriteObject(ReadOnlyMemory<byte> value, ArgsShape shape, PooledBuffer output)
    {
        var isMap = shape.Kind == JsonTypeInfoKind.Dictionary;
        var members = JsonMembers.Of(value);
        if (isMap)
            members.Sort(JsonMember.Compare);

        output.Write((byte)'{');
        for (var i = 0; i < members.Count; i++)
        {
            if (i > 0)
                output.Write((byte)',');
            GoString.Write(members[i].Name.Span, output);
            output.Write((byte)':');
            Write(members[i].Value, isMap ? shape.Element : shape.Member(members[i].Name.Span), output);
        }

        output.Write((byte)'}');
    }

    private static void WriteItems(ReadOnlyMemory<byte> value, ArgsShape element, PooledBuffer output)
    {
        var reader = new Utf8JsonReader(value.Span, ReaderOptions);
        reader.Read();
        output.Write((byte)'[');
        var isFirst = true;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (!isFirst)
                output.Write((byte)',');
            isFirst = false;
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            Write(value[start..(int)reader.BytesConsumed], element, output);
        }

        output.Write((byte)']');
    }

    private static void WriteAsIs(ReadOnlySpan<byte> value, PooledBuffer output)
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
