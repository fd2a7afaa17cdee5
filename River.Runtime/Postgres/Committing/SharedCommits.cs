using System.Runtime.CompilerServices;
using River.Postgres.Connections;
using River.Postgres.Roles;
using River.Storage;

namespace River.Postgres.Committing;

/// <summary>
/// Lets enqueues that come at the same time share a statement and its commit. The first goes out at once; those that come
/// meanwhile leave together when it is back. Nobody waits for company, and nobody is answered before the commit.
/// </summary>
internal sealed class SharedCommits : IAsyncDisposable
{
    /// <summary>Calls of more rows go alone: they would hold up the others.</summary>
    public const int LargestCall = 100;

    private const int MostRows = 500;
    private const int MostBytes = 1024 * 1024;

    /// <summary>How many statements may be under way too long at once, each with a connection of its own; more help nobody.</summary>
    public const int MostSlow = 2;

    /// <summary>Those who wait for a statement that takes longer get another connection.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>How long the end may take: the time of a stop is counted.</summary>
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(1);

    private readonly Func<InsertLane> _newLane;
    private readonly Func<IReadOnlyList<JobInsert>, CancellationToken, Task<IReadOnlyList<EnqueueResult>>> _alone;
    private readonly TimeProvider _time;
    private readonly int _mostSlow;
    private readonly ITimer _watch;
    private readonly Lock _gate = new();
    private readonly Queue<InsertCall> _waiting = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Way _way;
    private int _slow;
    private long _statements;
    private long _watched;
    private bool _isWatching;
    private bool _isUnderWay;
    private bool _isEnding;

    /// <param name="newLane">Makes a lane, where statements are sent one after another.</param>
    /// <param name="alone">Inserts the rows of one call by itself, as if there were no sharing.</param>
    /// <param name="time">What patience is measured by.</param>
    /// <param name="mostSlow">For how many statements that hang there are connections beside the first one.</param>
    public SharedCommits(Func<InsertLane> newLane, Func<IReadOnlyList<JobInsert>, CancellationToken, Task<IReadOnlyList<EnqueueResult>>> alone, TimeProvider time, int mostSlow)
    {
        (_newLane, _alone, _time, _mostSlow) = (newLane, alone, time, mostSlow);
        _way = new Way(this, newLane());
        using var detached = ExecutionContext.IsFlowSuppressed() ? default(AsyncFlowControl?) : ExecutionContext.SuppressFlow();
        _watch = time.CreateTimer(static commits => ((SharedCommits)commits!).Overtake(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The server process at the other end; 0 while there is none.</summary>
    public int Backend => Volatile.Read(ref _way).Lane.Backend;

    public static bool MayShare(IReadOnlyList<JobInsert> jobs) => jobs.Count <= LargestCall && InsertCall.BytesOf(jobs) <= MostBytes / 4;

    /// <exception cref="OperationCanceledException">Cancelled before the rows were sent, so that they aren't there; or more than a second before their answer came, so that they may be.</exception>
    public Task<IReadOnlyList<EnqueueResult>> InsertAsync(IReadOnlyList<JobInsert> jobs, CancellationToken cancellationToken)
    {
        var call = new InsertCall(jobs, _time, cancellationToken);
        Way way;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isEnding, typeof(PostgresStore));
            _waiting.Enqueue(call);
            if (_isUnderWay)
            {
                Watch();
                return call.Task;
            }

            _isUnderWay = true;
            way = _way;
        }

        _ = SendNextAsync(way);
        return call.Task;
    }

    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            _isEnding = true;
            TellWhenEnded();
        }

        try
        {
            await _ended.Task.WaitAsync(EndLimit).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            FailWaiting(Unsent());
        }

