using System;
using System.Globalization;

namespace River.Grammar.Cron;

/// <summary>Intervals behind <c>@every</c>, written as Go writes durations: <c>90s</c>, <c>1h30m</c>, <c>1.5h</c>.</summary>
internal static class GoDuration
{
    /// <summary>
    /// Reads an interval, cut to whole seconds and at least one. Returns what is wrong with the text, or null.
    /// What Go allows and no schedule can mean (zero, a negative one) is refused.
    /// </summary>
    public static string? Read(string text, out TimeSpan interval)
    {
        interval = default;
        decimal nanoseconds = 0;
        var at = text.Length > 0 && text[0] is '+' or '-' ? 1 : 0;
        if (at == text.Length)
            return NoInterval(text);

        while (at < text.Length)
        {
            var unitAt = SkipWhile(text, at, isNumber: true);
            var end = SkipWhile(text, unitAt, isNumber: false);
            var unit = NanosecondsIn(text.Substring(unitAt, end - unitAt));
            if (unit == 0 || !decimal.TryParse(text.Substring(at, unitAt - at), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
                return NoInterval(text);
            // Two steps, so that the product can't overflow.
            if (number > long.MaxValue / unit)
                return TooLong(text);
            nanoseconds += number * unit;
            at = end;
        }

        if (nanoseconds > long.MaxValue)
            return TooLong(text);
        if (nanoseconds <= 0 || text[0] == '-')
            return "the interval '" + text + "' must be longer than zero";

        interval = TimeSpan.FromTicks(Math.Max(1, (long)(nanoseconds / 1_000_000_000)) * TimeSpan.TicksPerSecond);
        return null;
    }

    private static string NoInterval(string text) =>
        "'" + text + "' is not an interval; write numbers with the units h, m, s or ms, such as '90s', '1h30m' or '24h'";

    private static string TooLong(string text) => "the interval '" + text + "' is longer than 292 years";

    private static int SkipWhile(string text, int at, bool isNumber)
    {
        while (at < text.Length && (text[at] is (>= '0' and <= '9') or '.') == isNumber)
            at++;
        return at;
    }

    private static long NanosecondsIn(string unit) => unit switch
    {
        "ns" => 1,
        "us" or "µs" or "μs" => 1_000,
        "ms" => 1_000_000,
        "s" => 1_000_000_000,
        "m" => 60_000_000_000,
        "h" => 3_600_000_000_000,
        _ => 0,
    };
}
