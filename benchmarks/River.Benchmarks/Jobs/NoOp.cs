namespace River.Benchmarks.Jobs;

/// <summary>Does nothing, so that what is measured is the system.</summary>
[Job]
public sealed partial record NoOp(int Number);

public sealed class NoOpWorker(Tally tally) : IWorker<NoOp>
{
    public Task WorkAsync(Job<NoOp> job, CancellationToken cancellationToken)
    {
        tally.Count();
        return Task.CompletedTask;
    }
}

/// <summary>Counts jobs until all have been run.</summary>
public sealed class Tally(long expected)
{
    private readonly TaskCompletionSource _all = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _done;

    public long Done => Volatile.Read(ref _done);

    public long FirstAt { get; private set; }

    public Task All => _all.Task;

    public void Count()
    {
        var done = Interlocked.Increment(ref _done);
        if (done == 1)
            FirstAt = System.Diagnostics.Stopwatch.GetTimestamp();
        if (done == expected)
            _all.TrySetResult();
    }
}
