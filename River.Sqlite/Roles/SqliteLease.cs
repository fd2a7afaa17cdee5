using System.Data.Common;
using River.Sqlite.Connections;
using River.Sqlite.Rows;
using River.Sqlite.Statements;
using River.Sqlite.Writing;
using River.Storage;

namespace River.Sqlite.Roles;

internal sealed class SqliteLease(Changes changes) : ILease
{
    public Task<LeaderTerm?> LeadAsync(string clientId, TimeSpan duration, CancellationToken cancellationToken) =>
        changes.WriteAsync(scope =>
        {
            scope.Session[LeaseSql.RemoveExpired].Bind("@now", scope.Now).Run();
            var electedAt = scope.Session[LeaseSql.Lead]
                .Bind("@leader_id", clientId).Bind("@now", scope.Now).Bind("@expires_at", Micros.After(scope.Now, duration)).Value();
            return electedAt is long micros ? new LeaderTerm(clientId, Micros.Time(micros)) : null;
        }, cancellationToken);

    public Task<bool> RenewAsync(LeaderTerm term, TimeSpan duration, CancellationToken cancellationToken) =>
        changes.WriteAsync(scope => Of(scope, LeaseSql.Renew, term)
            .Bind("@now", scope.Now).Bind("@expires_at", Micros.After(scope.Now, duration)).Run() > 0, cancellationToken);

    public Task ResignAsync(LeaderTerm term, CancellationToken cancellationToken) =>
        changes.WriteAsync(scope =>
        {
            var led = Of(scope, LeaseSql.Resign, term).Run() > 0;
            if (led)
                scope.Notify(Notification.Resigned(term.LeaderId));
            return led;
        }, cancellationToken);

    public Task RequestResignAsync(DbTransaction? transaction, CancellationToken cancellationToken) =>
        changes.WriteAsync(
            scope =>
            {
                scope.Notify(Notification.ResignRequested());
                return true;
            },
            transaction,
            cancellationToken);

    public Task<TimeSpan?> HeldForAsync(CancellationToken cancellationToken) =>
        changes.ReadAsync(
            (session, now) => session[LeaseSql.ExpiresAt].Bind("@now", now).Value() is long end ? TimeSpan.FromMicroseconds(end - now) : (TimeSpan?)null,
            cancellationToken);

    public Task<LeaderInfo?> GetAsync(CancellationToken cancellationToken) =>
        changes.ReadAsync(
            (session, now) => JobColumns.Many(
                session[LeaseSql.Get].Bind("@now", now),
                row => new LeaderInfo(row.GetString(0), Micros.Time(row.GetInt64(1)), Micros.Time(row.GetInt64(2)), row.GetBoolean(3))).FirstOrDefault(),
            cancellationToken);

    /// <summary>Whether a term is in force: what maintenance writes ask in their own transaction.</summary>
    public static bool IsInForce(WriteScope scope, LeaderTerm term) =>
        Of(scope, LeaseSql.InForce, term).Bind("@now", scope.Now).Value() is not null;

    private static Statement Of(WriteScope scope, string sql, LeaderTerm term) =>
        scope.Session[sql].Bind("@leader_id", term.LeaderId).Bind("@elected_at", Micros.Of(term.ElectedAt));
}
