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
    private long? _lastWrite;
    private bool _isPlanned;
    private bool _isClosed;

    /// <summary>Writes soon. The task, which never fails, is the write if it is due, and completed if it is put off.</summary>
    public Task Offer(IReadOnlyDictionary<string, byte[]> changes)
    {
        lock (_lock)
        {
            Keep(changes);
            if (_isPlanned || _isClosed)
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

    /// <summary>Writes at once, with all that waits; in a transaction of the caller's only the changes, which are then the caller's to commit.</summary>
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

        await _turn.WaitAsync().ConfigureAwait(false);
        try
        {
            if (transaction is not null)
            {
                await host.RecordAsync(EncodedObject.Write(changes), transaction).ConfigureAwait(false);
                return;
            }

            var all = Unwritten();
            await host.RecordAsync(EncodedObject.Write(all), transaction: null).ConfigureAwait(false);
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

    private async Task FlushAsync()
    {
        await _turn.WaitAsync().ConfigureAwait(false);
        try
        {
            var all = Unwritten();
            if (all.Count > 0 && await host.TryRecordAsync(EncodedObject.Write(all)).ConfigureAwait(false))
                Wrote(all);
        }
        finally
        {
            _turn.Release();
        }

        lock (_lock)
        {
            _lastWrite = host.Time.GetTimestamp();
            _isPlanned = _unwritten.Count > 0 && !_isClosed;
            if (_isPlanned)
                Plan(Interval);
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
}
