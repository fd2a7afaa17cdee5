using Microsoft.Extensions.Logging;
using River.Fetching;
using River.Hosting;
using River.Inserting;
using River.Storage;
using River.Supervision;
using River.Telemetry;

namespace River.Periodic;

/// <summary>
/// Enqueues the jobs of schedules. Every working client does so: a slot is taken by one of them, in the transaction
/// that inserts its job, so it doesn't matter who leads and who was away.
/// </summary>
internal sealed class PeriodicEnqueuer(
    JobStore store,
    ScheduleTable table,
    Inserter inserter,
    IQueueNudge nudge,
    StatementLimit limit,
    TimeProvider time,
    Randomness randomness,
    ILogger logger)
{
    /// <summary>How soon a pause, resume or trigger is seen that no notification tells of; also the longest trust in a wait that was reckoned from the database's clock.</summary>
    private static readonly TimeSpan DeafWait = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromMinutes(1);

    /// <summary>How long code of the application's may keep the other schedules waiting.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(200);

    /// <summary>How many missed slots one schedule takes in a row before the others get their turn.</summary>
    private const int MaxInTurn = 20;

    private volatile bool _isListening;

    /// <summary>Whether notifications arrive. From their beginning on nothing is missed; what was before is looked at now.</summary>
    public void Listening(bool arrives)
    {
        _isListening = arrives;
        table.Look();
    }

    /// <summary>A row was changed.</summary>
    public void Look() => table.Look();

    /// <summary>Takes the slots and triggers that are due, and waits for the next.</summary>
    public async Task TurnAsync(CancellationToken stop)
    {
        var schedules = table.All;
        if (schedules.Count == 0)
        {
            await table.WaitAsync(LongestWait, stop).ConfigureAwait(false);
            return;
        }

        string[] ids = [.. schedules.Select(schedule => schedule.Id)];
        var rows = await limit.RunAsync(token => store.Schedules.DeclareAsync(ids, token), stop).ConfigureAwait(false);
        var asked = time.GetTimestamp();
        var byId = rows.ToDictionary(row => row.Id, StringComparer.Ordinal);
        var wait = _isListening ? LongestWait : DeafWait;
        // Where many are due at once, processes begin at different ones and so share them.
        var first = (int)(randomness.Fraction() * schedules.Count);
        for (var i = 0; i < schedules.Count; i++)
        {
            var schedule = schedules[(first + i) % schedules.Count];
            if (schedule.Apart.IsCompleted
                && byId.TryGetValue(schedule.Id, out var row)
                && await PatientlyAsync(schedule, ServeAsync(schedule, row, stop)).ConfigureAwait(false) is { } next
                && next - row.Now < wait)
            {
                wait = next - row.Now;
            }
        }

        // Timers cut to whole milliseconds, and a slot can't be taken before its time.
        await table.WaitAsync(wait - time.GetElapsedTime(asked) + TimeSpan.FromMilliseconds(1), stop).ConfigureAwait(false);
    }

    /// <summary>Waits for a schedule unless code of the application's keeps it: then it goes on apart, and the loop looks again when it is through.</summary>
    private async Task<DateTimeOffset?> PatientlyAsync(LiveSchedule schedule, Task<DateTimeOffset?> serving)
    {
        while (!serving.IsCompleted)
        {
            // In real time also under a test's clock.
            await Task.WhenAny(serving, Task.Delay(Patience, TimeProvider.System)).ConfigureAwait(false);
            if (serving.IsCompleted || !schedule.IsInCode)
                continue;
            schedule.Apart = serving.ContinueWith(_ => table.Look(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            return null;
        }

        return await serving.ConfigureAwait(false);
    }

    /// <summary>Does what a schedule's row asks for. Returns when to look again; null when nothing but a change of the row is awaited.</summary>
    private async Task<DateTimeOffset?> ServeAsync(LiveSchedule schedule, ScheduleRow row, CancellationToken stop)
    {
        // A longer wait than there is tells of a clock that was put back.
        if (schedule.NotBefore > row.Now && schedule.NotBefore - row.Now <= LongestRetry)
            return schedule.NotBefore;
        try
        {
            if (row.TriggeredAt is { } triggered)
                await TakeTriggerAsync(schedule, row, triggered, stop).ConfigureAwait(false);
            var next = row.PausedAt is null ? await TakeSlotsAsync(schedule, row, stop).ConfigureAwait(false) : null;
            schedule.Failures = 0;
            return next;
        }
        catch (Exception error) when (!stop.IsCancellationRequested)
        {
            // A schedule that is at fault doesn't keep the others from theirs.
            var retry = randomness.BackOff(++schedule.Failures, FirstRetry, LongestRetry);
            logger.ScheduleFailed(error, schedule.Id, schedule.Failures, retry.TotalSeconds);
            return schedule.NotBefore = row.Now + retry;
        }
    }

    private async Task TakeTriggerAsync(LiveSchedule schedule, ScheduleRow row, DateTimeOffset triggered, CancellationToken stop)
    {
        var context = new PeriodicContext(schedule.Id, triggered, row.LastSlot) { IsTriggered = true };
        var job = await schedule.JobForAsync(context, inserter, stop).ConfigureAwait(false);
        if (!await limit.RunAsync(token => store.Schedules.TakeTriggerAsync(row.Id, triggered, job, token), stop).ConfigureAwait(false))
            return;
        if (job is null)
        {
            logger.SlotSkipped(schedule.Id, triggered);
            return;
        }

        logger.TriggerTaken(schedule.Id, triggered, schedule.Kind);
        nudge.Nudge(job.Queue);
    }

    private async Task<DateTimeOffset?> TakeSlotsAsync(LiveSchedule schedule, ScheduleRow row, CancellationToken stop)
    {
        var (due, next) = await schedule.PlanAsync(row, stop).ConfigureAwait(false);
        var last = row.LastSlot;
        for (var taken = 0; due is { } slot; taken++)
        {
            if (taken == MaxInTurn)
                return slot;
            var job = await schedule.JobForAsync(new PeriodicContext(schedule.Id, slot, last), inserter, stop).ConfigureAwait(false);
            var before = last;
            // Not taken: another process was faster, or it was paused or the clock put back. The next look tells.
            if (!await limit.RunAsync(token => store.Schedules.TakeSlotAsync(row.Id, before, slot, job, token), stop).ConfigureAwait(false))
                return next;

            if (job is null)
            {
                logger.SlotSkipped(schedule.Id, slot);
            }
            else
            {
                logger.SlotTaken(schedule.Id, slot, schedule.Kind);
                nudge.Nudge(job.Queue);
            }

            if (!(next <= row.Now))
                return next;

            // Missed slots, of a schedule that makes up for them.
            (last, due) = (slot, next);
            next = await schedule.NextAfterAsync(due.Value, stop).ConfigureAwait(false);
        }

        return next;
    }
}
