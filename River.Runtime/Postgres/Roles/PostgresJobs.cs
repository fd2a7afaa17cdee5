using System.Data.Common;
using Npgsql;
using NpgsqlTypes;
using River.Postgres.Connections;
using River.Storage;

namespace River.Postgres.Roles;

internal sealed class PostgresJobs(PostgresDatabase database) : IJobs
{
    private const string RetrySavepoint = "river_retry";

    public async Task<IReadOnlyList<EnqueueResult>> InsertAsync(IReadOnlyList<JobInsert> jobs, DbTransaction? transaction, CancellationToken cancellationToken)
    {
        if (jobs.Count == 0)
            return [];
        var sql = (await database.StatementsAsync(cancellationToken).ConfigureAwait(false)).Jobs;
        if (jobs.All(job => job.UniqueKey is null))
        {
            var command = Commands.Of(sql.Insert).WithClock(database.Clock()).WithRows(jobs);
            return await database.ReadAsync(transaction, reader => ReadInsertedAsync(reader, jobs, cancellationToken), cancellationToken, command).ConfigureAwait(false);
        }

        var unique = Commands.Of(sql.InsertUnique).WithClock(database.Clock()).WithRows(jobs);
        return await database.ReadAsync(
            transaction,
            reader => reader.ListAsync(row => new EnqueueResult(JobRowReader.Read(row), row.GetBoolean(JobRowReader.Columns)), cancellationToken),
            cancellationToken,
            unique).ConfigureAwait(false);
    }

    public async Task<long> CopyAsync(IReadOnlyList<JobInsert> jobs, DbTransaction? transaction, CancellationToken cancellationToken)
    {
        if (jobs.Count == 0)
            return 0;
        var sql = (await database.StatementsAsync(cancellationToken).ConfigureAwait(false)).Jobs;
        return await database.InTransactionAsync(
            transaction, own => PostgresCopy.RunAsync(database, sql, own, jobs, cancellationToken), cancellationToken).ConfigureAwait(false);
    }

    public async Task<long> CopyNewAsync(IReadOnlyList<JobInsert> jobs, DbTransaction? transaction, CancellationToken cancellationToken)
    {
        var unique = jobs.Where(job => job.UniqueKey is not null).ToArray();
        if (unique.Length == 0)
            return await CopyAsync(jobs, transaction, cancellationToken).ConfigureAwait(false);
        var sql = (await database.StatementsAsync(cancellationToken).ConfigureAwait(false)).Jobs;
        var rest = jobs.Where(job => job.UniqueKey is null).ToArray();
        return await database.InTransactionAsync(
            transaction,
            async own =>
            {
                var copied = rest.Length == 0 ? 0 : await PostgresCopy.RunAsync(database, sql, own, rest, cancellationToken).ConfigureAwait(false);
                return copied + await database.ReadAsync(
                    own,
                    async reader => await reader.ReadAsync(cancellationToken).ConfigureAwait(false) ? reader.GetInt64(0) : 0,
                    cancellationToken,
                    Commands.Of(sql.InsertNew).WithClock(database.Clock()).WithRows(unique)).ConfigureAwait(false);
            },
            cancellationToken).ConfigureAwait(false);
    }

    public async Task<JobRow?> GetAsync(long id, DbTransaction? transaction, CancellationToken cancellationToken)
    {
        var sql = (await database.StatementsAsync(cancellationToken).ConfigureAwait(false)).Jobs;
        return await database.ReadAsync(transaction, reader => LastRowAsync(reader, cancellationToken), cancellationToken, ById(sql.Get, id)).ConfigureAwait(false);
    }

    public async Task<IReadOnlyList<JobRow>> ListAsync(JobFilter filter, DbTransaction? transaction, CancellationToken cancellationToken)
    {
        var order = JobOrdering.Of(filter);
        var sql = (await database.StatementsAsync(cancellationToken).ConfigureAwait(false)).Filters;
        return await database.ReadAsync(
            transaction, reader => reader.ListAsync(ReadAnyway, cancellationToken), cancellationToken, Commands.Of(sql.List(filter, order)).WithFilter(filter, order)).ConfigureAwait(false);
    }

    public async Task<IReadOnlyList<JobRow>> DeleteManyAsync(JobFilter filter, DbTransaction? transaction, CancellationToken cancellationToken)
    {
        var order = JobOrdering.Of(filter);
        var sql = (await database.StatementsAsync(cancellationToken).ConfigureAwait(false)).Filters;
        return await database.ReadAsync(
            transaction, reader => reader.ListAsync(ReadAnyway, cancellationToken), cancellationToken, Commands.Of(sql.Delete(filter, order)).WithFilter(filter, order)).ConfigureAwait(false);
    }

    // The row is read by a second statement in the same round trip: it sees what the first one waited for.
    public async Task<JobRow?> CancelAsync(long id, DbTransaction? transaction, CancellationToken cancellationToken)
    {
        var sql = (await database.StatementsAsync(cancellationToken).ConfigureAwait(false)).Jobs;
        return await database.ReadAsync(transaction, reader => LastRowAsync(reader, cancellationToken), cancellationToken, Change(sql.Cancel, id), ById(sql.Get, id)).ConfigureAwait(false);
    }

