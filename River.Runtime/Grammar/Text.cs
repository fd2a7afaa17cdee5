using System.Globalization;

namespace River.Grammar;

/// <summary>Numbers and characters as messages show them, the same in every culture.</summary>
internal static class Text
{
    public static string Of(int number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>A character that a person can recognise: control characters and halves of a pair are shown by number.</summary>
    public static string Quote(char c) =>
        char.IsControl(c) || char.IsSurrogate(c) ? "U+" + ((int)c).ToString("X4", CultureInfo.InvariantCulture) : "'" + c + "'";
}
