using System.Data.Common;
using Npgsql;
using NpgsqlTypes;
using River.Postgres.Committing;
using River.Postgres.Connections;
using River.Storage;

namespace River.Postgres.Roles;

internal sealed class PostgresJobs : IJobs, IAsyncDisposable
{
    private const string RetrySavepoint = "river_retry";

    private readonly PostgresDatabase _database;
    private readonly SharedCommits _plain;
    private readonly SharedCommits _unique;
    private readonly InsertLane _large;
    private readonly bool _sharesCommits;

    /// <param name="database">The way to the server.</param>
    /// <param name="sharesCommits">Whether there are connections enough to keep one for enqueues.</param>
    /// <param name="mostSlow">For how many statements that hang there are connections, for rows without unique keys and for rows with them each.</param>
    public PostgresJobs(PostgresDatabase database, bool sharesCommits, int mostSlow)
    {
        _database = database;
        _sharesCommits = sharesCommits;
        _plain = new SharedCommits(() => new InsertLane(database, isUnique: false, InsertLane.LockTimeout), InsertAloneAsync, database.Time, mostSlow);
        _unique = new SharedCommits(() => new InsertLane(database, isUnique: true, InsertLane.LockTimeout), InsertAloneAsync, database.Time, mostSlow);
        _large = new InsertLane(database, isUnique: false, lockTimeout: null);
    }

    /// <summary>Whether callers' rows are sent through this server process at the moment, and nothing else is.</summary>
    public bool SendsFrom(int backend) => backend != 0 && (_plain.Backend == backend || _unique.Backend == backend || _large.Backend == backend);

    public Task<IReadOnlyList<EnqueueResult>> InsertAsync(IReadOnlyList<JobInsert> jobs, DbTransaction? transaction, CancellationToken cancellationToken)
    {
        if (jobs.Count == 0)
            return Task.FromResult<IReadOnlyList<EnqueueResult>>([]);
        if (transaction is not null || !_sharesCommits)
            return InsertAsync(jobs, transaction, HasUnique(jobs), cancellationToken);
        if (!SharedCommits.MayShare(jobs))
            return _database.IsPooled || HasUnique(jobs) ? InsertAloneAsync(jobs, cancellationToken) : InsertLargeAsync(jobs, cancellationToken);
        return cancellationToken.IsCancellationRequested
            ? Task.FromCanceled<IReadOnlyList<EnqueueResult>>(cancellationToken)
            : (HasUnique(jobs) ? _unique : _plain).InsertAsync(jobs, cancellationToken);
    }

    public async ValueTask DisposeAsync() => await Task.WhenAll(_plain.DisposeAsync().AsTask(), _unique.DisposeAsync().AsTask(), _large.DisposeAsync().AsTask()).ConfigureAwait(false);

    public async Task<long> CopyAsync(IReadOnlyList<JobInsert> jobs, DbTransaction? transaction, CancellationToken cancellationToken)
    {
        if (jobs.Count == 0)
            return 0;
        var sql = (await _database.StatementsAsync(cancellationToken).ConfigureAwait(false)).Jobs;
        return await _database.InTransactionAsync(
            transaction, own => PostgresCopy.RunAsync(_database, sql, own, jobs, cancellationToken), cancellationToken).ConfigureAwait(false);
    }

    public async Task<long> CopyNewAsync(IReadOnlyList<JobInsert> jobs, DbTransaction? transaction, CancellationToken cancellationToken)
    {
        var unique = jobs.Where(job => job.UniqueKey is not null).ToArray();
        if (unique.Length == 0)
            return await CopyAsync(jobs, transaction, cancellationToken).ConfigureAwait(false);
        var sql = (await _database.StatementsAsync(cancellationToken).ConfigureAwait(false)).Jobs;
        var rest = jobs.Where(job => job.UniqueKey is null).ToArray();
        return await _database.InTransactionAsync(
            transaction,
            async own =>
            {
                var copied = rest.Length == 0 ? 0 : await PostgresCopy.RunAsync(_database, sql, own, rest, cancellationToken).ConfigureAwait(false);
                return copied + await _database.ReadAsync(
                    own,
                    async reader => await reader.ReadAsync(cancellationToken).ConfigureAwait(false) ? reader.GetInt64(0) : 0,
                    cancellationToken,
                    Commands.Of(sql.InsertNew).WithClock(_database.Clock()).WithRows(unique)).ConfigureAwait(false);
            },
            cancellationToken).ConfigureAwait(false);
    }

    public async Task<JobRow?> GetAsync(long id, DbTransaction? transaction, CancellationToken cancellationToken)
    {
        var sql = (await _database.StatementsAsync(cancellationToken).ConfigureAwait(false)).Jobs;
        return await _database.ReadAsync(transaction, reader => LastRowAsync(reader, cancellationToken), cancellationToken, ById(sql.Get, id)).ConfigureAwait(false);
    }

    public async Task<IReadOnlyList<JobRow>> ListAsync(JobFilter filter, DbTransaction? transaction, CancellationToken cancellationToken)
    {
        var order = JobOrdering.Of(filter);
        var sql = (await _database.StatementsAsync(cancellationToken).ConfigureAwait(false)).Filters;
        return await _database.ReadAsync(
            transaction, reader => reader.ListAsync(ReadAnyway, cancellationToken), cancellationToken, Commands.Of(sql.List(filter, order)).WithFilter(filter, order)).ConfigureAwait(false);
    }

