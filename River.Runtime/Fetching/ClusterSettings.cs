using System.Globalization;
using Microsoft.Extensions.Logging;
using River.Events;
using River.Hosting;
using River.Storage;
using River.Supervision;
using River.Telemetry;

namespace River.Fetching;

/// <summary>
/// What the queues' rows say to all processes: which are paused, and how many workers each process gives them. Read when
/// a notification says so, and now and then for those that got lost.
/// </summary>
internal sealed class ClusterSettings(JobStore store, QueueTable table, Fetcher fetcher, EventHub events, StatementLimit limit, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ListeningInterval = TimeSpan.FromMinutes(1);

    private readonly Signal _changed = new(time);
    private readonly HashSet<(string Queue, string Text)> _refused = [];
    private volatile HashSet<string>? _paused;

    /// <summary>Whether a queue was paused at the last look. Only for show: the claim itself asks the row.</summary>
    public bool IsPaused(string queue) => _paused is { } paused && paused.Contains(queue);

    /// <summary>Somebody may have changed a row.</summary>
    public void Changed() => _changed.Set();

    public async Task TurnAsync(CancellationToken stop)
    {
        var rows = await limit.RunAsync(store.Queues.AlteredAsync, stop).ConfigureAwait(false);
        var maxWorkers = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var row in rows.Where(row => row.MaxWorkers is not null))
        {
            if (int.TryParse(row.MaxWorkers, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is >= 1 and <= OptionFaults.MaxWorkersLimit)
                maxWorkers[row.Name] = number;
            else if (_refused.Add((row.Name, row.MaxWorkers!)))
                logger.ClusterWorkersRefused(row.Name, row.MaxWorkers!);
        }

        var before = _paused;
        _paused = rows.Where(row => row.IsPaused).Select(row => row.Name).ToHashSet(StringComparer.Ordinal);
        if (before is not null)
            Tell(before, _paused);
        table.SetOfCluster(maxWorkers);
        await _changed.WaitAsync(fetcher.IsListening ? ListeningInterval : Interval, stop).ConfigureAwait(false);
    }

    /// <summary>By the rows, not by notifications: those may get lost, or change nothing.</summary>
    private void Tell(HashSet<string> before, HashSet<string> after)
    {
        if (!events.Wants(RiverEventKinds.QueuePaused | RiverEventKinds.QueueResumed))
            return;
        foreach (var queue in after.Where(queue => !before.Contains(queue) && table.Find(queue) is not null))
            events.Publish(new QueuePausedEvent { At = events.Now, Queue = queue });
        foreach (var queue in before.Where(queue => !after.Contains(queue) && table.Find(queue) is not null))
            events.Publish(new QueueResumedEvent { At = events.Now, Queue = queue });
    }
}
