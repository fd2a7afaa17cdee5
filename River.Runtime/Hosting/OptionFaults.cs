using River.Grammar;
using River.Registration;
using River.Supervision;

namespace River.Hosting;

/// <summary>What is wrong with a client's options.</summary>
internal static class OptionFaults
{
    public const int MaxWorkersLimit = 10_000;

    private const int MaxSchemaLength = 46;
    private static readonly TimeSpan ShortestHeartbeat = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestHeartbeatLease = TimeSpan.FromDays(1);
    private static readonly TimeSpan LongestRescueAfter = TimeSpan.FromDays(3_650);

    /// <summary>Well below what timers and the database's own timeouts can be set to, also a few times over.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromDays(1);

    private static readonly string[] Known =
    [
        nameof(RiverOptions.ClientId), nameof(RiverOptions.Schema), nameof(RiverOptions.JobTimeout), nameof(RiverOptions.MaxAttempts),
        nameof(RiverOptions.HeartbeatInterval), nameof(RiverOptions.HeartbeatLease), nameof(RiverOptions.PollInterval), nameof(RiverOptions.PollOnly), nameof(RiverOptions.RescueAfter), nameof(RiverOptions.RescueInterval),
        nameof(RiverOptions.SoftStopTimeout), nameof(RiverOptions.StuckThreshold), nameof(RiverOptions.StatementTimeout), nameof(RiverOptions.Leadership),
        nameof(RiverOptions.Retention), nameof(RiverOptions.Reindex), nameof(RiverOptions.JobLogs), nameof(RiverOptions.TraceRelation),
        nameof(RiverOptions.AllowUndeclaredQueues), nameof(RiverOptions.MigrateOnStart), nameof(RiverOptions.MaxWorkers),
        nameof(RiverOptions.MinWorkers), nameof(RiverOptions.JobTimeouts), nameof(RiverOptions.BacklogTarget), nameof(RiverOptions.WorkerBudget),
    ];

