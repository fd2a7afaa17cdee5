using System.Data.Common;

namespace River.Attempts;

/// <summary>
/// Writes what an attempt records while it runs, one write after another: what can wait at most once a second, together,
/// and what can't at once.
/// </summary>
internal sealed class LiveWrites(IAttemptHost host)
{
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _turn = new(1, 1);

    /// <summary>What isn't known to be written.</summary>
    private readonly Dictionary<string, byte[]> _unwritten = new(StringComparer.Ordinal);

    private ITimer? _timer;
    private Flush? _flush;
    private long? _lastWrite;
    private bool _isHeld;

    /// <summary>How many writes in transactions of the caller's wait for their turn.</summary>
    private int _callers;
    private bool _isPlanned;
    private bool _isClosed;

    /// <summary>Writes soon. The task, which never fails, is the write if it is due, and completed if it is put off.</summary>
    public Task Offer(IReadOnlyDictionary<string, byte[]> changes)
    {
        lock (_lock)
        {
            Keep(changes);
            if (_isPlanned || _isClosed || _isHeld)
                return Task.CompletedTask;
            _isPlanned = true;
            var wait = _lastWrite is { } last ? Interval - host.Time.GetElapsedTime(last) : TimeSpan.Zero;
            if (wait > TimeSpan.Zero)
            {
                Plan(wait);
                return Task.CompletedTask;
            }
        }

        return FlushAsync();
    }

    /// <summary>
    /// A transaction of the caller's takes part. What is being written by itself is called off, as it may wait for the very
    /// lock that the caller holds. Under a snapshot nothing is written by itself any more until the attempt ends: it would
    /// fail this transaction, or the one that tries again.
    /// </summary>
    public async Task MakeWayAsync(bool keepsSnapshot)
    {
        Flush? flush;
        lock (_lock)
        {
            _isHeld |= keepsSnapshot;
            flush = _flush;
        }

        if (flush is null)
            return;
        // Its own end and not the turn: a step beside this one may have that next, and wait for the row that the caller holds.
        await flush.CallOffAsync().ConfigureAwait(false);
        await flush.Ended.Task.ConfigureAwait(false);
    }

    /// <summary>
    /// Writes at once, with all that waits; in a transaction of the caller's it is then the caller's to commit, and what waits
    /// is written once more later.
    /// </summary>
    /// <exception cref="OperationCanceledException">The attempt isn't the running one any more.</exception>
    public async Task WriteAsync(IReadOnlyDictionary<string, byte[]> changes, DbTransaction? transaction)
    {
        lock (_lock)
        {
            if (_isClosed)
                throw new OperationCanceledException("The attempt has ended; what it does now isn't stored.");
            if (transaction is null)
                Keep(changes);
            else
                Drop(changes);
        }

        await TakeTurnAsync(forCaller: transaction is not null).ConfigureAwait(false);
        try
        {
            var all = Unwritten();
            if (transaction is not null)
            {
                foreach (var (key, value) in changes)
                    all[key] = value;
            }

            await host.RecordAsync(EncodedObject.Write(all), transaction).ConfigureAwait(false);
            if (transaction is null)
                Wrote(all);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <param name="isLast">Whether no more writes are begun.</param>
    /// <returns>What isn't known to be written.</returns>
    public Dictionary<string, byte[]> Read(bool isLast)
    {
        lock (_lock)
        {
            _isClosed |= isLast;
            if (isLast)
                _timer?.Dispose();
            return new Dictionary<string, byte[]>(_unwritten, StringComparer.Ordinal);
        }
    }

    /// <summary>Waits until nothing is being written; for a caller's transaction without waiting for what may wait for it.</summary>
    private async Task TakeTurnAsync(bool forCaller)
    {
        if (!forCaller)
        {
            await _turn.WaitAsync().ConfigureAwait(false);
            return;
        }

        Flush? flush;
        lock (_lock)
        {
            _callers++;
            flush = _flush;
        }

        try
        {
            if (flush is not null)
                await flush.CallOffAsync().ConfigureAwait(false);
            await _turn.WaitAsync().ConfigureAwait(false);
        }
        finally
        {
            lock (_lock)
                _callers--;
        }
    }

    private async Task FlushAsync()
    {
        var flush = new Flush();
        await _turn.WaitAsync().ConfigureAwait(false);
        try
        {
            if (Begin(flush) is { Count: > 0 } all && await host.TryRecordAsync(EncodedObject.Write(all), flush.Token).ConfigureAwait(false))
                Wrote(all);
        }
        finally
        {
            lock (_lock)
                _flush = null;
            _turn.Release();
            flush.Ended.SetResult();
        }

        lock (_lock)
        {
            _lastWrite = host.Time.GetTimestamp();
            _isPlanned = _unwritten.Count > 0 && !_isClosed && !_isHeld;
            if (_isPlanned)
                Plan(Interval);
        }
    }

    /// <returns>What is to be written now; null for nothing.</returns>
    private Dictionary<string, byte[]>? Begin(Flush flush)
    {
        lock (_lock)
        {
            if (_isClosed || _isHeld || _callers > 0)
                return null;
            _flush = flush;
            return new Dictionary<string, byte[]>(_unwritten, StringComparer.Ordinal);
        }
    }

    private Dictionary<string, byte[]> Unwritten()
    {
        lock (_lock)
            return _isClosed ? [] : new Dictionary<string, byte[]>(_unwritten, StringComparer.Ordinal);
    }

    private void Keep(IReadOnlyDictionary<string, byte[]> changes)
    {
        foreach (var (key, value) in changes)
            _unwritten[key] = value;
    }

    private void Drop(IReadOnlyDictionary<string, byte[]> changes)
    {
        foreach (var key in changes.Keys)
            _unwritten.Remove(key);
    }

    /// <summary>What was changed again meanwhile still is to be written.</summary>
    private void Wrote(Dictionary<string, byte[]> written)
    {
        lock (_lock)
        {
            foreach (var (key, value) in written)
            {
                if (_unwritten.TryGetValue(key, out var latest) && ReferenceEquals(latest, value))
                    _unwritten.Remove(key);
            }
        }
    }

    private void Plan(TimeSpan wait)
    {
        _timer?.Dispose();
        _timer = host.Time.CreateTimer(static writes => _ = ((LiveWrites)writes!).FlushAsync(), this, wait, Timeout.InfiniteTimeSpan);
    }

    /// <summary>A write of what can wait.</summary>
    private sealed class Flush
    {
        // Not disposed: it may be cancelled at its very end.
        private readonly CancellationTokenSource _off = new();

        public CancellationToken Token => _off.Token;

        public TaskCompletionSource Ended { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>A callback that throws is none of the caller's.</summary>
        public async Task CallOffAsync() => await _off.CancelAsync().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
