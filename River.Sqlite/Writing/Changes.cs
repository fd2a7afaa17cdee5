using System.Data.Common;
using System.Diagnostics;
using Microsoft.Data.Sqlite;
using River.Sqlite.Connections;

namespace River.Sqlite.Writing;

/// <summary>Where an operation runs: in a transaction of ours on the writer's thread, or in the caller's own.</summary>
internal sealed class Changes(SqliteFile file, Writer writer, Readers readers, Func<long> now)
{
    private static readonly TimeSpan LockPause = TimeSpan.FromMilliseconds(5);

    public Task<T> WriteAsync<T>(Func<WriteScope, T> work, CancellationToken cancellationToken) => writer.RunAsync(work, cancellationToken);

    public Task<T> WriteAsync<T>(Func<WriteScope, T> work, DbTransaction? transaction, CancellationToken cancellationToken) =>
        transaction is null ? writer.RunAsync(work, cancellationToken) : InAsync(transaction, writes: true, session =>
        {
            var scope = new WriteScope(session, now());
            return scope.Run(inner =>
            {
                var result = work(inner);
                // Seen by listeners at their next look after the caller's commit, which nobody tells us of.
                Outbox.Add(session, inner.Notifications, inner.Now);
                return result;
            });
        }, cancellationToken);

    public Task<T> ReadAsync<T>(Func<Session, T> read, DbTransaction? transaction, CancellationToken cancellationToken) =>
        transaction is null ? readers.RunAsync(read, cancellationToken) : InAsync(transaction, writes: false, read, cancellationToken);

    /// <summary>Reads what depends on the time, outside any transaction.</summary>
    public Task<T> ReadAsync<T>(Func<Session, long, T> read, CancellationToken cancellationToken) =>
        readers.RunAsync(session => read(session, now()), cancellationToken);

    // On the caller's thread: the connection is the caller's, and its driver blocks in any case.
    private async Task<T> InAsync<T>(DbTransaction transaction, bool writes, Func<Session, T> work, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            using var session = CallerTransaction.Session(transaction, file);
            if (writes)
                await LockAsync(session, cancellationToken).ConfigureAwait(false);
            return work(session);
        }
        catch (SqliteException error)
        {
            throw file.InWords(error);
        }
    }

    /// <summary>
    /// Takes the write lock in a transaction that was begun without it, as deferred ones are. The driver would block its
    /// thread for half a minute, also where SQLite never gives the lock any more.
    /// </summary>
    private async Task LockAsync(Session session, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        while (!session.TryLock())
        {
            if (Stopwatch.GetElapsedTime(started) >= file.StatementTimeout)
                throw SqliteErrors.LockHeld();
            await Task.Delay(LockPause, TimeProvider.System, cancellationToken).ConfigureAwait(false);
        }
    }
}
