using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using River.Events;
using River.Grammar;
using River.Hosting;
using River.Supervision;
using River.Telemetry;

namespace River.Fetching;

/// <summary>
/// The queues that a running client works: those of the table, members of families that it has met, and those that close
/// and still have jobs running.
/// </summary>
internal sealed class WorkedQueues
{
    /// <summary>After so long without a job a member of a family is forgotten, so that memory follows the work.</summary>
    private static readonly TimeSpan Memory = TimeSpan.FromMinutes(10);

    private readonly QueueTable _table;
    private readonly TakenSlots _taken;
    private readonly Signal _wake;
    private readonly EventHub _events;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    private readonly ConcurrentDictionary<string, QueueSlots> _slots = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<QueueSlots> _ready = new();

    // Guards what is in the dictionary; hints and slots need no lock.
    private readonly Lock _lock = new();

    public WorkedQueues(QueueTable table, TakenSlots taken, Signal wake, EventHub events, TimeProvider time, ILogger logger)
    {
        _table = table;
        _taken = taken;
        _wake = wake;
        _events = events;
        _time = time;
        _logger = logger;
        Met = new Signal(time);
        foreach (var (queue, plan) in table.Named)
            _slots[queue] = New(queue, plan);
    }

    /// <summary>Set when a queue has joined.</summary>
    public Signal Met { get; }

    public int Count => _slots.Count;

    public IEnumerable<QueueSlots> All => _slots.Values;

    /// <summary>Those that jobs are claimed for, in ordinal order.</summary>
    public IReadOnlyList<string> Names => [.. _slots.Values.Where(slots => !slots.IsClosing).Select(slots => slots.Name).Order(StringComparer.Ordinal)];

    /// <summary>A queue may have a job that is due.</summary>
    public void Hint(string queue)
    {
        // Forgotten between the look and the hint: then it is met anew.
        while (Find(queue) is { } slots && !slots.Hint())
        {
        }
    }

    public void HintAll()
    {
        foreach (var slots in _slots.Values)
            slots.Hint();
    }

    public bool TryTakeReady([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out QueueSlots? slots) => _ready.TryDequeue(out slots);

    /// <summary>Whether the queue that is served next could take so many jobs now.</summary>
    public bool IsNextReadyFor(int jobs) => _ready.TryPeek(out var slots) && Math.Min(slots.Free, slots.MostAtOnce) >= jobs;

    public void PutBack(QueueSlots slots) => _ready.Enqueue(slots);

    /// <summary>The queue, if it is worked here; a member of a family is met by being asked for.</summary>
    public QueueSlots? Find(string queue)
    {
        if (_slots.TryGetValue(queue, out var known))
            return known;
        if (_table.Find(queue) is null || queue.Contains('*', StringComparison.Ordinal))
            return null;
        lock (_lock)
        {
            // Asked again under the lock: a change of the table has either been applied, or will find the queue here.
            if (_table.Find(queue) is not { } plan)
                return null;
            _logger.DynamicQueueFound(queue, plan.MaxWorkers);
            return _slots.GetOrAdd(queue, New, plan);
        }
    }

    /// <summary>Brings the queues in line with the table. Others aren't touched.</summary>
    public void Apply()
    {
        lock (_lock)
        {
            foreach (var (queue, plan) in _table.Named)
            {
                if (_slots.ContainsKey(queue))
                    continue;
                _logger.QueueAdded(queue, plan.MaxWorkers);
                (_slots[queue] = New(queue, plan)).Hint();
                if (_events.Wants(RiverEventKinds.QueueAdded))
                    _events.Publish(new QueueAddedEvent { At = _events.Now, Queue = queue });
            }

            foreach (var (queue, slots) in _slots)
            {
                if (_table.Find(queue) is not { } plan)
                {
                    Close(slots);
                }
                else if (slots.IsClosing || slots.Plan != plan)
                {
                    _logger.QueueResized(queue, plan.MaxWorkers);
                    slots.Open(plan);
                }
            }
        }
    }

    /// <summary>The queues of a name or pattern that are closing.</summary>
    public IReadOnlyList<QueueSlots> Closing(string queue) =>
        [.. _slots.Values.Where(slots => slots.IsClosing && QueueName.Matches(queue, slots.Name))];

    /// <summary>Forgets members of families that have long had nothing to do. For the fetcher, between its claims.</summary>
    public void ForgetIdle()
    {
        var named = _table.Named;
        foreach (var (queue, slots) in _slots)
        {
            if (named.ContainsKey(queue) || slots.IsClosing || slots.Idleness < Memory)
                continue;
            lock (_lock)
            {
                if (!slots.TryForget())
                    continue;
                _slots.TryRemove(KeyValuePair.Create(queue, slots));
            }

            _logger.DynamicQueueForgotten(queue);
        }
    }

    private void Close(QueueSlots slots)
    {
        if (slots.IsClosing)
            return;
        _logger.QueueRemoved(slots.Name, slots.Running);
        slots.Departure = DepartAsync(slots, slots.CloseAsync());
    }

    private async Task DepartAsync(QueueSlots slots, Task<bool> closed)
    {
        if (!await closed.ConfigureAwait(false))
            return;
        lock (_lock)
        {
            // Opened again since: then it stays.
            if (slots.IsClosing && _slots.TryRemove(KeyValuePair.Create(slots.Name, slots)) && _events.Wants(RiverEventKinds.QueueRemoved))
                _events.Publish(new QueueRemovedEvent { At = _events.Now, Queue = slots.Name });
        }
    }

    private QueueSlots New(string queue, QueuePlan plan)
    {
        Met.Set();
        return new QueueSlots(queue, plan, _ready, _wake, _taken, _time);
    }
}
