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
    /// <param name="args">The job's arguments.</param>
    /// <param name="options">What this enqueue says differently from the declaration.</param>
    /// <param name="cancellationToken">Gives up waiting; the job may have been enqueued all the same.</param>
    /// <returns>The new row, or the existing one that it duplicates.</returns>
    /// <exception cref="UnknownQueueException">The queue isn't declared.</exception>
    /// <exception cref="InvalidJobException">An argument or option can't be stored; the message names it.</exception>
    Task<EnqueueResult> EnqueueAsync<TArgs>(TArgs args, EnqueueOptions? options = null, CancellationToken cancellationToken = default)
        where TArgs : IJobArgs<TArgs>;

    /// <summary>Enqueues jobs of one type in one statement: all of them or none.</summary>
    /// <typeparam name="TArgs">The jobs' type.</typeparam>
    /// <param name="args">The jobs' arguments.</param>
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
    /// Enqueues many jobs by the database's fastest way (COPY on PostgreSQL) and returns only their number. A
    /// duplicate of a unique job fails the whole call.
    /// </summary>
    /// <param name="requests">The jobs, made with <see cref="JobRequest.For{TArgs}"/>.</param>
    /// <param name="cancellationToken">Gives up; nothing is inserted unless the call returned.</param>
    /// <returns>How many jobs were inserted.</returns>
    /// <exception cref="UnknownQueueException">A queue isn't declared.</exception>
    /// <exception cref="InvalidJobException">An argument or option can't be stored; the message names it.</exception>
    /// <exception cref="UniqueConflictException">A job duplicates an existing one.</exception>
    Task<long> EnqueueBulkAsync(IEnumerable<JobRequest> requests, CancellationToken cancellationToken = default);

    /// <summary>Reads one job.</summary>
    /// <param name="id">The job's number.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>The row, or null when there is none.</returns>
    Task<JobRow?> GetAsync(long id, CancellationToken cancellationToken = default);

    /// <summary>Reads jobs in the order of their numbers.</summary>
    /// <param name="filter">Which jobs; null for all.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>At most <see cref="JobFilter.Limit"/> rows.</returns>
    Task<IReadOnlyList<JobRow>> ListAsync(JobFilter? filter = null, CancellationToken cancellationToken = default);

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
    /// Makes a job available now, also a finished one, with one more attempt if it has none left. A running job
    /// stays as it is.
    /// </summary>
    /// <param name="id">The job's number.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>The row afterwards.</returns>
    /// <exception cref="JobNotFoundException">There is no such job.</exception>
    /// <exception cref="UniqueConflictException">Another job with its unique key is there.</exception>
    Task<JobRow> RetryAsync(long id, CancellationToken cancellationToken = default);

    /// <summary>Deletes a job that isn't running.</summary>
    /// <param name="id">The job's number.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>The row as it was.</returns>
    /// <exception cref="JobNotFoundException">There is no such job.</exception>
    /// <exception cref="JobRunningException">The job is running; cancel it first.</exception>
    Task<JobRow> DeleteAsync(long id, CancellationToken cancellationToken = default);

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

    /// <summary>Binds the client to the caller's transaction: what it does is there when that commits, or never.</summary>
    /// <param name="transaction">An open transaction of the store's own provider, on the database that holds River's tables.</param>
    /// <returns>A client for use inside the transaction only.</returns>
    /// <exception cref="ArgumentException">The transaction belongs to another provider or is over.</exception>
    IJobClient In(DbTransaction transaction);
}

/// <summary>Which jobs a list holds. Conditions of different sorts must all hold; an empty one doesn't restrict.</summary>
public sealed record JobFilter
{
    /// <summary>Any of these kinds.</summary>
    public IReadOnlyList<string> Kinds { get; init; } = [];

    /// <summary>Any of these queues.</summary>
    public IReadOnlyList<string> Queues { get; init; } = [];

    /// <summary>Any of these states; <see cref="JobStates.None"/> for all.</summary>
    public JobStates States { get; init; }

    /// <summary>Only jobs with a greater number: the last one of the page before. Default: 0.</summary>
    public long AfterId { get; init; }

    /// <summary>How many rows at most: 1 to 10,000. Default: 100.</summary>
    public int Limit { get; init; } = 100;
}
