using River.Registration;
using River.Storage;

namespace River.Maintenance;

/// <summary>
/// The retention options as what is to be pruned: for each state one class of jobs for each time that some of them are
/// kept. A class is walked by itself, so that jobs that are kept longer are looked at once and not each time anew.
/// </summary>
internal static class RetentionPlan
{
    /// <summary>What is kept for longer is kept for ever: the database's clock doesn't reach back any further.</summary>
    private static readonly TimeSpan Forever = TimeSpan.FromDays(100 * 365);

    public static IReadOnlyList<RetentionClass> Of(RetentionOptions options, JobRegistry registry) =>
    [
        .. Of(JobState.Completed, options, registry, options.Completed, static own => own.Completed),
        .. Of(JobState.Cancelled, options, registry, options.Cancelled, static own => own.Cancelled),
        .. Of(JobState.Discarded, options, registry, options.Discarded, static own => own.Discarded),
    ];

    private static IEnumerable<RetentionClass> Of(
        JobState state, RetentionOptions options, JobRegistry registry, TimeSpan rest, Func<RetentionOverride, TimeSpan?> time)
    {
        var queues = Own(options.Queues, time);
        var kinds = WithAliases(Own(options.Kinds, time), registry);
        TimeSpan[] all = [.. queues.Values.Concat(kinds.Values).Append(rest).Distinct().OrderDescending()];
        foreach (var keptFor in all.Where(IsFinite))
        {
            // What the longest time is over for goes in any case.
            yield return keptFor == all[0] && all.All(IsFinite)
                ? new RetentionClass(state, keptFor, PruneScope.All)
                : new RetentionClass(state, keptFor, new PruneScope(With(kinds, keptFor), [.. kinds.Keys], With(queues, keptFor), [.. queues.Keys], Rest: rest == keptFor));
        }
    }

    private static bool IsFinite(TimeSpan time) => time != Timeout.InfiniteTimeSpan && time < Forever;

    private static Dictionary<string, TimeSpan> Own(IDictionary<string, RetentionOverride> overrides, Func<RetentionOverride, TimeSpan?> time) =>
        overrides.Where(own => time(own.Value) is not null).ToDictionary(own => own.Key, own => time(own.Value)!.Value, StringComparer.Ordinal);

    private static string[] With(Dictionary<string, TimeSpan> own, TimeSpan time) => [.. own.Where(one => one.Value == time).Select(one => one.Key)];

    /// <summary>A job's rows may carry any of its names.</summary>
    private static Dictionary<string, TimeSpan> WithAliases(Dictionary<string, TimeSpan> kinds, JobRegistry registry)
    {
        foreach (var job in registry.Jobs)
        {
            string[] names = [job.Kind, .. job.Facts.Aliases];
            if (Array.Find(names, kinds.ContainsKey) is not { } named)
                continue;
            foreach (var name in names)
                kinds.TryAdd(name, kinds[named]);
        }

        return kinds;
    }
}

/// <summary>Jobs of one state that are kept for one time, and how far the leader has looked through them.</summary>
internal sealed class RetentionClass(JobState state, TimeSpan keptFor, PruneScope scope)
{
    public JobState State => state;

    public TimeSpan KeptFor => keptFor;

    public PruneScope Scope => scope;

    /// <summary>Where to go on looking; null for the oldest.</summary>
    public DateTimeOffset? From { get; set; }

    /// <summary>Whether this run has nothing more to look at.</summary>
    public bool IsDone { get; set; }
}
