using Npgsql;

namespace River;

/// <summary>
/// The worker's own transaction, which is REPEATABLE READ or SERIALIZABLE, can't complete the job or mark its step: the row
/// was changed after the transaction's snapshot was taken, by the job's progress, by a step outside of the transaction or by
/// a request to cancel it. Roll the transaction back and run it again, as execution strategies do by themselves: it is
/// transient. From the first such call on River writes no more progress by itself in this attempt. Or use READ COMMITTED,
/// under which these calls are as safe.
/// </summary>
public sealed class JobTransactionConflictException : NpgsqlException
{
    internal JobTransactionConflictException(long jobId, PostgresException error)
        : base(
            $"The row of job {jobId} was changed after the snapshot of the worker's transaction was taken ({error.MessageText}). Roll the transaction back and run it again, or use READ COMMITTED: completions and steps are as safe under it.",
            error) => JobId = jobId;

    /// <summary>The job.</summary>
    public long JobId { get; }

    /// <summary>40001, serialization failure.</summary>
    public override string SqlState => PostgresErrorCodes.SerializationFailure;

    /// <summary>Always true: run again, the transaction may succeed.</summary>
    public override bool IsTransient => true;
}
