using River.Storage;
using River.Supervision;

namespace River.Fetching;

/// <summary>Keeps a row for each queue that this client works, so that it can be paused, and shows as worked.</summary>
internal sealed class QueueStamps(JobStore store, WorkedQueues worked, StatementLimit limit, TimeProvider time)
{
    /// <summary>River's cleaner removes rows that weren't stamped for a day.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(10);

    /// <summary>Queues that are met in a burst get their rows together.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private HashSet<string> _stamped = new(StringComparer.Ordinal);
    private long _since;

    public async Task TurnAsync(CancellationToken stop)
    {
        var isDue = _stamped.Count == 0 || time.GetElapsedTime(_since) >= Interval;
        var names = worked.Names;
        var unstamped = isDue ? names : [.. names.Where(name => !_stamped.Contains(name))];
        if (unstamped.Count > 0)
            await limit.RunAsync(token => store.Queues.UpsertAsync(unstamped, token), stop).ConfigureAwait(false);
        _stamped = names.ToHashSet(StringComparer.Ordinal);
        if (isDue)
            _since = time.GetTimestamp();
        await Task.Delay(Pause, time, stop).ConfigureAwait(false);
        await worked.Met.WaitAsync(Interval - time.GetElapsedTime(_since), stop).ConfigureAwait(false);
    }
}
