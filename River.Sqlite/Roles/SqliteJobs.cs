using System.Data.Common;
using System.Globalization;
using Microsoft.Data.Sqlite;
using River.Sqlite.Connections;
using River.Sqlite.Rows;
using River.Sqlite.Statements;
using River.Sqlite.Writing;
using River.Storage;

namespace River.Sqlite.Roles;

internal sealed class SqliteJobs(Changes changes) : IJobs
{
    public Task<IReadOnlyList<EnqueueResult>> InsertAsync(IReadOnlyList<JobInsert> jobs, DbTransaction? transaction, CancellationToken cancellationToken) =>
        changes.WriteAsync<IReadOnlyList<EnqueueResult>>(scope => [.. jobs.Select(job => JobRows.Insert(scope, job))], transaction, cancellationToken);

    public Task<long> CopyAsync(IReadOnlyList<JobInsert> jobs, DbTransaction? transaction, CancellationToken cancellationToken) =>
        changes.WriteAsync(scope =>
        {
            foreach (var job in jobs)
                JobRows.Copy(scope, job);
            return (long)jobs.Count;
        }, transaction, cancellationToken);

    public Task<long> CopyNewAsync(IReadOnlyList<JobInsert> jobs, DbTransaction? transaction, CancellationToken cancellationToken) =>
        changes.WriteAsync(scope => jobs.LongCount(job => JobRows.CopyNew(scope, job)), transaction, cancellationToken);

    public Task<JobRow?> GetAsync(long id, DbTransaction? transaction, CancellationToken cancellationToken) =>
        changes.ReadAsync(session => Get(session, id), transaction, cancellationToken);

    public Task<IReadOnlyList<JobRow>> ListAsync(JobFilter filter, DbTransaction? transaction, CancellationToken cancellationToken) =>
        changes.ReadAsync(session => FilteredJobs.List(session, filter), transaction, cancellationToken);

    public Task<IReadOnlyList<JobRow>> DeleteManyAsync(JobFilter filter, DbTransaction? transaction, CancellationToken cancellationToken) =>
        changes.WriteAsync(scope =>
        {
            var rows = FilteredJobs.Deletable(scope.Session, filter);
            foreach (var row in rows)
                scope.Session[JobSql.Delete].Bind("@id", row.Id).Run();
            return rows;
        }, transaction, cancellationToken);

    public Task<JobRow?> CancelAsync(long id, DbTransaction? transaction, CancellationToken cancellationToken) =>
        changes.WriteAsync(scope =>
        {
            var changed = JobColumns.One(scope.Session[JobSql.Cancel].Bind("@id", id).Bind("@now", scope.Now).Bind("@at", Rfc3339(scope.Now)));
            if (changed is not null)
                scope.Notify(Notification.Cancel(id, changed.Queue));
            return changed ?? Get(scope.Session, id);
        }, transaction, cancellationToken);

    public Task<JobRow?> RetryAsync(long id, DbTransaction? transaction, CancellationToken cancellationToken) =>
        changes.WriteAsync(scope =>
        {
            try
            {
                var changed = JobColumns.One(scope.Session[JobSql.Retry].Bind("@id", id).Bind("@now", scope.Now));
                if (changed is not null)
                    scope.NotifyAvailable(changed.Queue);
                return changed ?? Get(scope.Session, id);
            }
            catch (SqliteException error) when (SqliteErrors.IsUniqueConflict(error))
            {
                var holder = JobColumns.One(scope.Session[JobSql.KeyHolder].Bind("@unique_key", Get(scope.Session, id)?.UniqueKey?.ToArray()));
                throw UniqueConflictException.OfRetry(id, holder?.Id ?? 0, error);
            }
        }, transaction, cancellationToken);

    public Task<JobRow?> UpdateAsync(long id, byte[] metadata, DbTransaction? transaction, CancellationToken cancellationToken) =>
        changes.WriteAsync(scope =>
        {
            if (Get(scope.Session, id) is not { } before)
                return null;
            scope.Session[ClaimSql.SetMetadata].Bind("@id", id).Bind("@metadata", JsonColumns.Merge(before.EncodedMetadata.ToArray(), metadata)).Run();
            return Get(scope.Session, id);
        }, transaction, cancellationToken);

    public Task<JobRow?> DeleteAsync(long id, DbTransaction? transaction, CancellationToken cancellationToken) =>
        changes.WriteAsync(
            scope => JobColumns.One(scope.Session[JobSql.Delete].Bind("@id", id)) ?? Get(scope.Session, id), transaction, cancellationToken);

    private static JobRow? Get(Session session, long id) => JobColumns.One(session[JobSql.Get].Bind("@id", id));

    private static string Rfc3339(long micros) => Micros.Time(micros).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFF'Z'", CultureInfo.InvariantCulture);
}
