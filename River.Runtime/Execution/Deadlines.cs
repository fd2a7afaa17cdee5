namespace River.Execution;

/// <summary>
/// The timeouts of running attempts. Nearly all have the same one or one of a few, so those of one length stand in a line by
/// themselves, in order, and one timer serves the line: a timer for each would cost a short job more than its claim.
/// </summary>
internal sealed class Deadlines(TimeProvider time)
{
    /// <summary>How many lines may be there when one that has become empty is kept for the next timeout of its length.</summary>
    private const int Kept = 32;

    private readonly Lock _gate = new();
    private readonly Dictionary<TimeSpan, Line> _lines = [];

    /// <summary>How many lines there are, empty ones included.</summary>
    public int Lines
    {
        get
        {
            lock (_gate)
                return _lines.Count;
        }
    }

    /// <summary>Calls <see cref="Deadline.Expired"/> after a wait, unless it is removed before.</summary>
    public void Add(Deadline deadline, TimeSpan wait)
    {
        lock (_gate)
        {
            if (!_lines.TryGetValue(wait, out var line))
                _lines.Add(wait, line = new Line(this, wait));
            line.Append(deadline, time.GetTimestamp() + (long)(wait.TotalSeconds * time.TimestampFrequency));
        }
    }

    /// <summary>Does nothing for one that isn't there.</summary>
    public void Remove(Deadline deadline)
    {
        lock (_gate)
        {
            if (deadline.Line is not { } line)
                return;
            line.Remove(deadline);
            if (line.IsEmpty && _lines.Count > Kept)
                line.End();
        }
    }

    /// <summary>One line of equal timeouts. All of it under the gate.</summary>
    internal sealed class Line
    {
        private readonly Deadlines _owner;
        private readonly TimeSpan _wait;
        private readonly ITimer _timer;
        private Deadline? _first;
        private Deadline? _last;
        private bool _isOver;

        public bool IsEmpty => _first is null;

        public Line(Deadlines owner, TimeSpan wait)
        {
            _owner = owner;
            _wait = wait;

            // The context of the job that happens to be the first is none of the others'.
            using var detached = ExecutionContext.IsFlowSuppressed() ? default(AsyncFlowControl?) : ExecutionContext.SuppressFlow();
            _timer = owner.TimerFor(this, wait);
        }

        public void Append(Deadline deadline, long due)
        {
            (deadline.Line, deadline.Due, deadline.Previous) = (this, due, _last);
            if (_last is null)
                _first = deadline;
            else
                _last.Next = deadline;
            _last = deadline;
        }

        public void Remove(Deadline deadline)
        {
            if (deadline.Previous is null)
                _first = deadline.Next;
            else
                deadline.Previous.Next = deadline.Next;
            if (deadline.Next is null)
                _last = deadline.Previous;
            else
                deadline.Next.Previous = deadline.Previous;
            (deadline.Line, deadline.Previous, deadline.Next) = (null, null, null);
        }

        /// <summary>Ends an empty line.</summary>
        public void End()
        {
            _isOver = true;
            _owner._lines.Remove(_wait);
            _timer.Dispose();
        }

        /// <summary>Takes out what is due, and sets the timer for what is next. An empty line ends.</summary>
        public void TakeDue(List<Deadline> due)
        {
            // The timer may have fired before it was disposed, and another line may have the place by now.
            if (_isOver)
                return;
            var now = _owner.Now;
            while (_first is { } first && first.Due <= now)
            {
                Remove(first);
                due.Add(first);
            }

            if (_first is { } next)
            {
                _timer.Change(_owner.Until(next.Due), Timeout.InfiniteTimeSpan);
                return;
            }

            End();
        }
    }

    private long Now => time.GetTimestamp();

    // Timers count whole milliseconds: one that fires early finds nothing due.
    private TimeSpan Until(long due) =>
        TimeSpan.FromMilliseconds(Math.Max(1, Math.Ceiling(time.GetElapsedTime(time.GetTimestamp(), due).TotalMilliseconds)));

    private ITimer TimerFor(Line line, TimeSpan wait) => time.CreateTimer(_ => Expire(line), null, wait, Timeout.InfiniteTimeSpan);

    private void Expire(Line line)
    {
        var due = new List<Deadline>();
        lock (_gate)
            line.TakeDue(due);
        foreach (var deadline in due)
            deadline.Expired();
    }
}

/// <summary>What may be told that its time is up. In one line at a time.</summary>
internal abstract class Deadline
{
    internal Deadlines.Line? Line { get; set; }

    internal Deadline? Previous { get; set; }

    internal Deadline? Next { get; set; }

    internal long Due { get; set; }

    /// <summary>The time is up.</summary>
    protected internal abstract void Expired();
}
