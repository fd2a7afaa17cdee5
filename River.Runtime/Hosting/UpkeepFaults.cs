using River.Grammar;
using River.Grammar.Cron;

namespace River.Hosting;

/// <summary>What is wrong with the options of the leader's upkeep and of the logs that jobs keep.</summary>
internal static class UpkeepFaults
{
    private const int MaxNameLength = 127;
    private const int LeastLog = 1024;
    private const int LargestAttemptLog = 8 * 1024 * 1024;
    private const int LargestLog = 64 * 1024 * 1024;

    private static readonly string[] Times = [nameof(RetentionOverride.Completed), nameof(RetentionOverride.Cancelled), nameof(RetentionOverride.Discarded)];

    private static readonly Dictionary<string, string[]> Known = new(StringComparer.Ordinal)
    {
        [nameof(RiverOptions.Retention)] = [.. Times, nameof(RetentionOptions.Queues), nameof(RetentionOptions.Kinds)],
        [nameof(RiverOptions.JobLogs)] = [nameof(JobLogOptions.Level), nameof(JobLogOptions.MaxBytesPerAttempt), nameof(JobLogOptions.MaxBytes)],
        [nameof(RiverOptions.Reindex)] = [nameof(ReindexOptions.Enabled), nameof(ReindexOptions.Schedule), nameof(ReindexOptions.Timeout), nameof(ReindexOptions.Indexes)],
    };

    public static IEnumerable<string> Of(RiverOptions options, RiverConfiguration configuration)
    {
        foreach (var (section, names) in Known)
        {
            foreach (var fault in Unknown(configuration, section, names))
                yield return fault;
        }

        var logs = options.JobLogs;
        if (!Enum.IsDefined(logs.Level))
            yield return $"JobLogs.Level is {Text.Of((int)logs.Level)}; it must be a level of Microsoft.Extensions.Logging, such as Information, or None.";
        if (logs.MaxBytesPerAttempt is < LeastLog or > LargestAttemptLog)
            yield return $"JobLogs.MaxBytesPerAttempt is {Text.Of(logs.MaxBytesPerAttempt)}; it must be 1,024 to 8,388,608.";
        if (logs.MaxBytes < logs.MaxBytesPerAttempt || logs.MaxBytes > LargestLog)
            yield return $"JobLogs.MaxBytes is {Text.Of(logs.MaxBytes)}; it must be at least JobLogs.MaxBytesPerAttempt ({Text.Of(logs.MaxBytesPerAttempt)}) and at most 67,108,864.";

        var retention = options.Retention;
        foreach (var fault in Negative("Retention", retention.Completed, retention.Cancelled, retention.Discarded))
            yield return fault;
        foreach (var (sort, overrides) in new[] { (nameof(retention.Queues), retention.Queues), (nameof(retention.Kinds), retention.Kinds) })
        {
            foreach (var (name, own) in overrides)
            {
                var path = $"Retention.{sort}['{name}']";
                if (name.Length is < 1 or > MaxNameLength)
                    yield return $"{path} has a name of {Text.Of(name.Length)} characters; it must have 1 to 127.";
                else if (string.Equals(sort, nameof(retention.Queues), StringComparison.Ordinal) && name.Contains('*', StringComparison.Ordinal))
                    yield return $"{path} names a family of queues; name each queue, or give the jobs' kinds a retention of their own.";
                foreach (var fault in Unknown(configuration, $"Retention:{sort}:{name}", Times).Concat(Negative(path, own.Completed, own.Cancelled, own.Discarded)))
                    yield return fault;
            }
        }

        var reindex = options.Reindex;
        if (!CronExpression.TryParse(reindex.Schedule, out var cron, out var error))
            yield return $"Reindex.Schedule is '{reindex.Schedule}', which can't be read as a cron expression: {error?.Message}.";
        else if (cron!.NeverFires)
            yield return $"Reindex.Schedule is '{reindex.Schedule}', which no date matches; to switch it off set Reindex.Enabled to false.";
        else if (cron.TimeZoneId is { } zone && !TimeZoneInfo.TryFindSystemTimeZoneById(zone, out _))
            yield return $"Reindex.Schedule names the time zone '{zone}', which this machine doesn't know.";
        if (reindex.Timeout <= TimeSpan.Zero || reindex.Timeout > TimeSpan.FromDays(1))
            yield return $"Reindex.Timeout is {reindex.Timeout}; it must be positive and at most a day.";
        if (reindex.Indexes?.FirstOrDefault(string.IsNullOrWhiteSpace) is { } empty)
            yield return $"Reindex.Indexes holds '{empty}', which is no name of an index.";
    }

    private static IEnumerable<string> Unknown(RiverConfiguration configuration, string section, string[] known) =>
        configuration.KeysOf(section)
            .Where(name => !known.Contains(name, StringComparer.OrdinalIgnoreCase))
            .Select(name => $"the configuration section '{RiverConfiguration.SectionName}:{section}' sets '{name}', which is no option{OptionFaults.DidYouMean(Nearest.Of(name, known))}");

    private static IEnumerable<string> Negative(string path, params TimeSpan?[] times) =>
        Times.Zip(times)
            .Where(time => time.Second < TimeSpan.Zero && time.Second != Timeout.InfiniteTimeSpan)
            .Select(time => $"{path}.{time.First} is {time.Second}; it must be zero or more, or infinite.");
}
