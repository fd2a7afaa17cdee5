namespace River.TestSupport.Time;

/// <summary>
/// Time that moves only when a test says so. Timers fire in the order of their due times, on the thread that calls
/// <see cref="Advance"/>, and each callback sees its own due time as now.
/// </summary>
public sealed class FakeTimeProvider : TimeProvider
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Lock _gate = new();
    private readonly List<FakeTimer> _armed = [];
    private readonly List<(int Count, TaskCompletionSource Reached)> _waiters = [];
    private readonly DateTimeOffset _start;
    private DateTimeOffset _now;
    private long _sequence;

    public FakeTimeProvider() : this(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero))
    {
    }

    public FakeTimeProvider(DateTimeOffset start) => _start = _now = start.ToUniversalTime();

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    /// <summary>How many timers wait for their due time.</summary>
    public int ArmedTimers
    {
        get
        {
            lock (_gate)
                return _armed.Count;
        }
    }

    /// <summary>How long from now the earliest timer is due; null when none waits.</summary>
    public TimeSpan? NextTimer
    {
        get
        {
            lock (_gate)
                return _armed.Count == 0 ? null : _armed.Min(timer => timer.Due) - _now;
        }
    }

    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate)
            return _now;
    }

    public override long GetTimestamp() => (GetUtcNow() - _start).Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        var timer = new FakeTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Moves time forward and fires every timer that falls due on the way, those armed meanwhile included.</summary>
    public void Advance(TimeSpan by)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(by, TimeSpan.Zero);
        AdvanceTo(GetUtcNow() + by);
    }

    /// <summary>Moves time forward to a moment; see <see cref="Advance"/>.</summary>
    public void AdvanceTo(DateTimeOffset moment)
    {
        while (TakeDue(moment) is { } timer)
            timer.Fire();
    }

    /// <summary>Moves time forward at once, as for a machine that slept: timers that were due on the way fire late, and see the time after it.</summary>
    public void Jump(TimeSpan by)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(by, TimeSpan.Zero);
        DateTimeOffset now;
        lock (_gate)
            now = _now += by;
        AdvanceTo(now);
    }

    /// <summary>Completes when at least this many timers wait: the code under test has gone to sleep.</summary>
    /// <exception cref="TimeoutException">After a minute of real time.</exception>
    public Task WaitForTimersAsync(int count = 1, CancellationToken cancellationToken = default)
    {
        TaskCompletionSource reached;
        lock (_gate)
        {
            if (_armed.Count >= count)
                return Task.CompletedTask;
            reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiters.Add((count, reached));
        }
        return reached.Task.WaitAsync(Patience, cancellationToken);
    }

    /// <summary>Waits for a timer and moves time to the earliest one's due time; returns how far that was.</summary>
    public async Task<TimeSpan> AdvanceToNextTimerAsync(CancellationToken cancellationToken = default)
    {
        await WaitForTimersAsync(1, cancellationToken).ConfigureAwait(false);
        var before = GetUtcNow();
        DateTimeOffset due;
        lock (_gate)
            due = _armed.Count == 0 ? before : _armed.Min(timer => timer.Due);
        AdvanceTo(due);
        return due - before;
    }

    /// <summary>
    /// Moves time forward step by step until the task is done, for code that arms its timer on a thread of its own: one step
    /// may come too early for that.
    /// </summary>
    /// <exception cref="TimeoutException">After a minute of real time.</exception>
    public async Task AdvanceUntilAsync(Task done, TimeSpan step, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(done);
        await Eventually.Async(
            () =>
            {
                if (!done.IsCompleted)
                    Advance(step);
                return done.IsCompleted;
            },
            Patience,
            cancellationToken,
            "the end of what time was moved for").ConfigureAwait(false);
        await done.ConfigureAwait(false);
    }

    private FakeTimer? TakeDue(DateTimeOffset until)
    {
        lock (_gate)
        {
            var next = _armed.Where(timer => timer.Due <= until).OrderBy(timer => timer.Due).ThenBy(timer => timer.Sequence).FirstOrDefault();
            if (next is null)
            {
                _now = until > _now ? until : _now;
                return null;
            }
            _now = next.Due > _now ? next.Due : _now;
            _armed.Remove(next);
            if (next.Period is { } period)
                Arm(next, next.Due + period);
            return next;
        }
    }

    private void Arm(FakeTimer timer, DateTimeOffset due)
    {
        timer.Due = due;
        timer.Sequence = _sequence++;
        _armed.Add(timer);
        foreach (var waiter in _waiters.Where(waiter => _armed.Count >= waiter.Count))
            waiter.Reached.TrySetResult();
        _waiters.RemoveAll(waiter => waiter.Reached.Task.IsCompleted);
    }

    private sealed class FakeTimer(FakeTimeProvider owner, TimerCallback callback, object? state) : ITimer
    {
        private bool _disposed;

        public DateTimeOffset Due { get; set; }

        public long Sequence { get; set; }

        public TimeSpan? Period { get; private set; }

        public void Fire() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (owner._gate)
            {
                if (_disposed)
                    return false;
                owner._armed.Remove(this);
                Period = period > TimeSpan.Zero ? period : null;
                if (dueTime != Timeout.InfiniteTimeSpan)
                    owner.Arm(this, owner._now + dueTime);
            }
            // A timer due at once must not wait for somebody to move the clock.
            if (dueTime == TimeSpan.Zero)
                ThreadPool.QueueUserWorkItem(static provider => provider.AdvanceTo(provider.GetUtcNow()), owner, preferLocal: false);
            return true;
        }

        public void Dispose()
        {
            lock (owner._gate)
            {
                _disposed = true;
                owner._armed.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
