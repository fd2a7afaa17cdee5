using River.Client;

namespace River;

/// <summary>What became of one enqueue.</summary>
public readonly record struct EnqueueResult
{
    private readonly JobRow? _job;
    private readonly bool _isDuplicate;
    private readonly DeferredResult? _deferred;

    /// <summary>Makes the result of an enqueue that was carried out.</summary>
    /// <param name="job">The job's row: the new one, or the existing one that it duplicates.</param>
    /// <param name="isDuplicate">Whether nothing was inserted because <paramref name="job"/> is there already.</param>
    public EnqueueResult(JobRow job, bool isDuplicate)
    {
        ArgumentNullException.ThrowIfNull(job);
        _job = job;
        _isDuplicate = isDuplicate;
    }

    internal EnqueueResult(DeferredResult deferred) => _deferred = deferred;

    /// <summary>The job's row: the new one, or the existing one that it duplicates.</summary>
    /// <exception cref="InvalidOperationException">The job is pending: it is inserted by the next <c>SaveChanges</c> of the context that the client is bound to.</exception>
    public JobRow Job => _deferred is { } deferred ? deferred.Value.Job : _job ?? throw new InvalidOperationException("This result is a default value; no enqueue made it.");

    /// <summary>Whether nothing was inserted because <see cref="Job"/> is there already.</summary>
    /// <exception cref="InvalidOperationException">The job is pending.</exception>
    public bool IsDuplicate => _deferred is { } deferred ? deferred.Value.IsDuplicate : _isDuplicate;

    /// <summary>Whether the job waits for the <c>SaveChanges</c> that inserts it; only with a client that is bound to a <c>DbContext</c>.</summary>
    public bool IsPending => _deferred is { IsKnown: false };
}
