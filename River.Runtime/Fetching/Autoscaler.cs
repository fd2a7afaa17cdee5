using Microsoft.Extensions.Logging;
using River.Storage;
using River.Supervision;
using River.Telemetry;

namespace River.Fetching;

/// <summary>
/// Gives queues that scale more workers while their jobs wait too long, and takes them back once they have long not. Up
/// by half at once, down by a quarter after a calm time: a burst is met, and a queue doesn't swing.
/// </summary>
internal sealed class Autoscaler(
    JobStore store, WorkedQueues queues, string[] kinds, Func<RiverOptions> options, StatementLimit limit, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>How long a queue's jobs must have waited less than half the target before it loses workers.</summary>
    internal static readonly TimeSpan Calm = TimeSpan.FromSeconds(15);

    private readonly Dictionary<string, long> _calmSince = new(StringComparer.Ordinal);

    public async Task TurnAsync(CancellationToken stop)
    {
        await StepAsync(stop).ConfigureAwait(false);
        await Task.Delay(Interval, time, stop).ConfigureAwait(false);
    }

    internal async Task StepAsync(CancellationToken stop)
    {
        // A queue at its least with a free worker has no backlog that more would shorten: an idle client asks nothing.
        var looked = queues.All.Where(slots => slots.Plan.MinWorkers is not null && !slots.IsClosing && (slots.Workers > slots.Plan.Floor || slots.Free == 0)).ToArray();
        if (looked.Length == 0)
        {
            _calmSince.Clear();
            return;
        }

        var looks = looked.Select(slots => new QueueLook(slots.Name, slots.Cursor)).ToArray();
        var backlogs = await limit.RunAsync(token => store.Queues.BacklogAsync(looks, kinds, token), stop).ConfigureAwait(false);
        var ages = backlogs.ToDictionary(backlog => backlog.Queue, backlog => backlog.Age, StringComparer.Ordinal);
        TimeSpan AgeOf(QueueSlots slots) => ages.GetValueOrDefault(slots.Name);

        var (target, budget) = (options().BacklogTarget, options().WorkerBudget);
        foreach (var slots in looked)
            ShrinkWhenCalm(slots, AgeOf(slots), target);

        foreach (var slots in looked.Where(slots => AgeOf(slots) > target && slots.Workers < slots.Plan.MaxWorkers).OrderByDescending(AgeOf))
        {
            var step = Math.Min(Math.Max(1, slots.Workers / 2), slots.Plan.MaxWorkers - slots.Workers);
            var left = budget is { } most ? most - InUse() : step;
            if (left > 0)
            {
                Scale(slots, slots.Workers + (int)Math.Min(step, left), AgeOf(slots));
                continue;
            }

            if (looked.Where(other => other.Workers > other.Plan.Floor && AgeOf(other) * 2 < AgeOf(slots)).MinBy(AgeOf) is { } donor)
                Scale(donor, Fewer(donor), AgeOf(donor));

            // What was given up is for the one that has waited longest, in the next step, and not for the donor itself.
            break;
        }
    }

    private void ShrinkWhenCalm(QueueSlots slots, TimeSpan age, TimeSpan target)
    {
        if (age > target / 2)
        {
            _calmSince.Remove(slots.Name);
            return;
        }

        _calmSince.TryAdd(slots.Name, time.GetTimestamp());
        if (slots.Workers == slots.Plan.Floor || time.GetElapsedTime(_calmSince[slots.Name]) < Calm)
            return;
        _calmSince[slots.Name] = time.GetTimestamp();
        Scale(slots, Fewer(slots), age);
    }

    /// <summary>What counts against the budget: a worker taken away counts until its job has ended.</summary>
    private long InUse() => queues.All.Sum(slots => (long)Math.Max(slots.Workers, slots.Running));

    private static int Fewer(QueueSlots slots) => Math.Max(slots.Plan.Floor, slots.Workers - Math.Max(1, slots.Workers / 4));

    private void Scale(QueueSlots slots, int workers, TimeSpan age)
    {
        logger.QueueScaled(slots.Name, workers, slots.Workers, age);
        slots.Scale(workers);
    }
}
