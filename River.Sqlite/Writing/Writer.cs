using System.Diagnostics;
using System.Threading.Channels;
using Microsoft.Data.Sqlite;
using River.Sqlite.Connections;
using River.Sqlite.Rows;

namespace River.Sqlite.Writing;

/// <summary>
/// The one thread that writes. SQLite has one writer at a time and its driver blocks, so operations queue here, and those
/// that wait together share a transaction and its one flush to disk. Each has a savepoint of its own, and nobody is
/// answered before the commit.
/// </summary>
internal sealed class Writer : IAsyncDisposable
{
    private const int LargestGroup = 256;

    // In milliseconds. Others hold the lock for a millisecond or two, unless an application keeps a transaction open.
    private static readonly int[] LockWaits = [1, 1, 2, 2, 5, 5, 10];

    private readonly Channel<WriteOperation> _queue = Channel.CreateUnbounded<WriteOperation>(new UnboundedChannelOptions { SingleReader = true });
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    // Never set: waiting for it is how the thread pauses.
    private readonly ManualResetEventSlim _pause = new(initialState: false);
    private readonly Lock _gate = new();
    private readonly SqliteFile _file;
    private readonly Func<long> _now;
    private readonly Signals _signals;
    private Thread? _thread;
    private Session? _session;

    public Writer(SqliteFile file, Func<long> now, Signals signals)
    {
        _file = file;
        _now = now;
        _signals = signals;
    }

    /// <summary>Runs an operation in a transaction, all or nothing, and returns when it is committed.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled before it was begun; nothing was written.</exception>
    public Task<T> RunAsync<T>(Func<WriteScope, T> work, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
            return Task.FromCanceled<T>(cancellationToken);
        Start();
        var operation = new WriteOperation<T>(work, cancellationToken);
        if (!_queue.Writer.TryWrite(operation))
            operation.Fail(new ObjectDisposedException(nameof(SqliteStore), "The SQLite store is disposed; it takes no more changes."));
        return operation.Task;
    }

    /// <summary>Finishes what is queued, ends the thread and closes the connection.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            _queue.Writer.TryComplete();
            if (_thread is null)
                _ended.TrySetResult();
        }

        await _ended.Task.ConfigureAwait(false);
        _pause.Dispose();
    }

    private void Start()
    {
        if (Volatile.Read(ref _thread) is not null)
            return;
        lock (_gate)
        {
            if (_thread is not null || _ended.Task.IsCompleted)
                return;
            _thread = new Thread(Work) { IsBackground = true, Name = "River SQLite writer" };
            _thread.Start();
        }
    }

    private void Work()
    {
        try
        {
            var group = new List<WriteOperation>(LargestGroup);
            while (_queue.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
            {
                group.Clear();
                while (group.Count < LargestGroup && _queue.Reader.TryRead(out var operation))
                    group.Add(operation);
                try
                {
                    Write(group);
                }
                catch (Exception error)
                {
                    // Whatever it was, nobody may wait for ever, and the thread goes on with a new connection.
                    _session = null;
                    FailAll(group, error);
                }
            }
        }
        finally
        {
            Close();
            _ended.TrySetResult();
        }
    }

    private void Write(List<WriteOperation> group)
    {
        try
        {
            Begin(group);
        }
        catch (Exception error)
        {
            Close();
            FailAll(group.Where(operation => operation.TryStart()), error);
            return;
        }

        var started = group.FindAll(operation => operation.TryStart());
        if (Commit(started, out var fault))
            return;
        if (started.Count == 1)
        {
            FailAll(started, fault);
            return;
        }

        // One of them undid the transaction for all, as by filling the disk: alone, only that one fails.
        foreach (var operation in started)
            WriteAlone(operation);
    }

    private void WriteAlone(WriteOperation operation)
    {
        try
        {
            Begin([]);
        }
        catch (Exception error)
        {
            Close();
            FailAll([operation], error);
            return;
        }

        if (!Commit([operation], out var fault))
            FailAll([operation], fault);
    }

    /// <summary>Opens the file if need be and takes the write lock, waiting while another connection has it.</summary>
    private void Begin(List<WriteOperation> group)
    {
        var started = Stopwatch.GetTimestamp();
        for (var tries = 0; !TryBegin(); tries++)
        {
            if (Stopwatch.GetElapsedTime(started) >= _file.StatementTimeout || (group.Count > 0 && !group.Exists(operation => operation.IsWaiting)))
                throw SqliteErrors.LockHeld();
            _pause.Wait(LockWaits[Math.Min(tries, LockWaits.Length - 1)]);
        }
    }

    private bool TryBegin()
    {
        try
        {
            _session ??= _file.OpenWriter();
            return _session.TryBegin();
        }
        catch (SqliteException error) when (SqliteErrors.IsBusy(error))
        {
            return false;
        }
    }

    /// <summary>Runs the operations and commits; on failure nothing of them is left and nobody has been answered.</summary>
    private bool Commit(List<WriteOperation> operations, out Exception fault)
    {
        var session = _session!;
        try
        {
            var notifications = new HashSet<Notification>();
            var outcomes = operations.ConvertAll(operation => Run(operation, notifications));
            if (notifications.Count > 0)
                Outbox.Add(session, notifications, _now());
            session["COMMIT"].Run();
            foreach (var (operation, error) in operations.Zip(outcomes))
            {
                if (error is null)
                    operation.Answer();
                else
                    Fail(operation, error);
            }

            if (notifications.Count > 0)
                _signals.Give();
            fault = null!;
            return true;
        }
        catch (Exception error)
        {
            fault = error;
            // A connection that failed to commit isn't trusted again; closing it rolls back.
            Close();
            return false;
        }
    }

    /// <summary>Runs one operation inside the group's transaction.</summary>
    /// <returns>The operation's own error, which leaves the others unharmed; null when it worked.</returns>
    private Exception? Run(WriteOperation operation, HashSet<Notification> notifications)
    {
        var scope = new WriteScope(_session!, _now());
        try
        {
            operation.Run(scope);
            notifications.UnionWith(scope.Notifications);
            return null;
        }
        catch (Exception error) when (_session!.InTransaction)
        {
            return error;
        }
    }

    private void FailAll(IEnumerable<WriteOperation> operations, Exception error)
    {
        foreach (var operation in operations)
            Fail(operation, error);
    }

    private void Fail(WriteOperation operation, Exception error) => operation.Fail(_file.InWords(error));

    private void Close()
    {
        _session?.Dispose();
        _session = null;
    }
}
