using System.Data.Common;
using River.Attempts;
using River.Fetching;
using River.Storage;

namespace River.Execution;

/// <summary>
/// One claimed attempt on its way through this client: begun on the thread pool, interrupted from outside, ended once.
/// </summary>
internal sealed class JobRun(Executor executor, ClaimedJob job, QueueSlots slots) : IAttemptHost
{
    private CancellationTokenSource? _work;
    private int _interruption;
    private int _ended;
    private bool _isCompletedByWorker;
    private ITimer? _watch;
    private long _timeout;

    public ClaimedJob Job => job;

    /// <summary>The time stamp at which the attempt began; null until then.</summary>
    public long? BeganAt { get; set; }

    public QueueSlots Slots => slots;

    /// <summary>Who works the job; null until it was found.</summary>
    public WorkerRegistration? Worker { get; set; }

    /// <summary>The attempt with its arguments read; null until then.</summary>
    public JobAttempt? Attempt { get; set; }

    /// <summary>The timeout that was over first; zero while none was.</summary>
    public TimeSpan Timeout => TimeSpan.FromTicks(Volatile.Read(ref _timeout));

    /// <summary>The first reason for which the attempt was interrupted.</summary>
    public Interruption Interruption => (Interruption)Volatile.Read(ref _interruption);

    /// <summary>Whether the worker has completed the job in a transaction of its own, which may be committed by now or not.</summary>
    public bool IsCompletedByWorker
    {
        get => Volatile.Read(ref _isCompletedByWorker);
        set => Volatile.Write(ref _isCompletedByWorker, value);
    }

    /// <summary>The token of the work; none before it begins.</summary>
    public CancellationToken Token => Volatile.Read(ref _work)?.Token ?? CancellationToken.None;

    public TimeProvider Time => executor.Writes.Time;

    /// <summary>What the worker has recorded; null before it begins.</summary>
    public AttemptRecord? Record { get; set; }

    /// <summary>Whether the attempt's outcome is decided.</summary>
    public bool HasEnded => Volatile.Read(ref _ended) != 0;

    /// <summary>Whether the worker is done, after which nothing watches it. Guarded by <see cref="StuckJobs"/>.</summary>
    public bool IsOver { get; private set; }

    /// <summary>Whether another job has its slot. Guarded by <see cref="StuckJobs"/>.</summary>
    public bool HasLent { get; set; }

    void IAttemptHost.Progressed(JobProgress progress) => executor.Events.Progressed(job.Row, progress);

    void IAttemptHost.CheckTransaction(DbTransaction transaction) => executor.Writes.CheckTransaction(transaction);

    bool IAttemptHost.KeepsSnapshot(DbTransaction transaction) => executor.Writes.KeepsSnapshot(transaction);

    Task IAttemptHost.CompleteAsync(DbTransaction transaction, CancellationToken cancellationToken) => executor.CompleteInAsync(this, transaction, cancellationToken);

    Task IAttemptHost.RecordAsync(byte[] metadata, DbTransaction? transaction) => executor.Writes.RecordAsync(this, metadata, transaction);

    Task<bool> IAttemptHost.TryRecordAsync(byte[] metadata, CancellationToken cancellationToken) =>
        executor.Writes.TryRecordAsync(this, metadata, cancellationToken);

    /// <summary>Makes the token of the work; cancelled already if an interruption came first.</summary>
    public CancellationToken BeginWork()
    {
        // Before the look at the interruption: one that comes meanwhile is seen here, or finds the token.
        var work = new CancellationTokenSource();
        Interlocked.Exchange(ref _work, work);
        if (Interruption != Interruption.None)
            work.Cancel();
        return work.Token;
    }

    /// <summary>
    /// Cancels the token of the work; the first reason counts. Callbacks that a worker registered run on the thread
    /// pool, and an exception in one of them ends nothing but itself.
    /// </summary>
    /// <returns>Whether this is the first reason.</returns>
    public bool Interrupt(Interruption reason)
    {
        if (Interlocked.CompareExchange(ref _interruption, (int)reason, (int)Interruption.None) != (int)Interruption.None)
            return false;
        if (Volatile.Read(ref _work) is { } work)
        {
            _watch = executor.Stuck.Watch(this);
            _ = executor.CancelTokenAsync(this, work);
        }

        return true;
    }

    /// <summary>A timeout of the attempt is over.</summary>
    public void Expired(TimeSpan timeout)
    {
        // Before the interruption, whose outcome tells it.
        Interlocked.CompareExchange(ref _timeout, timeout.Ticks, 0);
        Interrupt(Interruption.Timeout);
    }

    /// <summary>The worker is done.</summary>
    public void EndWatch()
    {
        IsOver = true;
        _watch?.Dispose();
    }

    /// <summary>The worker is done and what it recorded is in the outcome: nothing of it need live until that is written.</summary>
    public void Forget() => (Attempt, Record) = (null, null);

    /// <summary>Whether the caller is the one that decides the outcome.</summary>
    public bool TryEnd() => Interlocked.Exchange(ref _ended, 1) == 0;
}
