using River.Storage;
using River.Supervision;

namespace River.Fetching;

/// <summary>Keeps a row for each queue that this client works, so that it can be paused, and shows as worked.</summary>
internal sealed class QueueStamps(JobStore store, Fetcher fetcher, StatementLimit limit, TimeProvider time)
{
    /// <summary>River's cleaner removes rows that weren't stamped for a day.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(10);

    public async Task TurnAsync(CancellationToken stop)
    {
        var queues = fetcher.Queues;
        if (queues.Count > 0)
            await limit.RunAsync(token => store.Queues.UpsertAsync(queues, token), stop).ConfigureAwait(false);
        await Task.Delay(Interval, time, stop).ConfigureAwait(false);
    }
}
