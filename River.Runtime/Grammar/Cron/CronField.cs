using System;
using System.Globalization;

namespace River.Grammar.Cron;

/// <summary>One field of an expression: the values that it may hold and how its text is read into a set of them.</summary>
internal sealed class CronField
{
    private const int Sunday = 7;

    public static readonly CronField Second = new("second", 0, 59, NoNames);
    public static readonly CronField Minute = new("minute", 0, 59, NoNames);
    public static readonly CronField Hour = new("hour", 0, 23, NoNames);
    public static readonly CronField DayOfMonth = new("day of month", 1, 31, NoNames);
    public static readonly CronField Month = new(
        "month", 1, 12, "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec");
    public static readonly CronField DayOfWeek = new("day of week", 0, 6, "sun", "mon", "tue", "wed", "thu", "fri", "sat");

    private readonly string _title;
    private readonly int _min;
    private readonly int _max;
    private readonly string[] _names;

    private CronField(string title, int min, int max, params string[] names)
    {
        _title = title;
        _min = min;
        _max = max;
        _names = names;
    }

    private static string[] NoNames => Array.Empty<string>();

    // 7 is Sunday too, but a step still ends at Saturday: "1/2" is Monday, Wednesday, Friday, as in River's Go clients.
    private int Highest => ReferenceEquals(this, DayOfWeek) ? Sunday : _max;

    /// <summary>Reads the field. On success the error is null.</summary>
    public CronValues Read(string text, out string? error)
    {
        var values = default(CronValues);
        foreach (var item in text.Split(','))
        {
            error = ReadItem(item, ref values);
            if (error is not null)
                return default;
        }

        error = null;
        return values;
    }

    private string? ReadItem(string item, ref CronValues values)
    {
        if (item.Length == 0)
            return Fault("has an empty entry in its list");

        var step = 1;
        var slash = item.IndexOf('/');
        if (slash >= 0 && !TryNumber(item.Substring(slash + 1), out step))
            return Fault("has the step '" + item.Substring(slash + 1) + "', which is not a whole number");
        if (step == 0)
            return Fault("has the step 0; a step must be 1 or more");

        var range = slash < 0 ? item : item.Substring(0, slash);
        if (range is "*" or "?")
        {
            values = values.With(_min, _max, step, isStar: step == 1, isInterval: true);
            return null;
        }

        var hyphen = range.IndexOf('-');
        var error = ReadValue(hyphen < 0 ? range : range.Substring(0, hyphen), out var first);
        if (error is not null)
            return error;

        var last = slash < 0 ? first : _max;
        if (hyphen >= 0)
            error = ReadValue(range.Substring(hyphen + 1), out last);
        else if (first > last)
            error = Fault("starts a step at 7; write 0 for Sunday there");
        if (error is not null)
            return error;
        if (first > last)
            return Fault("has the range '" + range + "', which runs backwards" + (last == 0 ? "; write 7 for the Sunday at its end" : ""));

        values = values.With(first, last, step, isStar: false, isInterval: hyphen >= 0 || slash >= 0);
        return null;
    }

    private string? ReadValue(string text, out int value)
    {
        if (TryNumber(text, out value))
        {
            return value >= _min && value <= Highest
                ? null
                : Fault("has the value " + text + "; allowed are " + Text.Of(_min) + " to " + Text.Of(Highest));
        }

        var name = Array.FindIndex(_names, known => string.Equals(known, text, StringComparison.OrdinalIgnoreCase));
        value = name + _min;
        if (name >= 0)
            return null;
        return Fault((text.Length == 0 ? "lacks a value" : "has '" + text + "', which is not a value")
            + "; allowed are " + Text.Of(_min) + " to " + Text.Of(Highest)
            + (_names.Length > 0 ? " and " + _names[0] + " to " + _names[_names.Length - 1] : "") + ", with * , - /");
    }

    private string Fault(string what) => "the " + _title + " field " + what;

    private static bool TryNumber(string text, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
