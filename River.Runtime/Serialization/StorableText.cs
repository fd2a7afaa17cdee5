using System.Buffers;
using System.Globalization;
using System.Text;

namespace River.Serialization;

/// <summary>What text PostgreSQL's jsonb can hold: no U+0000, and no half of a surrogate pair.</summary>
internal static class StorableText
{
    public const string HalfAPair = "holds half of a surrogate pair, which the database's JSON can't store; pass whole characters";

    /// <summary>Why a text can't be stored, as the second half of a sentence; null when it can.</summary>
    public static string? FaultOf(ReadOnlySpan<char> text)
    {
        if (text.Contains('\0'))
            return "holds U+0000, which the database's JSON can't store; remove it";
        return FirstLoneSurrogate(text) is >= 0 and var at
            ? $"holds half of a surrogate pair (U+{((int)text[at]).ToString("X4", CultureInfo.InvariantCulture)}), which the database's JSON can't store; pass whole characters"
            : null;
    }

    /// <summary>Where the first unpaired surrogate stands; −1 when there is none.</summary>
    public static int FirstLoneSurrogate(ReadOnlySpan<char> text)
    {
        var at = 0;
        while (text[at..].IndexOfAnyInRange('\uD800', '\uDFFF') is >= 0 and var next)
        {
            at += next;
            if (Rune.DecodeFromUtf16(text[at..], out _, out var length) != OperationStatus.Done)
                return at;
            at += length;
        }

        return -1;
    }
}
