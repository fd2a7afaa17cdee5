using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Unicode;

namespace River.Serialization;

/// <summary>
/// Escapes only what JSON demands, so that text stays readable in the database, and refuses text that the database
/// can't hold; System.Text.Json's own encoders would quietly store U+FFFD instead.
/// </summary>
internal sealed class StoredTextEncoder : JavaScriptEncoder
{
    private static readonly SearchValues<char> Escaped = SearchValues.Create(
        "\0\u0001\u0002\u0003\u0004\u0005\u0006\a\b\t\n\v\f\r\u000E\u000F\u0010\u0011\u0012\u0013\u0014\u0015\u0016\u0017\u0018\u0019\u001A\u001B\u001C\u001D\u001E\u001F\"\\");

    private static readonly SearchValues<byte> EscapedBytes = SearchValues.Create(
        [.. Enumerable.Range(0, ' ').Select(value => (byte)value), (byte)'"', (byte)'\\']);

    public static readonly StoredTextEncoder Instance = new();

    private StoredTextEncoder()
    {
    }

    public override int MaxOutputCharactersPerInputCharacter => 6;

    public override bool WillEncode(int unicodeScalar) => unicodeScalar is < ' ' or '"' or '\\';

    public override unsafe int FindFirstCharacterToEncode(char* text, int textLength)
    {
        var span = new ReadOnlySpan<char>(text, textLength);
        if (StorableText.FaultOf(span) is { } fault)
            throw new UnstorableTextException(fault);
        return span.IndexOfAny(Escaped);
    }

    public override int FindFirstCharacterToEncodeUtf8(ReadOnlySpan<byte> utf8Text)
    {
        if (utf8Text.Contains((byte)0))
            throw new UnstorableTextException(StorableText.FaultOf("\0")!);
        if (!Utf8.IsValid(utf8Text))
            throw new UnstorableTextException("holds bytes that aren't UTF-8, which JSON can't store; pass whole characters");
        return utf8Text.IndexOfAny(EscapedBytes);
    }

    public override unsafe bool TryEncodeUnicodeScalar(int unicodeScalar, char* buffer, int bufferLength, out int numberOfCharactersWritten)
    {
        var target = new Span<char>(buffer, bufferLength);
        var shortForm = unicodeScalar switch
        {
            '"' => '"',
            '\\' => '\\',
            '\b' => 'b',
            '\t' => 't',
            '\n' => 'n',
            '\f' => 'f',
            '\r' => 'r',
            _ => '\0',
        };
        if (shortForm != '\0')
        {
            numberOfCharactersWritten = 2;
            return Write(target, ['\\', shortForm]);
        }

        if (unicodeScalar < ' ')
        {
            numberOfCharactersWritten = 6;
            return Write(target, ['\\', 'u', '0', '0', Digit(unicodeScalar >> 4), Digit(unicodeScalar & 0xF)]);
        }

        return new Rune(unicodeScalar).TryEncodeToUtf16(target, out numberOfCharactersWritten);
    }

    private static char Digit(int value) => (char)(value < 10 ? '0' + value : 'a' + value - 10);

    private static bool Write(Span<char> target, ReadOnlySpan<char> text) => text.TryCopyTo(target);
}