        await _watch.DisposeAsync().ConfigureAwait(false);
        await _way.Lane.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>In the gate: looks after a while whether the statement that is under way now still is.</summary>
    private void Watch()
    {
        if (_isWatching || _mostSlow == 0)
            return;
        _isWatching = true;
        _watched = _statements;
        _watch.Change(Patience, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Gives those who wait another connection, when a statement has been in their way for too long.</summary>
    private void Overtake()
    {
        lock (_gate)
        {
            _isWatching = false;
            if (_waiting.Count == 0 || !_isUnderWay || _isEnding)
                return;
            var isSlow = _watched == _statements && _slow < _mostSlow;
            Watch();
            if (!isSlow)
                return;
            _slow++;
            _way = new Way(this, _newLane());
            ThreadPool.UnsafeQueueUserWorkItem(_way, preferLocal: false);
        }
    }

    /// <summary>In the gate.</summary>
    private void TellWhenEnded()
    {
        if (_isEnding && !_isUnderWay && _slow == 0)
            _ended.TrySetResult();
    }

    private async Task SendNextAsync(Way way)
    {
        var calls = Take(way);
        if (calls.Count == 0)
        {
            GoOn(way, mayHaveCompany: false);
            return;
        }

        var tell = await SendAsync(way, calls).ConfigureAwait(false);

        if (calls is [var lone])
        {
            // It finds the way free when it comes back.
            calls.Clear();
            GoOn(way, mayHaveCompany: false);
            tell?.Invoke(lone);
            return;
        }

        foreach (var call in calls)
            tell?.Invoke(call);
        calls.Clear();
        GoOn(way, mayHaveCompany: true);
    }

    /// <summary>
    /// Calls whose rows go into the next statement. Those that have just been answered come back by the thread pool, so that
    /// the next statement does too: it finds them waiting.
    /// </summary>
    private List<InsertCall> Take(Way way)
    {
        var calls = way.Calls;
        var (rows, bytes) = (0, 0L);
        lock (_gate)
        {
            _statements++;
            while (_waiting.TryPeek(out var next))
            {
                if (calls.Count > 0 && (rows + next.Jobs.Count > MostRows || bytes + next.Bytes > MostBytes))
                    break;
                _waiting.Dequeue();
                if (!next.TrySend())
                    continue;
                calls.Add(next);
                rows += next.Jobs.Count;
                bytes += next.Bytes;
            }
        }

        return calls;
    }

    private void GoOn(Way way, bool mayHaveCompany)
    {
        lock (_gate)
        {
            if (way == _way)
            {
                if (_waiting.Count > 0 || (mayHaveCompany && !_isEnding))
                {
                    ThreadPool.UnsafeQueueUserWorkItem(way, preferLocal: false);
                    return;
                }

                _isUnderWay = false;
                TellWhenEnded();
                return;
            }

            // It was overtaken: another one goes on.
            _slow--;
            TellWhenEnded();
        }

        _ = way.Lane.DisposeAsync().AsTask();
    }

    /// <returns>What to tell each of the calls; null when they have been told, or will be.</returns>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<Action<InsertCall>?> SendAsync(Way way, IReadOnlyList<InsertCall> calls)
    {
        try
        {
            await way.Lane.InsertAsync(calls).ConfigureAwait(false);
            return static call => call.Answer();
        }
        catch (Exception error) when (PostgresErrors.Refusal(error) is { } refusal && (PostgresErrors.IsLockTimeout(refusal) || (calls.Count > 1 && PostgresErrors.IsTimeout(refusal))))
        {
            // Nothing was written. Not waited for: whatever holds the lock may be waiting for one of the other calls.
            foreach (var call in calls)
                _ = SendAloneAsync(call);
            return null;
        }
        catch (Exception error) when (calls.Count > 1 && PostgresErrors.Refusal(error) is not null)
        {
            var half = calls.Count / 2;
            await SendApartAsync(way, [.. calls.Take(half)]).ConfigureAwait(false);
            await SendApartAsync(way, [.. calls.Skip(half)]).ConfigureAwait(false);
            return null;
        }
        catch (Exception error)
        {
            // No connection could be opened. Those who wait would each find the same out, one statement timeout after the other.
            if (error is StoreUnavailableException)
                FailWaiting(error, way);

            // Unless the server said so, nobody knows whether something was written: nothing is tried again.
            return call => call.Fail(InsertedRows.InWords(error) ?? error);
        }
    }

    /// <summary>A part of a refused statement, whose calls are told at once: other parts may take long.</summary>
    private async Task SendApartAsync(Way way, IReadOnlyList<InsertCall> calls)
    {
        if (await SendAsync(way, calls).ConfigureAwait(false) is not { } tell)
            return;
        foreach (var call in calls)
            tell(call);
    }

    private async Task SendAloneAsync(InsertCall call)
    {
        try
        {
            call.Answer(await _alone(call.Jobs, call.Token).ConfigureAwait(false));
        }
        catch (Exception error)
        {
            call.Fail(error);
        }
    }

    /// <param name="error">What they are told.</param>
    /// <param name="way">Where it happened: those who no longer wait for that one go on waiting. Null for everywhere.</param>
    private void FailWaiting(Exception error, Way? way = null)
    {
        lock (_gate)
        {
            if (way is not null && way != _way)
                return;
            while (_waiting.TryDequeue(out var call))
            {
                if (call.TrySend())
                    call.Fail(error);
            }
        }
    }

    private static ObjectDisposedException Unsent() =>
        new(nameof(PostgresStore), "The store was disposed before the jobs were sent; they aren't enqueued.");

    /// <summary>A lane and what sends on it, until it is overtaken.</summary>
    private sealed class Way(SharedCommits commits, InsertLane lane) : IThreadPoolWorkItem
    {
        public InsertLane Lane => lane;

        /// <summary>Those whose rows are in the statement that is under way; nobody's otherwise.</summary>
        public List<InsertCall> Calls { get; } = [];

        /// <summary>Sends what has come together.</summary>
        public void Execute() => _ = commits.SendNextAsync(this);
    }
}
