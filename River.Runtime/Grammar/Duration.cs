using System;
using System.Globalization;
using System.Threading;

namespace River.Grammar;

/// <summary>
/// Durations in attributes: a whole number with a unit (<c>500ms</c>, <c>90s</c>, <c>15m</c>, <c>24h</c>, <c>1d</c>),
/// <c>hh:mm:ss</c> or <c>d.hh:mm:ss</c> with hours below 24, or <c>infinite</c>.
/// </summary>
internal static class Duration
{
    private const string Forms = "write '500ms', '90s', '15m', '24h', '1d', 'd.hh:mm:ss' or 'infinite'";

    /// <summary>What <c>infinite</c> stands for: .NET's own value for it, −1 ms. No other result is negative.</summary>
    public static readonly TimeSpan Infinite = Timeout.InfiniteTimeSpan;

    /// <param name="text">The text to read.</param>
    /// <param name="value">The duration, zero or more, or <see cref="Infinite"/>.</param>
    /// <param name="error">What is wrong and what to write instead, as a sentence without its full stop; empty on success.</param>
    public static bool TryParse(string? text, out TimeSpan value, out string error)
    {
        value = default;
        error = Parse(text, ref value) ?? "";
        return error.Length == 0;
    }

    private static string? Parse(string? text, ref TimeSpan value)
    {
        if (string.IsNullOrEmpty(text))
            return "a duration is empty; " + Forms;
        if (string.Equals(text, "infinite", StringComparison.Ordinal))
        {
            value = Infinite;
            return null;
        }

        return text!.IndexOf(':') >= 0 ? ParseClock(text, ref value) : ParseUnit(text, ref value);
    }

    private static string? ParseUnit(string text, ref TimeSpan value)
    {
        var digits = DigitsAt(text, 0);
        var unit = text.Substring(digits);
        if (digits == 0)
            return "'" + text + "' is not a duration; " + Forms;
        if (unit.Length == 0)
            return "'" + text + "' has no unit; write '" + text + "s' for seconds or '" + text + "m' for minutes";

        var ticks = unit switch
        {
            "ms" => TimeSpan.TicksPerMillisecond,
            "s" => TimeSpan.TicksPerSecond,
            "m" => TimeSpan.TicksPerMinute,
            "h" => TimeSpan.TicksPerHour,
            "d" => TimeSpan.TicksPerDay,
            _ => 0,
        };
        if (ticks == 0)
            return "'" + text + "' has no unit that is known (ms, s, m, h, d); " + Forms;
        if (!TryNumber(text, 0, digits, out var number) || number > TimeSpan.MaxValue.Ticks / ticks)
            return TooLong(text);

        value = new TimeSpan(number * ticks);
        return null;
    }

    private static string? ParseClock(string text, ref TimeSpan value)
    {
        var at = 0;
        long days = 0;
        var dot = text.IndexOf('.');
        if (dot >= 0 && dot < text.IndexOf(':'))
        {
            if (dot == 0 || DigitsAt(text, 0) != dot)
                return NoClock(text);
            if (!TryNumber(text, 0, dot, out days) || days >= TimeSpan.MaxValue.Ticks / TimeSpan.TicksPerDay)
                return TooLong(text);
            at = dot + 1;
        }

        var parts = text.Substring(at).Split(':');
        if (parts.Length != 3)
            return "'" + text + "' doesn't say whether it means hours or minutes; write 'hh:mm:ss' with all three parts";
        if (!TryClockPart(parts[0], out var hours) || !TryClockPart(parts[1], out var minutes) || !TryClockPart(parts[2], out var seconds))
            return NoClock(text);
        if (hours >= 24)
            return "'" + text + "' has an hour part of 24 or more, which .NET reads as days; write '" + Text.Of(hours) + "h' or 'd.hh:mm:ss'";
        if (minutes >= 60 || seconds >= 60)
            return "'" + text + "' has a minute or second part of 60 or more";

        value = new TimeSpan((int)days, hours, minutes, seconds);
        return null;
    }

    private static string NoClock(string text) =>
        "'" + text + "' is not a duration; write 'hh:mm:ss' or 'd.hh:mm:ss' with whole numbers, such as '00:15:00'";

    private static string TooLong(string text) =>
        "'" + text + "' is longer than 10,675,199 days, the longest time there is; write 'infinite' for no limit";

    private static bool TryClockPart(string part, out int number)
    {
        number = 0;
        if (part.Length is 0 or > 4 || DigitsAt(part, 0) != part.Length || !TryNumber(part, 0, part.Length, out var value))
            return false;
        number = (int)value;
        return true;
    }

    private static int DigitsAt(string text, int start)
    {
        var end = start;
        while (end < text.Length && text[end] is >= '0' and <= '9')
            end++;
        return end - start;
    }

    private static bool TryNumber(string text, int start, int length, out long number) =>
        long.TryParse(text.Substring(start, length), NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
