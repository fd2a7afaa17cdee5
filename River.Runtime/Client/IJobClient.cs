using System.Data.Common;

namespace River;

/// <summary>
/// Enqueues jobs and acts on enqueued ones. Taken from the service provider; bound to a transaction by
/// <see cref="In(DbTransaction)"/>. Safe for concurrent use unless bound. Not for implementing by applications.
/// </summary>
public interface IJobClient
{
    /// <summary>Enqueues one job.</summary>
    /// <typeparam name="TArgs">The job's type.</typeparam>
    /// <param name="args">The job's arguments: as JSON an object of at most 16 MiB.</param>
    /// <param name="options">What this enqueue says differently from the declaration.</param>
    /// <param name="cancellationToken">Gives up waiting; the job may have been enqueued all the same.</param>
    /// <returns>The new row, or the existing one that it duplicates.</returns>
    /// <exception cref="UnknownQueueException">The queue isn't declared.</exception>
    /// <exception cref="InvalidJobException">An argument or option can't be stored; the message names it.</exception>
    Task<EnqueueResult> EnqueueAsync<TArgs>(TArgs args, EnqueueOptions? options = null, CancellationToken cancellationToken = default)
        where TArgs : IJobArgs<TArgs>;

    /// <summary>Enqueues jobs of one type in one statement: all of them or none.</summary>
    /// <typeparam name="TArgs">The jobs' type.</typeparam>
    /// <param name="args">The jobs' arguments: as JSON an object of at most 16 MiB each.</param>
    /// <param name="options">What this enqueue says differently from the declaration, for all of them.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>One result for each job, in the order given.</returns>
    /// <exception cref="UnknownQueueException">The queue isn't declared.</exception>
    /// <exception cref="InvalidJobException">An argument or option can't be stored; the message names it.</exception>
    Task<IReadOnlyList<EnqueueResult>> EnqueueManyAsync<TArgs>(IEnumerable<TArgs> args, EnqueueOptions? options = null, CancellationToken cancellationToken = default)
        where TArgs : IJobArgs<TArgs>;

    /// <summary>Enqueues jobs of several types in one statement: all of them or none.</summary>
    /// <param name="requests">The jobs, made with <see cref="JobRequest.For{TArgs}"/>.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>One result for each job, in the order given.</returns>
    /// <exception cref="UnknownQueueException">A queue isn't declared.</exception>
    /// <exception cref="InvalidJobException">An argument or option can't be stored; the message names it.</exception>
    Task<IReadOnlyList<EnqueueResult>> EnqueueManyAsync(IEnumerable<JobRequest> requests, CancellationToken cancellationToken = default);

