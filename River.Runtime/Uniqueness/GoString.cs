using System.Buffers;
using River.Serialization;

namespace River.Uniqueness;

/// <summary>Strings as Go's encoder writes them.</summary>
internal static class GoString
{
    // 0xE2 starts U+2028 and U+2029, which Go escapes, among many others.
    private static readonly SearchValues<byte> Suspects = SearchValues.Create(
        [.. Enumerable.Range(0, ' ').Select(value => (byte)value), (byte)'"', (byte)'\\', (byte)'<', (byte)'>', (byte)'&', 0xE2]);

    private static readonly SearchValues<byte> Marshalled = SearchValues.Create(
        [.. Enumerable.Range(0, ' ').Select(value => (byte)value), (byte)'"', (byte)'\\', .. Enumerable.Range(0x80, 0x80).Select(value => (byte)value)]);

    /// <summary>Writes text as a JSON string, with markup characters and line separators escaped as Go does.</summary>
    public static void Write(ReadOnlySpan<byte> text, PooledBuffer output)
    {
        output.Write((byte)'"');
        while (text.IndexOfAny(Suspects) is >= 0 and var at)
        {
            output.Write(text[..at]);
            text = text[at..];
            text = text[WriteSuspect(text, output)..];
        }

        output.Write(text);
        output.Write((byte)'"');
    }

    /// <summary>Writes a name that River's path library puts in, as it does for the outermost object: markup stays as it is in plain ASCII.</summary>
    public static void WritePathName(ReadOnlySpan<byte> name, PooledBuffer output)
    {
        if (name.ContainsAny(Marshalled))
        {
            Write(name, output);
            return;
        }

        output.Write((byte)'"');
        output.Write(name);
        output.Write((byte)'"');
    }

    private static int WriteSuspect(ReadOnlySpan<byte> text, PooledBuffer output)
    {
        var value = text[0];
        switch (value)
        {
            case 0xE2:
                var isSeparator = text.Length > 2 && text[1] == 0x80 && text[2] is (0xA8 or 0xA9);
                if (!isSeparator)
                {
                    output.Write(value);
                    return 1;
                }

                output.Write(text[2] == 0xA8 ? "\\u2028"u8 : "\\u2029"u8);
                return 3;
            case (byte)'"':
                output.Write("\\\""u8);
                return 1;
            case (byte)'\\':
                output.Write("\\\\"u8);
                return 1;
            case (byte)'\b':
                output.Write("\\b"u8);
                return 1;
            case (byte)'\f':
                output.Write("\\f"u8);
                return 1;
            case (byte)'\n':
                output.Write("\\n"u8);
                return 1;
            case (byte)'\r':
                output.Write("\\r"u8);
                return 1;
            case (byte)'\t':
                output.Write("\\t"u8);
                return 1;
            default:
                output.Write("\\u00"u8);
                output.Write("0123456789abcdef"u8[value >> 4]);
                output.Write("0123456789abcdef"u8[value & 0xF]);
                return 1;
        }
    }
}
