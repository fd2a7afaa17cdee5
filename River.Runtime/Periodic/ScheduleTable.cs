using River.Registration;
using River.Supervision;

namespace River.Periodic;

/// <summary>The schedules that this process runs: the declared ones, and those that were added since.</summary>
internal sealed class ScheduleTable(JobRegistry registry, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly Signal _changed = new(time);
    private Dictionary<string, LiveSchedule>? _schedules;
    private volatile LiveSchedule[] _all = [];

    /// <summary>As they are now, in no order.</summary>
    public IReadOnlyList<LiveSchedule> All
    {
        get
        {
            if (_schedules is null)
            {
                lock (_gate)
                    Table();
            }

            return _all;
        }
    }

    /// <returns>Whether it is new; false where one of its id is there.</returns>
    public bool Add(LiveSchedule schedule)
    {
        lock (_gate)
        {
            if (!Table().TryAdd(schedule.Id, schedule))
                return false;
            _all = [.. Table().Values];
        }

        Look();
        return true;
    }

    public bool Contains(string id)
    {
        lock (_gate)
            return Table().ContainsKey(id);
    }

    /// <returns>Whether it was there.</returns>
    public bool Remove(string id)
    {
        lock (_gate)
        {
            if (!Table().Remove(id))
                return false;
            _all = [.. Table().Values];
        }

        Look();
        return true;
    }

    /// <summary>Has the enqueuer look at the rows at once.</summary>
    public void Look() => _changed.Set();

    /// <summary>Returns when there is reason to look, or the time is up.</summary>
    public Task WaitAsync(TimeSpan limit, CancellationToken cancellationToken) => _changed.WaitAsync(limit, cancellationToken);

    // Made at first use: whoever starts the client has checked the declarations by then.
    private Dictionary<string, LiveSchedule> Table()
    {
        if (_schedules is null)
        {
            var schedules = new Dictionary<string, LiveSchedule>(StringComparer.Ordinal);
            foreach (var registration in registry.Schedules)
                schedules.TryAdd(registration.Id, LiveSchedule.Of(registration));
            _all = [.. schedules.Values];
            _schedules = schedules;
        }

        return _schedules;
    }
}