    public async Task<JobRow?> RetryAsync(long id, DbTransaction? transaction, CancellationToken cancellationToken)
    {
        if (transaction is null)
            return await RetryNowAsync(id, transaction, cancellationToken).ConfigureAwait(false);
        var own = Commands.Own(transaction);
        await own.SaveAsync(RetrySavepoint, cancellationToken).ConfigureAwait(false);
        try
        {
            var row = await RetryNowAsync(id, own, cancellationToken).ConfigureAwait(false);
            await own.ReleaseAsync(RetrySavepoint, cancellationToken).ConfigureAwait(false);
            return row;
        }
        catch (UniqueConflictException)
        {
            // Another transaction took the key meanwhile; the caller's goes on without the retry.
            await own.RollbackAsync(RetrySavepoint, CancellationToken.None).ConfigureAwait(false);
            throw;
        }
    }

    private async Task<JobRow?> RetryNowAsync(long id, DbTransaction? transaction, CancellationToken cancellationToken)
    {
        var sql = (await database.StatementsAsync(cancellationToken).ConfigureAwait(false)).Jobs;
        var (row, holder) = await database.ReadAsync(
            transaction,
            async reader =>
            {
                var other = await reader.ReadAsync(cancellationToken).ConfigureAwait(false) && !reader.IsDBNull(0) ? reader.GetInt64(0) : (long?)null;
                await reader.NextResultAsync(cancellationToken).ConfigureAwait(false);
                return (await LastRowAsync(reader, cancellationToken).ConfigureAwait(false), other);
            },
            cancellationToken,
            Change(sql.Retry, id),
            ById(sql.Get, id)).ConfigureAwait(false);
        return holder is { } conflicting ? throw UniqueConflictException.OfRetry(id, conflicting) : row;
    }

    public async Task<JobRow?> UpdateAsync(long id, byte[] metadata, DbTransaction? transaction, CancellationToken cancellationToken)
    {
        var sql = (await database.StatementsAsync(cancellationToken).ConfigureAwait(false)).Jobs;
        return await database.ReadAsync(
            transaction, reader => LastRowAsync(reader, cancellationToken), cancellationToken, ById(sql.Update, id).With(NpgsqlDbType.Jsonb, metadata)).ConfigureAwait(false);
    }

    public async Task<JobRow?> DeleteAsync(long id, DbTransaction? transaction, CancellationToken cancellationToken)
    {
        var sql = (await database.StatementsAsync(cancellationToken).ConfigureAwait(false)).Jobs;
        return await database.ReadAsync(transaction, reader => LastRowAsync(reader, cancellationToken), cancellationToken, ById(sql.Delete, id), ById(sql.Get, id)).ConfigureAwait(false);
    }

    /// <summary>A row that no client could have written is shown as far as it can be: it would hide all others, and a deletion is done by now.</summary>
    private static JobRow ReadAnyway(NpgsqlDataReader reader) => JobRowReader.ReadClaimed(reader).Row;

    private static NpgsqlBatchCommand ById(string text, long id) => Commands.Of(text).With(NpgsqlDbType.Bigint, id);

    private NpgsqlBatchCommand Change(string text, long id) => Commands.Of(text).WithClock(database.Clock()).With(NpgsqlDbType.Bigint, id);

    /// <summary>The row of the last result that has one and holds a job.</summary>
    private static async Task<JobRow?> LastRowAsync(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        JobRow? row = null;
        do
        {
            if (await reader.ReadAsync(cancellationToken).ConfigureAwait(false) && reader.FieldCount == JobRowReader.Columns)
                row = JobRowReader.Read(reader);
        }
        while (await reader.NextResultAsync(cancellationToken).ConfigureAwait(false));
        return row;
    }

    private static async Task<IReadOnlyList<EnqueueResult>> ReadInsertedAsync(NpgsqlDataReader reader, IReadOnlyList<JobInsert> jobs, CancellationToken cancellationToken)
    {
        var results = new EnqueueResult[jobs.Count];
        for (var i = 0; i < results.Length; i++)
        {
            if (!await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                throw new InvalidOperationException($"PostgreSQL returned {i} rows for {jobs.Count} inserted jobs. A trigger or rule on river_job must not swallow rows.");
            var job = jobs[i];
            results[i] = new EnqueueResult(
                new JobRow
                {
                    Id = reader.GetInt64(0),
                    State = job.State,
                    Kind = job.Kind,
                    Queue = job.Queue,
                    Attempt = 0,
                    MaxAttempts = job.MaxAttempts,
                    Priority = job.Priority,
                    EncodedArgs = job.Args,
                    EncodedMetadata = job.Metadata ?? "{}"u8.ToArray(),
                    Tags = job.Tags,
                    CreatedAt = reader.GetFieldValue<DateTimeOffset>(1),
                    ScheduledAt = reader.GetFieldValue<DateTimeOffset>(2),
                },
                isDuplicate: false);
        }

        return results;
    }
}
