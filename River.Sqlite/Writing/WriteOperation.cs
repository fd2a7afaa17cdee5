namespace River.Sqlite.Writing;

/// <summary>One caller's wait for the writer.</summary>
internal abstract class WriteOperation
{
    /// <summary>Whether it still waits to be started; false once it was cancelled.</summary>
    public abstract bool IsWaiting { get; }

    /// <summary>Takes it from the queue, after which it can no longer be cancelled.</summary>
    public abstract bool TryStart();

    /// <summary>Does the work and keeps the result.</summary>
    public abstract void Run(WriteScope scope);

    /// <summary>Gives the caller the result: it is committed.</summary>
    public abstract void Answer();

    /// <summary>Gives the caller an error.</summary>
    public abstract void Fail(Exception error);
}

internal sealed class WriteOperation<T> : WriteOperation
{
    private const int Waiting = 0;
    private const int Started = 1;
    private const int Cancelled = 2;

    private readonly TaskCompletionSource<T> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Func<WriteScope, T> _work;
    private readonly CancellationTokenRegistration _cancellation;
    private int _state;
    private T? _result;

    public WriteOperation(Func<WriteScope, T> work, CancellationToken cancellationToken)
    {
        _work = work;
        _cancellation = cancellationToken.UnsafeRegister(
            static (operation, token) => ((WriteOperation<T>)operation!).Cancel(token), this);
    }

    public Task<T> Task => _answer.Task;

    public override bool IsWaiting => Volatile.Read(ref _state) == Waiting;

    public override bool TryStart() => Interlocked.CompareExchange(ref _state, Started, Waiting) == Waiting;

    public override void Run(WriteScope scope) => _result = scope.Run(_work);

    public override void Answer()
    {
        _cancellation.Unregister();
        _answer.TrySetResult(_result!);
    }

    public override void Fail(Exception error)
    {
        _cancellation.Unregister();
        _answer.TrySetException(error);
    }

    private void Cancel(CancellationToken cancellationToken)
    {
        if (Interlocked.CompareExchange(ref _state, Cancelled, Waiting) == Waiting)
            _answer.TrySetCanceled(cancellationToken);
    }
}
