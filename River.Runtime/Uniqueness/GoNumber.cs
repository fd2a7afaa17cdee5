using River.Serialization;

namespace River.Uniqueness;

/// <summary>
/// Numbers as Go's encoder writes them. Works on the digits and not on a double, so that a decimal's digits count as well.
/// </summary>
internal static class GoNumber
{
    // From here on, and below the smallest, Go writes an exponent.
    private const int FirstExponentForm = 21;
    private const int SmallestPlainForm = -6;
    private const int LongestOnStack = 128;

    /// <summary>Writes a JSON number in Go's form: <c>1.0</c> as <c>1</c>, <c>1E-07</c> as <c>1e-7</c>, <c>1E+20</c> in full.</summary>
    public static void Write(ReadOnlySpan<byte> number, PooledBuffer output)
    {
        if (number.IndexOfAny((byte)'.', (byte)'e', (byte)'E') < 0)
        {
            output.Write(number);
            return;
        }

        var isNegative = number[0] == '-';
        var text = isNegative ? number[1..] : number;
        var mantissa = text.IndexOfAny((byte)'e', (byte)'E') is >= 0 and var at ? text[..at] : text;
        var written = mantissa.Length == text.Length ? 0 : ReadExponent(text[(mantissa.Length + 1)..]);
        if (written is not { } shift)
        {
            output.Write(number);
            return;
        }

        Span<byte> space = mantissa.Length <= LongestOnStack ? stackalloc byte[mantissa.Length] : new byte[mantissa.Length];
        var digits = Significant(mantissa, space, out var exponent);
        if (isNegative)
            output.Write((byte)'-');
        if (digits.IsEmpty)
            output.Write((byte)'0');
        else if (exponent + shift is < SmallestPlainForm or >= FirstExponentForm)
            WriteExponentForm(digits, exponent + shift, output);
        else
            WritePlainForm(digits, exponent + shift, output);
    }

    /// <summary>The digits without zeros at either end, and the power of ten of the first.</summary>
    private static ReadOnlySpan<byte> Significant(ReadOnlySpan<byte> mantissa, Span<byte> space, out int exponent)
    {
        var point = mantissa.IndexOf((byte)'.');
        var whole = point < 0 ? mantissa : mantissa[..point];
        var fraction = point < 0 ? default : mantissa[(point + 1)..];
        whole.CopyTo(space);
        fraction.CopyTo(space[whole.Length..]);

        ReadOnlySpan<byte> all = space[..(whole.Length + fraction.Length)];
        var significant = all.TrimStart((byte)'0');
        exponent = whole.Length - 1 - (all.Length - significant.Length);
        return significant.TrimEnd((byte)'0');
    }

    private static int? ReadExponent(ReadOnlySpan<byte> text)
    {
        var isNegative = text[0] == '-';
        var digits = text[0] is (byte)'-' or (byte)'+' ? text[1..] : text;
        const int Longest = 8;
        if (digits.Length > Longest)
            return null;

        var value = 0;
        foreach (var digit in digits)
            value = (value * 10) + (digit - '0');
        return isNegative ? -value : value;
    }

    private static void WritePlainForm(ReadOnlySpan<byte> digits, int exponent, PooledBuffer output)
    {
        if (exponent < 0)
        {
            output.Write("0."u8);
            WriteZeros(-exponent - 1, output);
            output.Write(digits);
            return;
        }

        var whole = Math.Min(exponent + 1, digits.Length);
        output.Write(digits[..whole]);
        WriteZeros(exponent + 1 - whole, output);
        if (whole < digits.Length)
        {
            output.Write((byte)'.');
            output.Write(digits[whole..]);
        }
    }

    private static void WriteExponentForm(ReadOnlySpan<byte> digits, int exponent, PooledBuffer output)
    {
        output.Write(digits[0]);
        if (digits.Length > 1)
        {
            output.Write((byte)'.');
            output.Write(digits[1..]);
        }

        output.Write(exponent < 0 ? "e-"u8 : "e+"u8);
        Span<byte> text = stackalloc byte[11];
        Math.Abs(exponent).TryFormat(text, out var length, default, System.Globalization.CultureInfo.InvariantCulture);
        output.Write(text[..length]);
    }

    private static void WriteZeros(int count, PooledBuffer output)
    {
        for (var i = 0; i < count; i++)
            output.Write((byte)'0');
    }
}
