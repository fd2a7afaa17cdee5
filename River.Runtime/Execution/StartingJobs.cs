using System.Collections.Concurrent;

namespace River.Execution;

/// <summary>
/// Jobs that wait for a thread. The pool is asked for one thread at a time and not once for each job: a thread that comes
/// asks for the next one before it begins, as long as any job waits. So a worker that blocks its thread keeps no other
/// waiting: there is always a call at the pool for those that wait, as if each had its own.
/// </summary>
internal sealed class StartingJobs(Executor executor) : IThreadPoolWorkItem
{
    /// <summary>How many jobs a thread begins before other work of the pool has its turn.</summary>
    private const int Turn = 32;

    private readonly ConcurrentQueue<JobRun> _waiting = new();
    private int _asked;

    /// <summary>Adds a job, which begins after <see cref="Call"/>.</summary>
    public void Add(JobRun run) => _waiting.Enqueue(run);

    /// <summary>Sees to it that what was added is begun.</summary>
    public void Call()
    {
        // Without the caller's execution context: nothing of one job shows in another.
        if (!_waiting.IsEmpty && Interlocked.Exchange(ref _asked, 1) == 0)
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    void IThreadPoolWorkItem.Execute()
    {
        // Before the look at what waits: whoever adds meanwhile either is seen here or calls again.
        Interlocked.Exchange(ref _asked, 0);
        var began = Environment.TickCount64;
        for (var i = 0; i < Turn && _waiting.TryDequeue(out var run); i++)
        {
            if (i == 0)
                Call();

            // An asynchronous method leaves the thread's execution context as it found it.
            _ = executor.RunAsync(run);
            if (Environment.TickCount64 != began)
                break;
        }

        Call();
    }
}