    public async Task<IReadOnlyList<JobRow>> DeleteManyAsync(JobFilter filter, DbTransaction? transaction, CancellationToken cancellationToken)
    {
        var order = JobOrdering.Of(filter);
        var sql = (await _database.StatementsAsync(cancellationToken).ConfigureAwait(false)).Filters;
        return await _database.ReadAsync(
            transaction, reader => reader.ListAsync(ReadAnyway, cancellationToken), cancellationToken, Commands.Of(sql.Delete(filter, order)).WithFilter(filter, order)).ConfigureAwait(false);
    }

    // The row is read by a second statement in the same round trip: it sees what the first one waited for.
    public async Task<JobRow?> CancelAsync(long id, DbTransaction? transaction, CancellationToken cancellationToken)
    {
        var sql = (await _database.StatementsAsync(cancellationToken).ConfigureAwait(false)).Jobs;
        return await _database.ReadAsync(transaction, reader => LastRowAsync(reader, cancellationToken), cancellationToken, Change(sql.Cancel, id), ById(sql.Get, id)).ConfigureAwait(false);
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
        var sql = (await _database.StatementsAsync(cancellationToken).ConfigureAwait(false)).Jobs;
        var (row, holder) = await _database.ReadAsync(
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
        var sql = (await _database.StatementsAsync(cancellationToken).ConfigureAwait(false)).Jobs;
        return await _database.ReadAsync(
            transaction, reader => LastRowAsync(reader, cancellationToken), cancellationToken, ById(sql.Update, id).With(NpgsqlDbType.Jsonb, metadata)).ConfigureAwait(false);
    }

    public async Task<JobRow?> DeleteAsync(long id, DbTransaction? transaction, CancellationToken cancellationToken)
    {
        var sql = (await _database.StatementsAsync(cancellationToken).ConfigureAwait(false)).Jobs;
        return await _database.ReadAsync(transaction, reader => LastRowAsync(reader, cancellationToken), cancellationToken, ById(sql.Delete, id), ById(sql.Get, id)).ConfigureAwait(false);
    }

    /// <summary>A row that no client could have written is shown as far as it can be: it would hide all others, and a deletion is done by now.</summary>
    private static JobRow ReadAnyway(NpgsqlDataReader reader) => JobRowReader.ReadClaimed(reader).Row;

    private static NpgsqlBatchCommand ById(string text, long id) => Commands.Of(text).With(NpgsqlDbType.Bigint, id);

    private NpgsqlBatchCommand Change(string text, long id) => Commands.Of(text).WithClock(_database.Clock()).With(NpgsqlDbType.Bigint, id);

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

    private Task<IReadOnlyList<EnqueueResult>> InsertAloneAsync(IReadOnlyList<JobInsert> jobs, CancellationToken cancellationToken) =>
        InsertAsync(jobs, transaction: null, HasUnique(jobs), cancellationToken);

    /// <summary>One after the other they find the statement prepared; those at the same time go through the pool.</summary>
    private async Task<IReadOnlyList<EnqueueResult>> InsertLargeAsync(IReadOnlyList<JobInsert> jobs, CancellationToken cancellationToken)
    {
        try
        {
            if (await _large.TryInsertAsync(jobs, cancellationToken).ConfigureAwait(false) is { } results)
                return results;
        }
        catch (Exception error) when (InsertedRows.InWords(error) is not null)
        {
            throw InsertedRows.InWords(error)!;
        }

        return await InsertAloneAsync(jobs, cancellationToken).ConfigureAwait(false);
    }

    private async Task<IReadOnlyList<EnqueueResult>> InsertAsync(IReadOnlyList<JobInsert> jobs, DbTransaction? transaction, bool isUnique, CancellationToken cancellationToken)
    {
        var sql = (await _database.StatementsAsync(cancellationToken).ConfigureAwait(false)).Jobs;
        var results = new EnqueueResult[jobs.Count];
        try
        {
            return await _database.ReadAsync<IReadOnlyList<EnqueueResult>>(
                transaction,
                async reader =>
                {
                    if (isUnique)
                    {
                        await InsertedRows.ReadAsync(reader, jobs, results, isUnique, cancellationToken).ConfigureAwait(false);
                    }
                    else
                    {
                        var (ids, now) = await InsertedRows.ReadNumbersAsync(reader, cancellationToken).ConfigureAwait(false);
                        InsertedRows.Fill(results, jobs, ids, first: 0, now);
                    }

                    return results;
                },
                cancellationToken,
                sql.InsertOf(jobs, isUnique, _database.Clock())).ConfigureAwait(false);
        }
        catch (PostgresException error) when (PostgresErrors.IsRowSwallowed(error))
        {
            throw InsertedRows.Swallowed(error);
        }
    }

    private static bool HasUnique(IReadOnlyList<JobInsert> jobs)
    {
        for (var i = 0; i < jobs.Count; i++)
        {
            if (jobs[i].UniqueKey is not null)
                return true;
        }

        return false;
    }
}