    /// <summary>
    /// Enqueues many jobs by the database's fastest way (COPY on PostgreSQL), in batches, and returns only their number.
    /// Each batch is there whole or not at all; when a later one fails, the batches before it stay. For all or none, bind
    /// the client to a transaction with <see cref="In(DbTransaction)"/>.
    /// </summary>
    /// <param name="requests">The jobs, made with <see cref="JobRequest.For{TArgs}"/>; gone through once, and no more than a batch is held in memory.</param>
    /// <param name="options">How large the batches are, what becomes of duplicates, and who is told of the progress.</param>
    /// <param name="cancellationToken">Ends it; nothing of the batch at hand is inserted.</param>
    /// <returns>How many jobs were inserted, and how many left out as duplicates.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><see cref="BulkOptions.BatchSize"/> is not 1 to 100,000.</exception>
    /// <exception cref="UnknownQueueException">A queue isn't declared.</exception>
    /// <exception cref="InvalidJobException">An argument or option can't be stored; the message names it.</exception>
    /// <exception cref="UniqueConflictException">A job duplicates another one, and duplicates are not to be skipped.</exception>
    Task<BulkResult> EnqueueBulkAsync(IEnumerable<JobRequest> requests, BulkOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>
    /// The same for jobs that come one by one, as from a file or a query. In a transaction the source must not read over
    /// the transaction's own connection, which is busy with the batches.
    /// </summary>
    /// <param name="requests">The jobs, made with <see cref="JobRequest.For{TArgs}"/>; gone through once, and no more than a batch is held in memory.</param>
    /// <param name="options">How large the batches are, what becomes of duplicates, and who is told of the progress.</param>
    /// <param name="cancellationToken">Ends it; nothing of the batch at hand is inserted.</param>
    /// <returns>How many jobs were inserted, and how many left out as duplicates.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><see cref="BulkOptions.BatchSize"/> is not 1 to 100,000.</exception>
    /// <exception cref="UnknownQueueException">A queue isn't declared.</exception>
    /// <exception cref="InvalidJobException">An argument or option can't be stored; the message names it.</exception>
    /// <exception cref="UniqueConflictException">A job duplicates another one, and duplicates are not to be skipped.</exception>
    Task<BulkResult> EnqueueBulkAsync(IAsyncEnumerable<JobRequest> requests, BulkOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>Reads one job.</summary>
    /// <param name="id">The job's number.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>The row, or null when there is none.</returns>
    Task<JobRow?> GetAsync(long id, CancellationToken cancellationToken = default);

    /// <summary>
    /// Reads a page of jobs. To go through all of them, pass <see cref="JobPage.Next"/> on, or use
    /// <see cref="JobClientExtensions.ListAllAsync"/>.
    /// </summary>
    /// <param name="filter">Which jobs, in which order; null for the first 100 by number.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>At most <see cref="JobFilter.Limit"/> rows, and where the list goes on.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><see cref="JobFilter.Limit"/> is not 1 to 10,000.</exception>
    /// <exception cref="InvalidFilterException">The order doesn't go with the states asked for.</exception>
    /// <exception cref="InvalidCursorException">The cursor belongs to another order.</exception>
    Task<JobPage> ListAsync(JobFilter? filter = null, CancellationToken cancellationToken = default);

    /// <summary>
    /// Cancels a job. A waiting job is cancelled at once; a running one is asked to stop through its token and ends
    /// as cancelled unless it succeeds; a finished one stays as it is.
    /// </summary>
    /// <param name="id">The job's number.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>The row afterwards.</returns>
    /// <exception cref="JobNotFoundException">There is no such job.</exception>
    Task<JobRow> CancelAsync(long id, CancellationToken cancellationToken = default);

    /// <summary>
    /// Makes a job available now, also a finished one, with one more attempt if it has none left, and tells the clients that
    /// work its queue. A running job stays as it is, and so does one that is due already.
    /// </summary>
    /// <param name="id">The job's number.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>The row afterwards.</returns>
    /// <exception cref="JobNotFoundException">There is no such job.</exception>
    /// <exception cref="UniqueConflictException">Another job holds its unique key; <see cref="UniqueConflictException.ConflictingJobId"/> names it.</exception>
    Task<JobRow> RetryAsync(long id, CancellationToken cancellationToken = default);

    /// <summary>Deletes a job that isn't running.</summary>
    /// <param name="id">The job's number.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>The row as it was.</returns>
    /// <exception cref="JobNotFoundException">There is no such job.</exception>
    /// <exception cref="JobRunningException">The job is running; cancel it first.</exception>
    Task<JobRow> DeleteAsync(long id, CancellationToken cancellationToken = default);

    /// <summary>
    /// Deletes the jobs that a filter holds for, by number, at most <see cref="JobFilter.Limit"/> of them. Running jobs stay,
    /// and so do those that another transaction is just changing; call again while rows come back.
    /// </summary>
    /// <param name="filter">Which jobs; its order and cursor must be left out.</param>
    /// <param name="unsafeAll">Whether to delete jobs of every sort: then the filter must have no condition but its limit.</param>
    /// <param name="cancellationToken">Gives up waiting; the jobs may have been deleted all the same.</param>
    /// <returns>The rows as they were.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><see cref="JobFilter.Limit"/> is not 1 to 10,000.</exception>
    /// <exception cref="InvalidFilterException">
    /// The filter has no condition and <paramref name="unsafeAll"/> isn't set, or both are; or it has an order or a cursor.
    /// </exception>
    Task<IReadOnlyList<JobRow>> DeleteManyAsync(JobFilter filter, bool unsafeAll = false, CancellationToken cancellationToken = default);

    /// <summary>Changes a job's metadata or output, in any state, also while it runs.</summary>
    /// <param name="id">The job's number.</param>
    /// <param name="update">What changes; nothing reads the row only.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>The row afterwards.</returns>
    /// <exception cref="JobNotFoundException">There is no such job.</exception>
    /// <exception cref="InvalidUpdateException">A value can't be stored; the message names it.</exception>
    Task<JobRow> UpdateAsync(long id, JobUpdate update, CancellationToken cancellationToken = default);

    /// <summary>Reads one queue.</summary>
    /// <param name="queue">The queue's name.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>The queue, or null when no client has ever worked such a queue.</returns>
    Task<QueueInfo?> GetQueueAsync(string queue, CancellationToken cancellationToken = default);

    /// <summary>Reads the queues that clients work or have worked, in the order of their names.</summary>
    /// <param name="after">Only queues behind this name: the last one of the page before. Default: from the start.</param>
    /// <param name="limit">How many at most: 1 to 10,000. Default: 100.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>The queues.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="limit"/> is not 1 to 10,000.</exception>
    Task<IReadOnlyList<QueueInfo>> ListQueuesAsync(string? after = null, int limit = 100, CancellationToken cancellationToken = default);

    /// <summary>Stops the fetching of a queue's jobs in every process; running jobs go on.</summary>
    /// <param name="queue">The queue's name, or <c>*</c> for all that exist now.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>A task that ends when the change is stored.</returns>
    /// <exception cref="QueueNotFoundException">No client has ever worked such a queue.</exception>
    Task PauseQueueAsync(string queue, CancellationToken cancellationToken = default);

    /// <summary>Lets a paused queue's jobs be fetched again.</summary>
    /// <param name="queue">The queue's name, or <c>*</c> for all that exist now.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>A task that ends when the change is stored.</returns>
    /// <exception cref="QueueNotFoundException">No client has ever worked such a queue.</exception>
    Task ResumeQueueAsync(string queue, CancellationToken cancellationToken = default);

    /// <summary>
    /// Changes how a queue is worked in the whole cluster, at once and for processes that start later. Kept in the queue's
    /// metadata, whose other keys stay.
    /// </summary>
    /// <param name="queue">The queue's name.</param>
    /// <param name="update">What changes.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>A task that ends when the change is stored; the processes follow when they hear of it.</returns>
    /// <exception cref="QueueNotFoundException">No client has ever worked such a queue.</exception>
    /// <exception cref="InvalidUpdateException">A key or value of the metadata can't be stored.</exception>
    Task UpdateQueueAsync(string queue, QueueUpdate update, CancellationToken cancellationToken = default);

    /// <summary>
    /// Stops a schedule in every process: it takes no slots. What was missed meanwhile is treated by its <see cref="Misfire"/>
    /// policy when it goes on. Triggers still work. A paused schedule stays as it is.
    /// </summary>
    /// <param name="id">The schedule's id.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>A task that ends when the change is stored: no slot is taken any more.</returns>
    /// <exception cref="PeriodicNotFoundException">No process has ever run such a schedule.</exception>
    Task PausePeriodicAsync(string id, CancellationToken cancellationToken = default);

    /// <summary>Lets a paused schedule take slots again.</summary>
    /// <param name="id">The schedule's id.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>A task that ends when the change is stored.</returns>
    /// <exception cref="PeriodicNotFoundException">No process has ever run such a schedule.</exception>
    Task ResumePeriodicAsync(string id, CancellationToken cancellationToken = default);

    /// <summary>
    /// Has one extra job of a schedule enqueued at once, by a process that runs the schedule; its slots stay as they are. A
    /// trigger while another one still waits for such a process adds nothing.
    /// </summary>
    /// <param name="id">The schedule's id.</param>
    /// <param name="cancellationToken">Gives up waiting; the trigger may have been stored all the same.</param>
    /// <returns>A task that ends when the trigger is stored.</returns>
    /// <exception cref="PeriodicNotFoundException">No process has ever run such a schedule.</exception>
    Task TriggerPeriodicAsync(string id, CancellationToken cancellationToken = default);

    /// <summary>Reads the schedules that the database knows, in the order of their ids.</summary>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>All of them, also those that no process runs any more.</returns>
    Task<IReadOnlyList<PeriodicRow>> ListPeriodicAsync(CancellationToken cancellationToken = default);

    /// <summary>Tells which client leads: promotes due jobs and does the shared maintenance.</summary>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>The leader; null while nobody leads, as for a few seconds after a leader vanished.</returns>
    Task<LeaderInfo?> GetLeaderAsync(CancellationToken cancellationToken = default);

    /// <summary>
    /// Asks the leader, whoever it is, to step down, as before its machine is taken away: another client leads within a second, or the
    /// same again where there is no other. Leaders of River's other libraries heed it as well. One that is poll-only hears nothing of it,
    /// and nothing happens while nobody leads.
    /// </summary>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>A task that ends when the request is sent; in a transaction it is sent by the commit.</returns>
    Task RequestResignAsync(CancellationToken cancellationToken = default);

    /// <summary>Binds the client to the caller's transaction: what it does is there when that commits, or never.</summary>
    /// <param name="transaction">An open transaction of the store's own provider, on the database that holds River's tables.</param>
    /// <returns>A client for use inside the transaction only.</returns>
    /// <exception cref="ArgumentException">The transaction belongs to another provider or is over.</exception>
    IJobClient In(DbTransaction transaction);
}
