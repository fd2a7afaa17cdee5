using System.Globalization;
using System.Text;

namespace River.Serialization;

/// <summary>Makes any text storable, so that a failure can always be recorded.</summary>
internal static class SafeText
{
    /// <summary>The longest error message that is stored, in bytes of UTF-8.</summary>
    public const int MaxMessageBytes = 8 * 1024;

    /// <summary>The longest stack trace that is stored, in bytes of UTF-8.</summary>
    public const int MaxTraceBytes = 64 * 1024;

    /// <summary>Replaces what the database's JSON can't hold by U+FFFD and cuts off what is too long, saying how much.</summary>
    public static string Of(string? text, int maxBytes)
    {
        if (string.IsNullOrEmpty(text))
            return "";

        var kept = Fitting(text, maxBytes);
        var safe = Storable(text[..kept]);
        return kept == text.Length
            ? safe
            : $"{safe}… ({(text.Length - kept).ToString(CultureInfo.InvariantCulture)} more characters)";
    }

    public static string Message(string? text) => Of(text, MaxMessageBytes);

    public static string Trace(string? text) => Of(text, MaxTraceBytes);

    /// <summary>How many characters from the start fit into so many bytes, without dividing one.</summary>
    public static int Fitting(string text, int maxBytes)
    {
        // A char takes at most three bytes, so most texts need no counting.
        if (text.Length <= maxBytes / 3)
            return text.Length;

        var bytes = 0;
        var at = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            bytes += rune.Utf8SequenceLength;
            if (bytes > maxBytes)
                return at;
            at += rune.Utf16SequenceLength;
        }

        return text.Length;
    }

    /// <summary>Replaces what the database's JSON can't hold by U+FFFD.</summary>
    public static string Storable(string text)
    {
        if (StorableText.FaultOf(text) is null)
            return text;

        // Enumerating runes already turns halves of pairs into U+FFFD.
        var safe = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
            safe.Append((rune.Value == 0 ? Rune.ReplacementChar : rune).ToString());
        return safe.ToString();
    }
}
