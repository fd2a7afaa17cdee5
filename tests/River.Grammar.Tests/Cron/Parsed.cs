using System.Globalization;
using River.Grammar.Cron;

namespace River.Grammar.Tests.Cron;

/// <summary>Texts of the tables, read.</summary>
internal static class Parsed
{
    public static CronExpression Cron(string text) =>
        CronExpression.TryParse(text, out var expression, out var error) ? expression! : throw new FormatException($"{text}: {error!.Message}");

    public static DateTimeOffset Instant(string text) =>
        DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
}
