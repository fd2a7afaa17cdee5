using System;
using System.Collections.Generic;

namespace River.Grammar.Cron;

/// <summary>Splits the text of an expression into its prefix and fields and says where it is wrong.</summary>
internal static class CronParser
{
    private const string Every = "@every";

    private static readonly Dictionary<string, string> Descriptors = new(StringComparer.Ordinal)
    {
        ["@yearly"] = "0 0 1 1 *",
        ["@annually"] = "0 0 1 1 *",
        ["@monthly"] = "0 0 1 * *",
        ["@weekly"] = "0 0 * * 0",
        ["@daily"] = "0 0 * * *",
        ["@midnight"] = "0 0 * * *",
        ["@hourly"] = "0 * * * *",
    };

    private static readonly CronField[] Fields =
    {
        CronField.Second, CronField.Minute, CronField.Hour, CronField.DayOfMonth, CronField.Month, CronField.DayOfWeek,
    };

    public static CronExpression? Parse(string text, out CronError? error)
    {
        var words = WordsOf(text);
        string? timeZoneId = null;
        error = words.Count == 0 ? new CronError("the cron expression is empty; write five fields, such as '0 3 * * *'", 0, text.Length) : null;
        if (error is null)
            timeZoneId = TakeTimeZone(words, out error);
        if (error is not null)
            return null;
        if (words[0].Value[0] == '@')
            return ParseDescriptor(text, timeZoneId, words, out error);

        var calendar = ParseFields(words, out error);
        return calendar is null ? null : new CronExpression(text, timeZoneId, calendar);
    }

    private static CronCalendar? ParseFields(List<Word> words, out CronError? error)
    {
        if (words.Count is not (5 or 6))
        {
            error = Across(words, "a cron expression has five fields (minute, hour, day of month, month, day of week), "
                + "or six with seconds first; this one has " + Text.Of(words.Count));
            return null;
        }

        // Without a field for seconds it is as if the text said 0.
        if (words.Count == 5)
            words.Insert(0, new Word("0", words[0].Offset));

        var values = new CronValues[Fields.Length];
        for (var i = 0; i < Fields.Length; i++)
        {
            values[i] = Fields[i].Read(words[i].Value, out var fault);
            if (fault is not null)
            {
                error = new CronError(fault, words[i].Offset, words[i].Value.Length);
                return null;
            }
        }

        error = null;
        return new CronCalendar(values[0], values[1], values[2], values[3], values[4], values[5]);
    }

    private static CronExpression? ParseDescriptor(string text, string? timeZoneId, List<Word> words, out CronError? error)
    {
        var descriptor = words[0];
        if (string.Equals(descriptor.Value, Every, StringComparison.Ordinal))
            return ParseEvery(text, timeZoneId, words, out error);

        if (!Descriptors.TryGetValue(descriptor.Value, out var fields))
        {
            var near = Nearest.Of(descriptor.Value, Descriptors.Keys);
            error = new CronError(
                string.Equals(descriptor.Value, "@reboot", StringComparison.Ordinal) ? "'@reboot' is not a time; set RunOnStart instead"
                : "'" + descriptor.Value + "' is not known; " + (near is null ? "allowed are @yearly, @monthly, @weekly, @daily, @hourly and '@every 90m'" : "did you mean '" + near + "'?"),
                descriptor.Offset,
                descriptor.Value.Length);
            return null;
        }

        if (words.Count > 1)
        {
            words.RemoveAt(0);
            error = Across(words, "nothing may follow '" + descriptor.Value + "'");
            return null;
        }

        return new CronExpression(text, timeZoneId, ParseFields(WordsOf(fields), out error)!);
    }

    private static CronExpression? ParseEvery(string text, string? timeZoneId, List<Word> words, out CronError? error)
    {
        if (words.Count != 2)
        {
            error = Across(words, "'@every' needs one interval behind it, such as '@every 1h30m'");
            return null;
        }

        var fault = GoDuration.Read(words[1].Value, out var interval);
        error = fault is null ? null : new CronError(fault, words[1].Offset, words[1].Value.Length);
        return fault is null ? new CronExpression(text, timeZoneId, interval) : null;
    }

    private static string? TakeTimeZone(List<Word> words, out CronError? error)
    {
        error = null;
        var first = words[0];
        if (!first.Value.StartsWith("TZ=", StringComparison.Ordinal) && !first.Value.StartsWith("CRON_TZ=", StringComparison.Ordinal))
            return null;

        var id = first.Value.Substring(first.Value.IndexOf('=') + 1);
        if (id.Length == 0)
            error = new CronError("'" + first.Value + "' names no time zone; write one such as 'TZ=Europe/London'", first.Offset, first.Value.Length);
        else if (words.Count == 1)
            error = new CronError("an expression must follow the time zone", first.Offset, first.Value.Length);
        words.RemoveAt(0);
        return id;
    }

    private static CronError Across(List<Word> words, string message)
    {
        var last = words[words.Count - 1];
        return new CronError(message, words[0].Offset, last.Offset + last.Value.Length - words[0].Offset);
    }

    private static List<Word> WordsOf(string text)
    {
        var words = new List<Word>();
        var start = -1;
        for (var i = 0; i <= text.Length; i++)
        {
            var isSpace = i == text.Length || char.IsWhiteSpace(text[i]);
            if (isSpace && start >= 0)
            {
                words.Add(new Word(text.Substring(start, i - start), start));
                start = -1;
            }
            else if (!isSpace && start < 0)
            {
                start = i;
            }
        }

        return words;
    }

    private readonly struct Word
    {
        public Word(string value, int offset)
        {
            Value = value;
            Offset = offset;
        }

        public string Value { get; }

        public int Offset { get; }
    }
}
