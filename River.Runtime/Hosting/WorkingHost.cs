using River.Client;
using River.Events;
using River.Grammar;
using River.Periodic;
using River.Registration;

namespace River.Hosting;

/// <summary>This process's own side of a client that works jobs.</summary>
internal sealed class WorkingHost(
    ClientIdentity identity,
    IEngine engine,
    QueueTable table,
    DeclaredQueues declared,
    CheckedOptions options,
    StoreGate gate,
    AddedSchedules schedules,
    EventHub events) : IRiverHost, IDisposable
{
    // One change of the queues at a time.
    private readonly SemaphoreSlim _turn = new(1, 1);

    public string ClientId => identity.Id;

    public bool IsLeader => engine.Run is { IsLeader: true };

    public IReadOnlyList<WorkedQueue> Queues => engine.Run is { } run
        ? [.. run.Queues.All.OrderBy(slots => slots.Name, StringComparer.Ordinal).Select(slots => new WorkedQueue
        {
            Name = slots.Name,
            MaxWorkers = slots.Plan.MaxWorkers,
            MinWorkers = slots.Plan.MinWorkers,
            Workers = slots.Workers,
            Running = slots.Running,
            IsPaused = run.Settings.IsPaused(slots.Name),
            IsDraining = slots.IsClosing,
            UnknownJobs = slots.UnknownJobs,
        })]
        : [.. table.Named.Select(queue => new WorkedQueue { Name = queue.Key, MaxWorkers = queue.Value.MaxWorkers, MinWorkers = queue.Value.MinWorkers })];

    public async Task AddQueueAsync(string queue, QueueSettings? settings = null, CancellationToken cancellationToken = default)
    {
        Check(queue);
        settings ??= new QueueSettings();
        Check(settings);
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var run = engine.Run;
            if (table.Find(queue) is not null || run?.Queues.Closing(queue).Count > 0)
                throw new QueueWorkedException(queue, isDraining: table.Find(queue) is null);

            // First its row, so that whoever sees the queue worked can pause it too. Members of a family get theirs when they are met.
            if (run is not null && !IsPattern(queue))
            {
                var store = await gate.ReadyAsync(cancellationToken).ConfigureAwait(false);
                await store.Queues.UpsertAsync([queue], cancellationToken).ConfigureAwait(false);
                run.Settings.Changed();
            }

            table.Add(queue, settings);
        }
        finally
        {
            _turn.Release();
        }
    }

    public async Task RemoveQueueAsync(string queue, QueueRemoval how = QueueRemoval.Drain, CancellationToken cancellationToken = default)
    {
        Check(queue);
        if (!Enum.IsDefined(how))
            throw new ArgumentOutOfRangeException(nameof(how), how, "It must be Drain or HandOver.");
        var removal = Task.CompletedTask;
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var run = engine.Run;

            // A removal under way may be joined, and hurried.
            if (table.Find(queue) is not null || run is null || run.Queues.Closing(queue).Count == 0)
                table.Remove(queue);
            if (run is not null)
            {
                var closing = run.Queues.Closing(queue);
                removal = how == QueueRemoval.HandOver ? run.HandOver.OfAsync(closing) : Task.WhenAll(closing.Select(slots => slots.Departure));
            }
        }
        finally
        {
            _turn.Release();
        }

        await removal.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    public async Task ResizeQueueAsync(string queue, int maxWorkers, CancellationToken cancellationToken = default)
    {
        Check(queue);
        CheckWorkers(maxWorkers, nameof(maxWorkers));
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (table.Find(queue) is null)
                throw new QueueNotWorkedException(queue, isDraining: engine.Run?.Queues.Closing(queue).Count > 0);
            table.Resize(queue, maxWorkers);
        }
        finally
        {
            _turn.Release();
        }
    }

    public Task AddPeriodicAsync(PeriodicJob job, CancellationToken cancellationToken = default) => schedules.AddAsync(job, cancellationToken);

    public Task<bool> RemovePeriodicAsync(string id, CancellationToken cancellationToken = default) => schedules.RemoveAsync(id, cancellationToken);

    public EventSubscription Subscribe(SubscribeOptions? options = null) => events.Subscribe(options ?? new SubscribeOptions());

    public Task StopAsync(CancellationToken cancellationToken = default) => engine.StopAsync(cancellationToken);

    public void Dispose() => _turn.Dispose();

    private static bool IsPattern(string queue) => queue.Contains('*', StringComparison.Ordinal);

    private void Check(string queue)
    {
        ArgumentException.ThrowIfNullOrEmpty(queue);
        if (declared.Declares(queue) || declared.Includes(queue))
            return;
        if (!options.Current.AllowUndeclaredQueues)
            throw new UnknownQueueException(queue, declared.NearestTo(queue));
        if (IsPattern(queue) ? !QueueName.IsPattern(queue, out var reason) : !QueueName.IsValid(queue, out reason))
            throw new ArgumentException($"'{queue}' is no name of a queue: {reason}.", nameof(queue));
    }

    private void Check(QueueSettings settings)
    {
        if (settings.MaxWorkers is { } maxWorkers)
            CheckWorkers(maxWorkers, nameof(settings));
        if (settings.MinWorkers is { } minWorkers && (minWorkers < 1 || minWorkers > (settings.MaxWorkers ?? OptionFaults.MaxWorkersLimit)))
            throw new ArgumentOutOfRangeException(nameof(settings), minWorkers, "MinWorkers must be 1 to MaxWorkers.");
        if (settings.JobTimeout is { } timeout && (timeout <= TimeSpan.Zero || timeout >= options.Current.RescueAfter))
            throw new ArgumentOutOfRangeException(nameof(settings), timeout, $"JobTimeout must be positive and less than RescueAfter ({options.Current.RescueAfter}). For jobs that run longer, set the job's own Timeout.");
    }

    private static void CheckWorkers(int maxWorkers, string parameter)
    {
        if (maxWorkers is < 1 or > OptionFaults.MaxWorkersLimit)
            throw new ArgumentOutOfRangeException(parameter, maxWorkers, "MaxWorkers must be 1 to 10,000; to work a queue no more, call RemoveQueueAsync.");
    }
}
