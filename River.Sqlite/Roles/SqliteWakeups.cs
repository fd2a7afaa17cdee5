using System.Runtime.CompilerServices;
using River.Sqlite.Connections;
using River.Sqlite.Writing;
using River.Storage;

namespace River.Sqlite.Roles;

/// <summary>
/// Reads the outbox: at once when this process has committed something, and every <see cref="LookInterval"/> if
/// another connection has, which a counter tells without reading a row.
/// </summary>
internal sealed class SqliteWakeups(SqliteFile file, Signals signals, TimeProvider time) : IWakeups
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(100);

    public async IAsyncEnumerable<Wakeup> ListenAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var signal = signals.Add();
        try
        {
            using var session = file.Run(file.OpenReader);
            var counter = Outbox.ChangeCounter(session);
            var last = Outbox.Last(session);
            using var timer = time.CreateTimer(_ => signal.Writer.TryWrite(true), state: null, LookInterval, LookInterval);
            yield return new Wakeup(WakeupKind.Listening);

            while (true)
            {
                if (!await signal.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
                    throw new ObjectDisposedException(nameof(SqliteStore), "The SQLite store is disposed; nobody listens to it any more.");
                signal.Reader.TryRead(out _);
                if (Outbox.ChangeCounter(session) is var current && current == counter)
                    continue;
                counter = current;
                foreach (var (id, notification) in file.Run(() => Outbox.After(session, last)))
                {
                    last = id;
                    if (notification.Read() is { } wakeup)
                        yield return wakeup;
                }
            }
        }
        finally
        {
            signals.Remove(signal);
        }
    }
}
