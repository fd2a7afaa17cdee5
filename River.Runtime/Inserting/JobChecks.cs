using System.Globalization;
using River.Grammar;

namespace River.Inserting;

/// <summary>The values that one enqueue may have. Each fault names the option and says what is allowed.</summary>
internal static class JobChecks
{
    private const JobStates Required = JobStates.Available | JobStates.Pending | JobStates.Running | JobStates.Scheduled;
    private const JobStates Known = JobStates.Default | JobStates.Cancelled | JobStates.Discarded;

    /// <summary>River's longest duration.</summary>
    private static readonly TimeSpan LongestDelay = TimeSpan.FromDays(106_751);

    public static int Priority(string kind, int priority) => priority is >= 1 and <= 4
        ? priority
        : throw new InvalidJobException(kind, nameof(EnqueueOptions.Priority), $"is {Text(priority)}; it must be 1 (first) to 4 (last).");

    public static int MaxAttempts(string kind, int maxAttempts) => maxAttempts is >= 1 and <= short.MaxValue
        ? maxAttempts
        : throw new InvalidJobException(kind, nameof(EnqueueOptions.MaxAttempts), $"is {Text(maxAttempts)}; it must be 1 to 32,767.");

    public static IReadOnlyList<string> Tags(string kind, IReadOnlyList<string> tags)
    {
        for (var i = 0; i < tags.Count; i++)
        {
            if (!TagName.IsValid(tags[i], out var reason))
                throw new InvalidJobException(kind, nameof(EnqueueOptions.Tags), $"has '{tags[i]}': {reason}.");
        }

        return tags;
    }

    public static TimeSpan Delay(string kind, EnqueueOptions? options)
    {
        if (options?.Delay is not { } delay)
            return TimeSpan.Zero;
        if (options.ScheduledAt is not null)
            throw new InvalidJobException(kind, nameof(EnqueueOptions.Delay), $"is set together with {nameof(EnqueueOptions.ScheduledAt)}; set one of them.");
        if (delay < TimeSpan.Zero)
            throw new InvalidJobException(kind, nameof(EnqueueOptions.Delay), $"is {delay}; it must be zero or more.");
        return delay <= LongestDelay
            ? delay
            : throw new InvalidJobException(kind, nameof(EnqueueOptions.Delay), $"is {delay}; it must be at most {Text(LongestDelay.Days)} days.");
    }

    public static DateTimeOffset? ScheduledAt(string kind, DateTimeOffset? time)
    {
        if (time is not { } value)
            return null;
        // The first and the last moment that .NET has are what a forgotten value looks like, and infinities in PostgreSQL.
        return value.Year is > 1 and < 9999
            ? value.ToUniversalTime()
            : throw new InvalidJobException(kind, nameof(EnqueueOptions.ScheduledAt), $"is {value.ToString("O", CultureInfo.InvariantCulture)}, which is no moment to run at; leave it null for now.");
    }

    public static UniqueOptions? Unique(string kind, UniqueOptions? unique)
    {
        if (unique is null)
            return null;
        if (unique.Period is { } period && period < TimeSpan.FromSeconds(1))
            throw new InvalidJobException(kind, "Unique.Period", $"is {period}; it must be at least one second.");
        if (unique is { ExcludeKind: true, Args: false, Period: null, Queue: false })
            throw new InvalidJobException(kind, "Unique.ExcludeKind", "leaves nothing to tell jobs apart by; add Args, Period or Queue.");
        if ((unique.States & ~Known) != JobStates.None)
            throw new InvalidJobException(kind, "Unique.States", $"has bits that stand for no state ({unique.States}).");

        var missing = Required & ~unique.States;
        return missing == JobStates.None
            ? unique
            : throw new InvalidJobException(kind, "Unique.States", $"lacks {missing}; River needs Available, Pending, Running and Scheduled among them.");
    }

    private static string Text(int number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
