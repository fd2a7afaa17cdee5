using System.Globalization;
using River.Sqlite.Connections;
using River.Sqlite.Rows;
using River.Sqlite.Statements;
using River.Sqlite.Writing;
using River.Storage;

namespace River.Sqlite.Roles;

internal sealed class SqlitePresence(Changes changes) : IPresence
{
    public Task<ClientStart> EnterAsync(string clientId, TimeSpan lease, CancellationToken cancellationToken) =>
        changes.WriteAsync(
            scope => new ClientStart(clientId, Micros.Time((long)scope.Session[PresenceSql.Enter]
                .Bind("@id", clientId).Bind("@now", scope.Now).Bind("@lease", Micros.Of(lease)).Value()!)),
            cancellationToken);

    public Task<BeatResult> BeatAsync(ClientStart client, BeatTerms terms, IReadOnlyList<ClaimToken> attempts, CancellationToken cancellationToken) =>
        changes.WriteAsync(scope => Beat(scope, client, terms, attempts), cancellationToken);

    public Task LeaveAsync(ClientStart client, CancellationToken cancellationToken) =>
        changes.WriteAsync(scope =>
        {
            var left = scope.Session[PresenceSql.Leave]
                .Bind("@id", client.ClientId).Bind("@started_at", Micros.Of(client.StartedAt)).Bind("@now", scope.Now).Run() > 0;
            if (left)
                scope.Session[PresenceSql.LeaveRescue].Bind("@id", client.ClientId).Run();
            return left;
        }, cancellationToken);

    public Task<IReadOnlyList<ClaimedJob>> OrphansAsync(bool expired, long afterId, int limit, CancellationToken cancellationToken) =>
        changes.ReadAsync<IReadOnlyList<ClaimedJob>>(
            (session, now) => JobColumns.Many(
                session[PresenceSql.Orphans].Bind("@now", now).Bind("@expired", expired).Bind("@after", afterId).Bind("@limit", limit),
                JobColumns.ReadClaimed),
            cancellationToken);

    public Task<IReadOnlyList<ClaimedJob>> StraysAsync(ClientStart client, IReadOnlyList<ClaimToken> attempts, int limit, CancellationToken cancellationToken) =>
        changes.ReadAsync<IReadOnlyList<ClaimedJob>>(
            (session, _) => JobColumns.Many(
                session[PresenceSql.Strays]
                    .Bind("@id", client.ClientId)
                    .Bind("@started_at", Micros.Of(client.StartedAt))
                    .Bind("@attempts", JsonColumns.Strings(attempts.Select(Named)))
                    .Bind("@limit", limit),
                JobColumns.ReadClaimed),
            cancellationToken);

    public Task<int> ForgetAsync(TimeSpan age, CancellationToken cancellationToken) =>
        changes.WriteAsync(scope => scope.Session[PresenceSql.Forget].Bind("@horizon", scope.Now - Micros.Of(age)).Run(), cancellationToken);

    private static BeatResult Beat(WriteScope scope, ClientStart client, BeatTerms terms, IReadOnlyList<ClaimToken> attempts)
    {
        var beat = scope.Session[PresenceSql.Beat]
            .Bind("@id", client.ClientId)
            .Bind("@started_at", Micros.Of(client.StartedAt))
            .Bind("@now", scope.Now)
            .Bind("@lease", Micros.Of(terms.Lease));
        if (beat.Value() is null)
            return BeatResult.Absent;

        var takenAt = scope.Session[PresenceSql.Rescue]
            .Bind("@id", client.ClientId)
            .Bind("@now", scope.Now)
            .Bind("@rescue_lease", Micros.Of(terms.RescueLease))
            .Bind("@longest_gap", Micros.Of(terms.LongestGap))
            .Value() as long?;
        var hasOrphans = takenAt is not null && scope.Session[PresenceSql.HasOrphans].Bind("@now", scope.Now).Value() is 1L;

        var (lost, cancelling) = (new List<ClaimToken>(), new List<ClaimToken>());
        foreach (var token in attempts)
        {
            var found = scope.Session[PresenceSql.Look]
                .Bind("@id", token.JobId).Bind("@attempt", token.Attempt).Bind("@attempted_at", Micros.Of(token.AttemptedAt)).Value();
            if (found is null)
                lost.Add(token);
            else if (found is 1L)
                cancelling.Add(token);
        }

        return new BeatResult(IsPresent: true, takenAt is { } taken ? TimeSpan.FromMicroseconds(scope.Now - taken) : null, hasOrphans, lost, cancelling);
    }

    private static string Named(ClaimToken token) =>
        string.Create(CultureInfo.InvariantCulture, $"{token.JobId} {token.Attempt} {Micros.Of(token.AttemptedAt)}");
}
