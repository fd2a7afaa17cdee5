using System.Data.Common;
using River.Sqlite.Connections;

namespace River.Sqlite.Writing;

/// <summary>Where an operation runs: in a transaction of ours on the writer's thread, or in the caller's own.</summary>
internal sealed class Changes(SqliteFile file, Writer writer, Readers readers, Func<long> now)
{
    public Task<T> WriteAsync<T>(Func<WriteScope, T> work, CancellationToken cancellationToken) => writer.RunAsync(work, cancellationToken);

    public Task<T> WriteAsync<T>(Func<WriteScope, T> work, DbTransaction? transaction, CancellationToken cancellationToken) =>
        transaction is null ? writer.RunAsync(work, cancellationToken) : InAsync(transaction, session =>
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
        transaction is null ? readers.RunAsync(read, cancellationToken) : InAsync(transaction, read, cancellationToken);

    /// <summary>Reads what depends on the time, outside any transaction.</summary>
    public Task<T> ReadAsync<T>(Func<Session, long, T> read, CancellationToken cancellationToken) =>
        readers.RunAsync(session => read(session, now()), cancellationToken);

    // On the caller's thread: the connection is the caller's, and its driver blocks in any case.
    private Task<T> InAsync<T>(DbTransaction transaction, Func<Session, T> work, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
            return Task.FromCanceled<T>(cancellationToken);
        try
        {
            using var session = CallerTransaction.Session(transaction, file);
            return Task.FromResult(work(session));
        }
        catch (Exception error)
        {
            return Task.FromException<T>(file.InWords(error));
        }
    }
}
