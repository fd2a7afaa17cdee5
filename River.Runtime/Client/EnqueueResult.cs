using River.Client;

namespace River;

/// <summary>
/// What became of one enqueue. Where many are inserted together a result makes its row when that is asked for, out of what all of
/// them share: who keeps results for long keeps <see cref="Job"/> instead.
/// </summary>
public readonly record struct EnqueueResult
{
    /// <summary>The row, or where it comes from when it is asked for.</summary>
    private readonly object? _source;
    private readonly int _index;
    private readonly bool _isDuplicate;

    /// <summary>Makes the result of an enqueue that was carried out.</summary>
    /// <param name="job">The job's row: the new one, or the existing one that it duplicates.</param>
    /// <param name="isDuplicate">Whether nothing was inserted because <paramref name="job"/> is there already.</param>
    public EnqueueResult(JobRow job, bool isDuplicate)
    {
        ArgumentNullException.ThrowIfNull(job);
        _source = job;
        _isDuplicate = isDuplicate;
    }

    internal EnqueueResult(DeferredResult deferred) => _source = deferred;

    /// <summary>Makes the result of a new row that is made when somebody asks for it.</summary>
    internal EnqueueResult(RowsOnDemand rows, int index) => (_source, _index) = (rows, index);

    /// <summary>The job's row: the new one, or the existing one that it duplicates.</summary>
    /// <exception cref="InvalidOperationException">The job is pending: it is inserted by the next <c>SaveChanges</c> of the context that the client is bound to.</exception>
    public JobRow Job => _source switch
    {
        JobRow job => job,
        RowsOnDemand rows => rows[_index],
        DeferredResult deferred => deferred.Value.Job,
        _ => throw new InvalidOperationException("This result is a default value; no enqueue made it."),
    };

    /// <summary>Whether nothing was inserted because <see cref="Job"/> is there already.</summary>
    /// <exception cref="InvalidOperationException">The job is pending.</exception>
    public bool IsDuplicate => _source is DeferredResult deferred ? deferred.Value.IsDuplicate : _isDuplicate;

    /// <summary>Whether the job waits for the <c>SaveChanges</c> that inserts it; only with a client that is bound to a <c>DbContext</c>.</summary>
    public bool IsPending => _source is DeferredResult { IsKnown: false };
}
