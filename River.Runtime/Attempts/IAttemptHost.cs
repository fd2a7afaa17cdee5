using System.Data.Common;

namespace River.Attempts;

/// <summary>What stands behind an attempt: the client that runs it, or a test.</summary>
internal interface IAttemptHost
{
    /// <summary>Why the token was cancelled.</summary>
    Interruption Interruption { get; }

    /// <summary>The token that the worker was given.</summary>
    CancellationToken Token { get; }

    TimeProvider Time { get; }

    /// <summary>Tells those who listen how far the attempt is.</summary>
    void Progressed(JobProgress progress);

    /// <exception cref="ArgumentException">Statements can't join the transaction.</exception>
    void CheckTransaction(DbTransaction transaction);

    /// <summary>Whether what others commit meanwhile fails the transaction's later writes to the same row.</summary>
    bool KeepsSnapshot(DbTransaction transaction);

    /// <summary>Completes the job in a worker's transaction, with what was recorded and its follow-ups.</summary>
    /// <exception cref="JobClaimLostException">The attempt isn't the running one any more.</exception>
    Task CompleteAsync(DbTransaction transaction, CancellationToken cancellationToken);

    /// <summary>Changes the row's metadata now, if this attempt still is the running one.</summary>
    /// <exception cref="OperationCanceledException">It isn't; the attempt is interrupted.</exception>
    /// <exception cref="TimeoutException">Another transaction keeps the row.</exception>
    Task RecordAsync(byte[] metadata, DbTransaction? transaction);

    /// <summary>As <see cref="RecordAsync"/>, for what will be tried again soon; an attempt that isn't running any more is interrupted.</summary>
    /// <returns>Whether it was written.</returns>
    Task<bool> TryRecordAsync(byte[] metadata, CancellationToken cancellationToken);
}
