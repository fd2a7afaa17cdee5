namespace River;

/// <summary>
/// What belongs to this process: which queues it works, with how many workers, and when it stops. What concerns the whole
/// cluster is on <see cref="IJobClient"/>. Taken from the service provider; safe for concurrent use; not for implementing
/// by applications.
/// </summary>
/// <remarks>
/// In an application that only enqueues (<c>AddRiverClient</c>) every member throws an <see cref="InvalidOperationException"/>
/// that says so: there is nothing in the process to act on.
/// </remarks>
public interface IRiverHost
{
    /// <summary>This client's name in <c>attempted_by</c> and in leader elections.</summary>
    string ClientId { get; }

    /// <summary>
    /// Whether this client leads: of all clients of the database it promotes due jobs and does the shared maintenance. May
    /// change at any time. Who leads otherwise is told by <see cref="IJobClient.GetLeaderAsync"/>.
    /// </summary>
    bool IsLeader { get; }

    /// <summary>
    /// The queues that this process works, by name, those of dynamic families included that have had a job lately. A
    /// snapshot; a removed queue is in it until its last job has ended.
    /// </summary>
    IReadOnlyList<WorkedQueue> Queues { get; }

    /// <summary>
    /// Works one more queue from now on. It gets its row, so that it can be paused; if it is paused already, it waits.
    /// Other queues aren't disturbed. Lasts until the process ends; before the client starts it counts from the start on.
    /// </summary>
    /// <param name="queue">The queue's name, or the pattern of a family such as <c>tenant_*</c>.</param>
    /// <param name="settings">How it is worked; what is null there is taken from the declaration, its family or the client.</param>
    /// <param name="cancellationToken">Gives up; then the queue isn't added.</param>
    /// <exception cref="UnknownQueueException">Nothing declares the queue, and undeclared ones aren't allowed.</exception>
    /// <exception cref="QueueWorkedException">This process works the queue already, or its removal isn't through yet.</exception>
    /// <exception cref="ArgumentException">The name or a setting is out of range.</exception>
    /// <exception cref="StoreException">The queue's row can't be written; the queue isn't added.</exception>
    Task AddQueueAsync(string queue, QueueSettings? settings = null, CancellationToken cancellationToken = default);

    /// <summary>
    /// Stops working a queue here, until it is added again or the process ends. Returns when its last job has ended and
    /// that is written. Its waiting jobs stay for other processes.
    /// </summary>
    /// <param name="queue">The queue's name, or the pattern of a family, whose queues are then removed with it.</param>
    /// <param name="how">What becomes of its running jobs.</param>
    /// <param name="cancellationToken">Stops waiting; the removal goes on.</param>
    /// <exception cref="UnknownQueueException">Nothing declares the queue, and undeclared ones aren't allowed.</exception>
    /// <exception cref="QueueNotWorkedException">This process doesn't work the queue.</exception>
    Task RemoveQueueAsync(string queue, QueueRemoval how = QueueRemoval.Drain, CancellationToken cancellationToken = default);

    /// <summary>
    /// Changes how many jobs of a queue this process runs at once, at once. Jobs that run go on when there are fewer
    /// workers afterwards. Overrules every other setting of the queue until the process ends.
    /// </summary>
    /// <param name="queue">The queue's name, or the pattern of a family.</param>
    /// <param name="maxWorkers">1 to 10,000; at least the queue's <c>MinWorkers</c> if it has some.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="UnknownQueueException">Nothing declares the queue, and undeclared ones aren't allowed.</exception>
    /// <exception cref="QueueNotWorkedException">This process doesn't work the queue.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxWorkers"/> is out of range.</exception>
    Task ResizeQueueAsync(string queue, int maxWorkers, CancellationToken cancellationToken = default);

    /// <summary>
    /// Runs one more schedule from now on, as <c>[Periodic]</c> would: every process that adds it shares its slots through
    /// its row in the database, which is there when this returns. Lasts until the process ends.
    /// </summary>
    /// <param name="job">The schedule and its job, made by <see cref="PeriodicJob.Create"/>.</param>
    /// <param name="cancellationToken">Gives up; then the schedule isn't added.</param>
    /// <exception cref="PeriodicExistsException">This process runs a schedule of that id already.</exception>
    /// <exception cref="UnknownQueueException">The job's queue isn't declared.</exception>
    /// <exception cref="InvalidJobException">One of <see cref="PeriodicJobOptions.Enqueue"/> is out of range, as it would be at every enqueue; the schedule isn't added.</exception>
    /// <exception cref="StoreException">The schedule's row can't be written; the schedule isn't added.</exception>
    Task AddPeriodicAsync(PeriodicJob job, CancellationToken cancellationToken = default);

    /// <summary>
    /// Runs a schedule no longer in this process, also one that <c>[Periodic]</c> declares, until it is added again or the
    /// process starts anew. Its row stays, so that other processes and a later one go on behind the last slot taken.
    /// To stop it everywhere, pause it by <see cref="IJobClient.PausePeriodicAsync"/>.
    /// </summary>
    /// <param name="id">The schedule's id.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Whether this process ran it. A slot that it is just taking may still be taken.</returns>
    Task<bool> RemovePeriodicAsync(string id, CancellationToken cancellationToken = default);

    /// <summary>
    /// Tells from now on what happens in this process's client: jobs that end or get stuck, queues that are paused, added or
    /// removed. Events that come while too many wait to be read are dropped, so that no reader slows the client down. May be
    /// called before the client starts; ends with its stop, also where it starts again afterwards.
    /// </summary>
    /// <param name="options">Which events, and how many may wait. Default: all, 1,000.</param>
    /// <returns>The events, for <c>await foreach</c>. To be disposed of if it isn't read.</returns>
    /// <exception cref="ArgumentException">No kind of event is wanted.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The capacity is out of range.</exception>
    EventSubscription Subscribe(SubscribeOptions? options = null);

    /// <summary>
    /// Stops this client as its host's stop would: no more claims, running jobs get the soft stop timeout, the rest is
    /// handed back. The application goes on; its <see cref="IJobClient"/> still enqueues. May be called again: a stop under
    /// way is joined, and one that is through is nothing to do.
    /// </summary>
    /// <param name="cancellationToken">
    /// The time is up, also that of the stop joined: running jobs are cancelled and handed back at once. Returns about a
    /// second later with what could be saved, whether the database answers or not.
    /// </param>
    Task StopAsync(CancellationToken cancellationToken = default);
}