    /// <param name="options">The options.</param>
    /// <param name="queues">What is declared.</param>
    /// <param name="configured">The names that the configuration section sets.</param>
    public static IEnumerable<string> Of(RiverOptions options, DeclaredQueues queues, IEnumerable<string> configured)
    {
        foreach (var name in configured.Where(name => !Known.Contains(name, StringComparer.OrdinalIgnoreCase)))
            yield return $"the configuration section '{RiverConfiguration.SectionName}' sets '{name}', which is no option{DidYouMean(Nearest.Of(name, Known))}";

        if (options.ClientId is { } id && (string.IsNullOrWhiteSpace(id) || id.Length > ClientIdentity.MaxLength))
            yield return $"{nameof(options.ClientId)} '{id}' has {Text.Of(id.Length)} characters; it must have 1 to 100.";
        if (options.Schema is { } schema && !IsSchema(schema))
            yield return $"{nameof(options.Schema)} '{schema}' is no name that River takes; use letters, digits and '_', not starting with a digit, at most 46.";
        if (options.MaxAttempts is < 1 or > short.MaxValue)
            yield return $"{nameof(options.MaxAttempts)} is {Text.Of(options.MaxAttempts)}; it must be 1 to 32,767.";
        if (!Enum.IsDefined(options.Leadership))
            yield return $"{nameof(options.Leadership)} is {Text.Of((int)options.Leadership)}; it must be {nameof(Leadership.Participate)} or {nameof(Leadership.Never)}.";
        if (!Enum.IsDefined(options.TraceRelation))
            yield return $"{nameof(options.TraceRelation)} is {Text.Of((int)options.TraceRelation)}; it must be {nameof(TraceRelation.Link)} or {nameof(TraceRelation.Parent)}.";

        if (options.PollInterval < TimeSpan.FromMilliseconds(1) || options.PollInterval > Longest)
            yield return $"{nameof(options.PollInterval)} is {options.PollInterval}; it must be 1 ms to 1 day.";
        if (options.HeartbeatInterval < ShortestHeartbeat)
            yield return $"{nameof(options.HeartbeatInterval)} is {options.HeartbeatInterval}; it must be at least 100 ms.";
        if (options.HeartbeatLease / Presence.BeatRhythm.LeastBeats < options.HeartbeatInterval)
            yield return $"{nameof(options.HeartbeatLease)} is {options.HeartbeatLease}; it must be at least three times {nameof(options.HeartbeatInterval)} ({options.HeartbeatInterval}), or one late heartbeat loses every job.";
        else if (options.HeartbeatLease > LongestHeartbeatLease)
            yield return $"{nameof(options.HeartbeatLease)} is {options.HeartbeatLease}; it must be at most 1 day.";
        if (options.RescueInterval <= TimeSpan.Zero || options.RescueInterval > Longest)
            yield return $"{nameof(options.RescueInterval)} is {options.RescueInterval}; it must be positive and at most 1 day.";
        if (options.StatementTimeout <= TimeSpan.Zero || options.StatementTimeout > Longest)
            yield return $"{nameof(options.StatementTimeout)} is {options.StatementTimeout}; it must be positive and at most 1 day.";
        if (options.StuckThreshold <= TimeSpan.Zero && options.StuckThreshold != Timeout.InfiniteTimeSpan)
            yield return $"{nameof(options.StuckThreshold)} is {options.StuckThreshold}; it must be positive or infinite.";
        if (options.SoftStopTimeout is { } stop && (stop < TimeSpan.Zero || stop > Signal.LongestWait) && stop != Timeout.InfiniteTimeSpan)
            yield return $"{nameof(options.SoftStopTimeout)} is {stop}; it must be zero to 49 days, or infinite.";

        if (options.JobTimeout <= TimeSpan.Zero && options.JobTimeout != Timeout.InfiniteTimeSpan)
            yield return $"{nameof(options.JobTimeout)} is {options.JobTimeout}; it must be positive or infinite.";
        else if (options.RescueAfter <= TimeSpan.Zero || options.RescueAfter <= options.JobTimeout)
            yield return $"{nameof(options.RescueAfter)} is {options.RescueAfter}; it must be greater than {nameof(options.JobTimeout)} ({options.JobTimeout}), or jobs are worked again while they still run.";
        else if (options.RescueAfter > LongestRescueAfter)
            yield return $"{nameof(options.RescueAfter)} is {options.RescueAfter}; it must be at most 3,650 days.";

        foreach (var (queue, maxWorkers) in options.MaxWorkers)
        {
            if (maxWorkers is < 0 or > MaxWorkersLimit)
                yield return $"{nameof(options.MaxWorkers)} of queue '{queue}' is {Text.Of(maxWorkers)}; it must be 0 (not here) to 10,000.";
            if (NameFault(queue, queues, options.AllowUndeclaredQueues) is { } fault)
                yield return fault;
        }
    }

    /// <summary>The end of a sentence about a name that isn't known.</summary>
    internal static string DidYouMean(string? nearest) => nearest is null ? "." : $"; did you mean '{nearest}'?";

    private static string? NameFault(string queue, DeclaredQueues queues, bool allowUndeclared)
    {
        if (queues.Declares(queue) || queues.Includes(queue))
            return null;
        if (!QueueName.IsValid(queue, out var reason))
            return $"{nameof(RiverOptions.MaxWorkers)} names queue '{queue}', which is no name of a queue: {reason}.";
        return allowUndeclared
            ? null
            : $"{nameof(RiverOptions.MaxWorkers)} names queue '{queue}', which is not declared{DidYouMean(queues.NearestTo(queue))} Correct the name, or declare it with [assembly: Queue(\"{queue}\")].";
    }

    private static bool IsSchema(string schema) =>
        schema.Length is > 0 and <= MaxSchemaLength
        && !char.IsAsciiDigit(schema[0])
        && schema.All(c => char.IsAsciiLetterOrDigit(c) || c == '_');
}
