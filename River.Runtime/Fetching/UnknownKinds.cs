using Microsoft.Extensions.Logging;
using River.Events;
using River.Storage;
using River.Supervision;
using River.Telemetry;

namespace River.Fetching;

/// <summary>
/// Looks past the jobs at the head of each queue that are of kinds this client doesn't know, so that claims needn't. Says
/// how many wait. Looks again every half a minute, and soon when a job may have come in before the place remembered.
/// </summary>
internal sealed class UnknownKinds(
    JobStore store, WorkedQueues queues, string[] kinds, StatementLimit limit, TimeProvider time, Instruments instruments, EventHub events, ILogger logger)
{
    /// <summary>How many jobs of a queue one statement looks at, and how many queues.</summary>
    internal const int RowsPerLook = 10_000;
    private const int QueuesPerLook = 20;

    /// <summary>How many queues are asked together whether their first job is unknown.</summary>
    private const int QueuesPerProbe = 2_000;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LeastGap = TimeSpan.FromSeconds(1);

    /// <summary>A look takes at most this part of the time, whoever asks for it.</summary>
    private const int Share = 20;

    private readonly Signal _soon = new(time);

    /// <summary>A job may have come in before a place that is remembered, or a claim took long.</summary>
    public void LookSoon() => _soon.Set();

    public async Task TurnAsync(CancellationToken stop)
    {
        var started = time.GetTimestamp();
        await LookAsync(stop).ConfigureAwait(false);
        var gap = time.GetElapsedTime(started) * Share;
        await Task.Delay(gap > LeastGap ? gap : LeastGap, time, stop).ConfigureAwait(false);
        await _soon.WaitAsync(Interval - time.GetElapsedTime(started), stop).ConfigureAwait(false);
    }

    internal async Task LookAsync(CancellationToken stop)
    {
        var all = queues.All.Where(slots => !slots.IsClosing).ToArray();
        foreach (var part in all.Chunk(QueuesPerProbe))
        {
            var heads = await HeadsAsync([.. part.Select(slots => new QueueLook(slots.Name))], 1, stop).ConfigureAwait(false);
            var unknown = heads.Select(head => head.Queue).ToHashSet(StringComparer.Ordinal);
            foreach (var slots in part.Where(slots => !unknown.Contains(slots.Name)))
                Note(slots, cursor: null, 0);
            foreach (var few in part.Where(slots => unknown.Contains(slots.Name)).Chunk(QueuesPerLook))
                await MeasureAsync(few, stop).ConfigureAwait(false);
        }
    }

    /// <summary>Walks each head to its end, some rows at a time. What was remembered stands until then.</summary>
    private async Task MeasureAsync(QueueSlots[] few, CancellationToken stop)
    {
        var found = few.ToDictionary(slots => slots.Name, _ => (Cursor: (QueueCursor?)null, Count: 0L), StringComparer.Ordinal);
        var open = few.Select(slots => new QueueLook(slots.Name)).ToArray();
        while (open.Length > 0)
        {
            var heads = await HeadsAsync(open, RowsPerLook, stop).ConfigureAwait(false);
            foreach (var head in heads)
                found[head.Queue] = (head.Last, found[head.Queue].Count + head.Count);
            open = [.. heads.Where(head => head.IsCut).Select(head => new QueueLook(head.Queue, head.Last))];
        }

        foreach (var slots in few)
            Note(slots, found[slots.Name].Cursor, found[slots.Name].Count);
    }

    private Task<IReadOnlyList<UnknownHead>> HeadsAsync(QueueLook[] looks, int rows, CancellationToken stop) =>
        limit.RunAsync(token => store.Queues.UnknownHeadsAsync(looks, kinds, rows, token), stop);

    private void Note(QueueSlots slots, QueueCursor? cursor, long count)
    {
        var before = slots.UnknownJobs;
        slots.PassOver(cursor, count);
        if (count == 0 && before == 0)
            return;
        instruments.UnknownJobs(slots.Name, count);
        if (count == 0)
            logger.UnknownJobsGone(slots.Name);
        else if (before == 0)
            logger.UnknownJobsWait(count, slots.Name);
        if ((count == 0 || before == 0) && events.Wants(RiverEventKinds.UnknownJobs))
            events.Publish(new UnknownJobsEvent { At = events.Now, Queue = slots.Name, Jobs = count });

        // A job of a known kind may stand where the claims didn't look.
        if (before > count)
            slots.Hint();
    }
}
