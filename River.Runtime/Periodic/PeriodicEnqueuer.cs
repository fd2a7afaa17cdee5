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
internal sealed class PeriodicEnqueuer
{
    /// <summary>The longest trust in a wait that was reckoned from the database's clock.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromMinutes(1);

    private readonly JobStore _store;
    private readonly Inserter _inserter;
    private readonly Fetcher _fetcher;
    private readonly StatementLimit _limit;
    private readonly TimeProvider _time;
    private readonly Randomness _randomness;
    private readonly ILogger _logger;
    private readonly Dictionary<string, PeriodicSchedule> _schedules = new(StringComparer.Ordinal);

    public PeriodicEnqueuer(
        JobStore store,
        IEnumerable<ScheduleRegistration> registrations,
        Inserter inserter,
        Fetcher fetcher,
        StatementLimit limit,
        TimeProvider time,
        Randomness randomness,
        ILogger logger)
    {
        _store = store;
        _inserter = inserter;
        _fetcher = fetcher;
        _limit = limit;
        _time = time;
        _randomness = randomness;
        _logger = logger;
        foreach (var registration in registrations)
            _schedules.TryAdd(registration.Id, PeriodicSchedule.Of(registration));
    }

    public bool HasSchedules => _schedules.Count > 0;

    /// <summary>Takes the slots that are due, and waits for the next one.</summary>
    public async Task TurnAsync(CancellationToken stop)
    {
        string[] ids = [.. _schedules.Keys];
        var rows = await _limit.RunAsync(token => _store.Schedules.DeclareAsync(ids, token), stop).ConfigureAwait(false);
        var asked = _time.GetTimestamp();
        var wait = LongestWait;
        foreach (var row in rows)
        {
            if (_schedules.TryGetValue(row.Id, out var schedule)
                && await ServeAsync(schedule, row, stop).ConfigureAwait(false) is { } next
                && next - row.Now < wait)
            {
                wait = next - row.Now;
            }
        }

        // Timers cut to whole milliseconds, and a slot can't be taken before its time.
        var rest = wait - _time.GetElapsedTime(asked) + TimeSpan.FromMilliseconds(1);
        if (rest > TimeSpan.Zero)
            await Task.Delay(rest, _time, stop).ConfigureAwait(false);
    }

    /// <summary>Takes a schedule's slot if one is due. Returns when to look again; null when it never fires again.</summary>
    private async Task<DateTimeOffset?> ServeAsync(PeriodicSchedule schedule, ScheduleRow row, CancellationToken stop)
    {
        if (schedule.NotBefore > row.Now)
            return schedule.NotBefore;
        if (schedule.DueSlot(row) is not { } slot)
            return schedule.NextAfter(row.LastSlot ?? row.DeclaredAt);
        try
        {
            var job = schedule.JobFor(slot, row.LastSlot, _inserter);
            var taken = await _limit.RunAsync(token => _store.Schedules.TakeSlotAsync(row.Id, row.LastSlot, slot, job, token), stop).ConfigureAwait(false);
            schedule.Failures = 0;
            if (taken)
            {
                _logger.SlotTaken(schedule.Id, slot, schedule.Kind);
                _fetcher.Nudge(job.Queue);
            }

            return schedule.NextAfter(slot);
        }
        catch (Exception error) when (!stop.IsCancellationRequested)
        {
            // A schedule whose job can't be made doesn't keep the others from theirs.
            var retry = _randomness.BackOff(++schedule.Failures, FirstRetry, LongestRetry);
            _logger.SlotFailed(error, schedule.Id, slot, schedule.Failures, retry.TotalSeconds);
            return schedule.NotBefore = row.Now + retry;
        }
    }
}
