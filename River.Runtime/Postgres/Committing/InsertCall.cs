using River.Storage;

namespace River.Postgres.Committing;

/// <summary>One caller's rows, and its wait for the statement that takes them along.</summary>
internal sealed class InsertCall
{
    private const int Waiting = 0;
    private const int Sent = 1;
    private const int GivenUp = 2;

    /// <summary>How long a cancelled call whose rows were sent waits for what became of them.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);

    private readonly TaskCompletionSource<IReadOnlyList<EnqueueResult>> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenRegistration _cancellation;
    private readonly TimeProvider _time;
    private ITimer? _patience;
    private int _state;

    public InsertCall(IReadOnlyList<JobInsert> jobs, TimeProvider time, CancellationToken cancellationToken)
    {
        _time = time;
        Jobs = jobs;
        Results = new EnqueueResult[jobs.Count];
        Token = cancellationToken;
        Bytes = BytesOf(jobs);
        if (cancellationToken.CanBeCanceled)
            _cancellation = cancellationToken.UnsafeRegister(static call => ((InsertCall)call!).Cancel(), this);
    }

    public IReadOnlyList<JobInsert> Jobs { get; }

    /// <summary>One for each row, filled while the answer is read; the caller gets them when it is committed.</summary>
    public EnqueueResult[] Results { get; }

    public CancellationToken Token { get; }

    /// <summary>About how much the rows take on the wire.</summary>
    public int Bytes { get; }

    public Task<IReadOnlyList<EnqueueResult>> Task => _answer.Task;

    /// <summary>Takes it for a statement, after which its cancellation no longer keeps it out; false when it was cancelled before.</summary>
    public bool TrySend() => Interlocked.CompareExchange(ref _state, Sent, Waiting) == Waiting;

    public void Answer() => Answer(Results);

    public void Answer(IReadOnlyList<EnqueueResult> results)
    {
        End();
        _answer.TrySetResult(results);
    }

    public void Fail(Exception error)
    {
        End();
        if (error is OperationCanceledException && Token.IsCancellationRequested)
            _answer.TrySetCanceled(Token);
        else
            _answer.TrySetException(error);
    }

    public static int BytesOf(IReadOnlyList<JobInsert> jobs)
    {
        var bytes = 0L;
        for (var i = 0; i < jobs.Count; i++)
            bytes += jobs[i].Args.Length + (jobs[i].Metadata?.Length ?? 0);
        return (int)Math.Min(bytes, int.MaxValue);
    }

    private void End()
    {
        _cancellation.Unregister();
        _patience?.Dispose();
    }

    private void Cancel()
    {
        if (Interlocked.CompareExchange(ref _state, GivenUp, Waiting) == Waiting)
        {
            _answer.TrySetCanceled(Token);
            return;
        }

        // Others share the statement, so it isn't called off.
        var patience = _time.CreateTimer(static call => ((InsertCall)call!)._answer.TrySetCanceled(((InsertCall)call).Token), this, Grace, Timeout.InfiniteTimeSpan);
        _patience = patience;
        if (_answer.Task.IsCompleted)
            patience.Dispose();
    }
}
