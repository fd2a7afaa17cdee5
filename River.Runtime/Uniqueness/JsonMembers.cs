using System.Text.Json;

namespace River.Uniqueness;

/// <summary>The members of a JSON object as slices of its text.</summary>
internal static class JsonMembers
{
    /// <summary>All members in their order; of equal names all.</summary>
    public static List<JsonMember> Of(ReadOnlyMemory<byte> json)
    {
        var members = new List<JsonMember>();
        var reader = new Utf8JsonReader(json.Span, CanonicalJson.ReaderOptions);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.ValueIsEscaped
                ? Unescaped(ref reader)
                : json.Slice((int)reader.TokenStartIndex + 1, reader.ValueSpan.Length);
            reader.Read();
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            members.Add(new JsonMember(name, json[start..(int)reader.BytesConsumed], start));
        }

        return members;
    }

    private static ReadOnlyMemory<byte> Unescaped(ref Utf8JsonReader reader)
    {
        var space = new byte[reader.ValueSpan.Length];
        return space.AsMemory(0, reader.CopyString(space));
    }
}

/// <param name="Name">The name, without escapes.</param>
/// <param name="Value">The value's text.</param>
/// <param name="Start">Where the value starts, so that equal names keep their order when sorted.</param>
internal readonly record struct JsonMember(ReadOnlyMemory<byte> Name, ReadOnlyMemory<byte> Value, int Start)
{
    public static int Compare(JsonMember left, JsonMember right)
    {
        var names = left.Name.Span.SequenceCompareTo(right.Name.Span);
        return names != 0 ? names : left.Start.CompareTo(right.Start);
    }
}
