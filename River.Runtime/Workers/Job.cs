using System.Data.Common;
using River.Attempts;

namespace River;

/// <summary>A job while it is worked: its arguments, its facts, and what its worker can do with it.</summary>
/// <typeparam name="TArgs">The job's type.</typeparam>
public sealed partial class Job<TArgs>
{
    private List<JobRequest>? _followUps;
    private bool _isCompleted;

    internal Job(TArgs args, JobRow row, IJobClient client, AttemptRecord record)
    {
        Record = record;
        Args = args;
        Row = row;
        Client = client;
    }

    /// <summary>The job's arguments.</summary>
    public TArgs Args { get; }

    /// <summary>The row as it was when this attempt started.</summary>
    public JobRow Row { get; }

    /// <summary>Enqueues at once, also when this attempt then fails. For what must not happen twice use <see cref="Then"/>.</summary>
    public IJobClient Client { get; }

    /// <summary>The job's number.</summary>
    public long Id => Row.Id;

    /// <summary>The number of this attempt, from 1.</summary>
    public int Attempt => Row.Attempt;

    /// <summary>How many attempts the job gets.</summary>
    public int MaxAttempts => Row.MaxAttempts;

    /// <summary>The kind under which the job is stored; an alias for rows from before a rename.</summary>
    public string Kind => Row.Kind;

    /// <summary>The queue it came from.</summary>
    public string Queue => Row.Queue;

    /// <summary>The jobs given to <see cref="Then"/> so far.</summary>
    public IReadOnlyList<JobRequest> FollowUps
    {
        get
        {
            lock (Record.Gate)
                return _followUps is null ? [] : [.. _followUps];
        }
    }

    /// <summary>
    /// Enqueues a job together with this one's completion, in one statement: a failed attempt enqueues nothing, and a
    /// retry can't enqueue it twice.
    /// </summary>
    /// <typeparam name="TNext">The next job's type.</typeparam>
    /// <param name="args">The next job's arguments; read now.</param>
    /// <param name="options">What this enqueue says differently from the declaration.</param>
    /// <exception cref="UnknownQueueException">The queue isn't declared.</exception>
    /// <exception cref="InvalidJobException">An argument or option can't be stored; the message names it.</exception>
    /// <exception cref="InvalidOperationException"><see cref="CompleteAsync"/> was called before.</exception>
    public void Then<TNext>(TNext args, EnqueueOptions? options = null)
        where TNext : IJobArgs<TNext>
    {
        var request = JobRequest.For(args, options);
        if (Client is IFollowUpCheck check)
            check.Check(request);
        lock (Record.Gate)
        {
            if (_isCompleted)
                throw new InvalidOperationException($"Job {Id} was completed in a transaction together with its follow-ups; call Then before CompleteAsync, or enqueue with job.Client.In(transaction).");
            (_followUps ??= []).Add(request);
        }
    }

    /// <summary>Whether <see cref="CompleteAsync"/> has completed the job, in a transaction that may still be rolled back.</summary>
    public bool IsCompleted
    {
        get
        {
            lock (Record.Gate)
                return _isCompleted;
        }
    }

    /// <summary>
    /// Completes the job in the worker's own transaction, together with what the job has done there and with the follow-ups
    /// given so far: all of it is there when the transaction commits, or none. So what the job does in its database is done
    /// exactly once. When the worker then returns, nothing more is written. After a rollback the job is still running, and
    /// ends as its worker does: completed when it returns, failed when it throws.
    /// </summary>
    /// <param name="transaction">An open transaction of the store's own provider, on the database that holds River's tables.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>A task that ends when the completion is part of the transaction.</returns>
    /// <exception cref="ArgumentException">The transaction belongs to another provider or is over.</exception>
    /// <exception cref="JobClaimLostException">The job isn't this attempt's any more; roll the transaction back.</exception>
    public async Task CompleteAsync(DbTransaction transaction, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        await Record.Host.CompleteAsync(transaction, cancellationToken).ConfigureAwait(false);
        lock (Record.Gate)
            _isCompleted = true;
    }

    /// <summary>Ends the job as cancelled when thrown: <c>throw job.Cancel("customer is gone")</c>.</summary>
    /// <param name="reason">Stored among the job's errors.</param>
    /// <returns>An exception to throw; made without throwing it, the job completes.</returns>
    public JobCancelException Cancel(string reason) => new(reason);

    /// <summary>Puts the job off when thrown, without using up an attempt: <c>throw job.Snooze(TimeSpan.FromMinutes(5))</c>.</summary>
    /// <param name="duration">How long from now; zero or more.</param>
    /// <returns>An exception to throw; made without throwing it, the job completes.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="duration"/> is negative.</exception>
    public JobSnoozeException Snooze(TimeSpan duration) => new(duration);
}

/// <summary>Refuses a bad follow-up where it is asked for, with the worker's stack, and not when the job is settled.</summary>
internal interface IFollowUpCheck
{
    void Check(JobRequest request);
}
