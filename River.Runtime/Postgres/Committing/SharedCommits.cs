using Npgsql;
using River.Postgres.Connections;
using River.Postgres.Roles;
using River.Storage;

namespace River.Postgres.Committing;

/// <summary>
/// Lets enqueues that come at the same time share a statement and its commit. The first goes out at once; those that come
/// meanwhile leave together when it is back. Nobody waits for company, and nobody is answered before the commit.
/// </summary>
/// <param name="lane">Where statements are sent, one after another.</param>
/// <param name="alone">Inserts the rows of one call by itself, as if there were no sharing.</param>
internal sealed class SharedCommits(InsertLane lane, Func<IReadOnlyList<JobInsert>, CancellationToken, Task<IReadOnlyList<EnqueueResult>>> alone)
    : IThreadPoolWorkItem, IAsyncDisposable
{
    /// <summary>Calls of more rows go alone: they would hold up the others.</summary>
    public const int LargestCall = 100;

    private const int MostRows = 500;
    private const int MostBytes = 1024 * 1024;

    /// <summary>How long the end may take: the time of a stop is counted.</summary>
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly Queue<InsertCall> _waiting = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _isUnderWay;
    private bool _isEnding;

    public static bool MayShare(IReadOnlyList<JobInsert> jobs) => jobs.Count <= LargestCall && InsertCall.BytesOf(jobs) <= MostBytes / 4;

    /// <exception cref="OperationCanceledException">Cancelled before the rows were sent, so that they aren't there; or more than a second before their answer came, so that they may be.</exception>
    public Task<IReadOnlyList<EnqueueResult>> InsertAsync(IReadOnlyList<JobInsert> jobs, CancellationToken cancellationToken)
    {
        var call = new InsertCall(jobs, cancellationToken);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isEnding, typeof(PostgresStore));
            _waiting.Enqueue(call);
            if (_isUnderWay)
                return call.Task;
            _isUnderWay = true;
        }

        _ = SendNextAsync();
        return call.Task;
    }

    /// <summary>Sends what has come together.</summary>
    void IThreadPoolWorkItem.Execute() => _ = SendNextAsync();

    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            _isEnding = true;
            if (!_isUnderWay)
                _ended.TrySetResult();
        }

        try
        {
            await _ended.Task.WaitAsync(EndLimit).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            FailWaiting(Unsent());
        }

        await lane.DisposeAsync().ConfigureAwait(false);
    }

    private async Task SendNextAsync()
    {
        var calls = Take();
        if (calls.Count == 0)
        {
            GoOn(mayHaveCompany: false);
            return;
        }

        var tell = await SendAsync(calls).ConfigureAwait(false);

        // A lone caller finds the way free when it comes back.
        var isShared = calls.Count > 1;
        if (!isShared)
            GoOn(mayHaveCompany: false);
        foreach (var call in calls)
            tell?.Invoke(call);
        if (isShared)
            GoOn(mayHaveCompany: true);
    }

    /// <summary>
    /// Calls whose rows go into the next statement. Those that have just been answered come back by the thread pool, so that
    /// the next statement does too: it finds them waiting.
    /// </summary>
    private List<InsertCall> Take()
    {
        var calls = new List<InsertCall>();
        var (rows, bytes) = (0, 0L);
        lock (_gate)
        {
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

    private void GoOn(bool mayHaveCompany)
    {
        lock (_gate)
        {
            if (_waiting.Count == 0 && (!mayHaveCompany || _isEnding))
            {
                _isUnderWay = false;
                if (_isEnding)
                    _ended.TrySetResult();
                return;
            }
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    /// <returns>What to tell each of the calls; null when they have been told, or will be.</returns>
    private async Task<Action<InsertCall>?> SendAsync(IReadOnlyList<InsertCall> calls)
    {
        try
        {
            await lane.InsertAsync(calls).ConfigureAwait(false);
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
            await SendApartAsync([.. calls.Take(half)]).ConfigureAwait(false);
            await SendApartAsync([.. calls.Skip(half)]).ConfigureAwait(false);
            return null;
        }
        catch (Exception error)
        {
            // No connection could be opened. Those who wait would each find the same out, one statement timeout after the other.
            if (error is StoreUnavailableException)
                FailWaiting(error);

            // Unless the server said so, nobody knows whether something was written: nothing is tried again.
            return call => call.Fail(InWords(error));
        }
    }

    /// <summary>A part of a refused statement, whose calls are told at once: other parts may take long.</summary>
    private async Task SendApartAsync(IReadOnlyList<InsertCall> calls)
    {
        if (await SendAsync(calls).ConfigureAwait(false) is not { } tell)
            return;
        foreach (var call in calls)
            tell(call);
    }

    private async Task SendAloneAsync(InsertCall call)
    {
        try
        {
            call.Answer(await alone(call.Jobs, call.Token).ConfigureAwait(false));
        }
        catch (Exception error)
        {
            call.Fail(error);
        }
    }

    private static Exception InWords(Exception error) => error switch
    {
        PostgresException conflict when PostgresErrors.IsUniqueConflict(conflict) => PostgresErrors.Conflict(conflict),
        PostgresException left when PostgresErrors.IsRowSwallowed(left) => InsertedRows.Swallowed(left),
        _ => PostgresErrors.OfStatement(error) ?? error,
    };

    private void FailWaiting(Exception error)
    {
        lock (_gate)
        {
            while (_waiting.TryDequeue(out var call))
            {
                if (call.TrySend())
                    call.Fail(error);
            }
        }
    }

    private static ObjectDisposedException Unsent() =>
        new(nameof(PostgresStore), "The store was disposed before the jobs were sent; they aren't enqueued.");
}
