using Npgsql;
using NpgsqlTypes;
using River.Postgres.Connections;
using River.Postgres.Sql;
using River.Storage;

namespace River.Postgres.Roles;

/// <summary>Inserts rows by binary COPY, inside a transaction.</summary>
internal static class PostgresCopy
{
    private static readonly byte[] EmptyObject = "{}"u8.ToArray();

    public static async Task<long> RunAsync(PostgresDatabase database, JobSql sql, NpgsqlTransaction transaction, IReadOnlyList<JobInsert> jobs, CancellationToken cancellationToken)
    {
        var queues = jobs.Where(job => job.State == JobState.Available).Select(job => job.Queue).Distinct(StringComparer.Ordinal).ToArray();
        var later = jobs.Where(job => job.State == JobState.Scheduled).ToList();
        var shortest = later.Where(job => job.ScheduledAt is null).Select(job => (TimeSpan?)job.Delay).Min();
        var now = await database.ReadAsync(
            transaction,
            async reader => await reader.ReadAsync(cancellationToken).ConfigureAwait(false) ? reader.GetFieldValue<DateTimeOffset>(0) : throw new InvalidOperationException("A row was expected."),
            cancellationToken,
            Commands.Of(sql.BeforeCopy).WithClock(database.Clock())
                .With(NpgsqlDbType.Array | NpgsqlDbType.Text, queues)
                .With(NpgsqlDbType.Bigint, shortest is { } delay ? InsertParameters.Microseconds(delay) : null)
                .With(NpgsqlDbType.TimestampTz, later.Min(job => job.ScheduledAt)?.ToUniversalTime())).ConfigureAwait(false);
        try
        {
            var writer = await transaction.Connection!.BeginBinaryImportAsync(sql.Copy, cancellationToken).ConfigureAwait(false);
            await using var _ = writer.ConfigureAwait(false);
            writer.Timeout = database.StatementTimeout;
            foreach (var job in jobs)
                await WriteAsync(writer, job, now, cancellationToken).ConfigureAwait(false);
            return (long)await writer.CompleteAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (PostgresException conflict) when (PostgresErrors.IsUniqueConflict(conflict))
        {
            throw PostgresErrors.Conflict(conflict);
        }
    }

    private static async Task WriteAsync(NpgsqlBinaryImporter writer, JobInsert job, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await writer.StartRowAsync(cancellationToken).ConfigureAwait(false);
        // An enum's binary form is its text.
        await writer.WriteAsync(JobRowReader.NameOf(job.State), NpgsqlDbType.Text, cancellationToken).ConfigureAwait(false);
        await writer.WriteAsync((short)job.MaxAttempts, NpgsqlDbType.Smallint, cancellationToken).ConfigureAwait(false);
        await writer.WriteAsync(now, NpgsqlDbType.TimestampTz, cancellationToken).ConfigureAwait(false);
        await writer.WriteAsync(job.ScheduledAt?.ToUniversalTime() ?? now + job.Delay, NpgsqlDbType.TimestampTz, cancellationToken).ConfigureAwait(false);
        await writer.WriteAsync((short)job.Priority, NpgsqlDbType.Smallint, cancellationToken).ConfigureAwait(false);
        await writer.WriteAsync(job.Args, NpgsqlDbType.Jsonb, cancellationToken).ConfigureAwait(false);
        await writer.WriteAsync(job.Kind, NpgsqlDbType.Text, cancellationToken).ConfigureAwait(false);
        await writer.WriteAsync(job.Metadata ?? EmptyObject, NpgsqlDbType.Jsonb, cancellationToken).ConfigureAwait(false);
        await writer.WriteAsync(job.Queue, NpgsqlDbType.Text, cancellationToken).ConfigureAwait(false);
        await writer.WriteAsync(job.Tags.ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Varchar, cancellationToken).ConfigureAwait(false);
        if (job.UniqueKey is { } key && job.UniqueStates != JobStates.None)
        {
            await writer.WriteAsync(key, NpgsqlDbType.Bytea, cancellationToken).ConfigureAwait(false);
            await writer.WriteAsync(InsertParameters.Bits(job.UniqueStates), NpgsqlDbType.Bit, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            await writer.WriteNullAsync(cancellationToken).ConfigureAwait(false);
            await writer.WriteNullAsync(cancellationToken).ConfigureAwait(false);
        }
    }
}
