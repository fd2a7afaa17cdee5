using System.Collections.Concurrent;

namespace River.Sqlite.Connections;

/// <summary>Connections that only read: in WAL mode they never wait for the writer. Each read sees all that was committed before it.</summary>
internal sealed class Readers(SqliteFile file) : IDisposable
{
    private const int MostAtOnce = 4;

    private readonly SemaphoreSlim _places = new(MostAtOnce);
    private readonly ConcurrentBag<Session> _idle = [];
    private volatile bool _disposed;

    /// <summary>Reads off the caller's thread, since the driver blocks.</summary>
    public async Task<T> RunAsync<T>(Func<Session, T> read, CancellationToken cancellationToken)
    {
        await _places.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await Task.Run(() => file.Run(() => Read(read)), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _places.Release();
        }
    }

    public void Dispose()
    {
        _disposed = true;
        while (_idle.TryTake(out var session))
            session.Dispose();
    }

    private T Read<T>(Func<Session, T> read)
    {
        ObjectDisposedException.ThrowIf(_disposed, typeof(SqliteStore));
        Session? session = null;
        try
        {
            if (!_idle.TryTake(out session))
                session = file.OpenReader();
            var result = read(session);
            _idle.Add(session);
            session = null;
            return result;
        }
        finally
        {
            session?.Dispose();
            if (_disposed)
                Dispose();
        }
    }
}
