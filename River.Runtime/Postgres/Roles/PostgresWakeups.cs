using System.Runtime.CompilerServices;
using River.Postgres.Connections;
using River.Storage;

namespace River.Postgres.Roles;

/// <param name="database">The way to the server.</param>
/// <param name="isOwn">Whether a server process sends the enqueues of this store's callers, and nothing else.</param>
internal sealed class PostgresWakeups(PostgresDatabase database, Func<int, bool> isOwn) : IWakeups
{
    public async IAsyncEnumerable<Wakeup> ListenAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var schema = (await database.StatementsAsync(cancellationToken).ConfigureAwait(false)).Schema;
        var session = new ListenSession(database, schema, isOwn);
        await using var _ = session.ConfigureAwait(false);
        await session.OpenAsync(cancellationToken).ConfigureAwait(false);
        yield return new Wakeup(WakeupKind.Listening);

        while (true)
        {
            while (session.Arrived.TryRead(out var wakeup))
                yield return wakeup;
            await session.HearAsync(cancellationToken).ConfigureAwait(false);
        }
    }
}
