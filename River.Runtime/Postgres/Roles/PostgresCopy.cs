using Npgsql;
using NpgsqlTypes;
using River.Postgres.Connections;
using River.Postgres.Sql;
using River.Storage;

namespace River.Postgres.Roles;

/// <summary>
/// Inserts rows by binary COPY, inside a transaction. Columns that hold in every row what the table gives by itself are left out:
/// writing a value takes the client longer than all else that it does with a row.
/// </summary>
internal sealed class PostgresCopy
{
    private static readonly byte[] EmptyObject = "{}"u8.ToArray();

    private readonly DateTimeOffset _now;
    private readonly bool _hasClock;
    private readonly bool _hasState;
    private readonly bool _hasTime;
    private readonly bool _hasPriority;
    private readonly bool _hasMetadata;
    private readonly bool _hasTags;
    private readonly bool _hasKey;

    private PostgresCopy(IReadOnlyList<JobInsert> jobs, DateTimeOffset now, bool hasClock)
    {
        (_now, _hasClock, _hasTime) = (now, hasClock, hasClock);
        for (var i = 0; i < jobs.Count; i++)
        {
            var job = jobs[i];
            _hasState |= job.State != JobState.Available;
            _hasTime |= job.ScheduledAt is not null || job.Delay != TimeSpan.Zero;
            _hasPriority |= job.Priority != 1;
            _hasMetadata |= job.Metadata is not null;
            _hasTags |= job.Tags.Count > 0;
            _hasKey |= IsUnique(job);
        }
    }

    /// <summary>In the order in which they are written.</summary>
    private string Columns =>
        "max_attempts, args, kind, queue" + (_hasClock ? ", created_at" : "") + (_hasState ? ", state" : "") + (_hasTime ? ", scheduled_at" : "")
            + (_hasPriority ? ", priority" : "") + (_hasMetadata ? ", metadata" : "") + (_hasTags ? ", tags" : "") + (_hasKey ? ", unique_key, unique_states" : "");

    public static async Task<long> RunAsync(PostgresDatabase database, JobSql sql, NpgsqlTransaction transaction, IReadOnlyList<JobInsert> jobs, CancellationToken cancellationToken)
    {
        var clock = database.Clock();
        var now = await database.ReadAsync(
            transaction,
            async reader => await reader.ReadAsync(cancellationToken).ConfigureAwait(false) ? reader.GetFieldValue<DateTimeOffset>(0) : throw new InvalidOperationException("A row was expected."),
            cancellationToken,
            Commands.Of(sql.BeforeCopy).WithClock(clock).WithAnnouncement(jobs)).ConfigureAwait(false);
        var copy = new PostgresCopy(jobs, now, hasClock: clock is not null);
        try
        {
            var writer = await transaction.Connection!.BeginBinaryImportAsync(sql.Copy(copy.Columns), cancellationToken).ConfigureAwait(false);
            await using var _ = writer.ConfigureAwait(false);
            writer.Timeout = database.StatementTimeout;
            for (var i = 0; i < jobs.Count; i++)
                await copy.WriteAsync(writer, jobs[i], cancellationToken).ConfigureAwait(false);
            return (long)await writer.CompleteAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (PostgresException conflict) when (PostgresErrors.IsUniqueConflict(conflict))
        {
            throw PostgresErrors.BulkConflict(conflict);
        }
    }

    private static bool IsUnique(JobInsert job) => job.UniqueKey is not null && job.UniqueStates != JobStates.None;

    private async Task WriteAsync(NpgsqlBinaryImporter writer, JobInsert job, CancellationToken cancellationToken)
    {
        await writer.StartRowAsync(cancellationToken).ConfigureAwait(false);
        await writer.WriteAsync((short)job.MaxAttempts, NpgsqlDbType.Smallint, cancellationToken).ConfigureAwait(false);
        await writer.WriteAsync(job.Args, NpgsqlDbType.Jsonb, cancellationToken).ConfigureAwait(false);
        await writer.WriteAsync(job.Kind, NpgsqlDbType.Text, cancellationToken).ConfigureAwait(false);
        await writer.WriteAsync(job.Queue, NpgsqlDbType.Text, cancellationToken).ConfigureAwait(false);
        if (_hasClock)
            await writer.WriteAsync(_now, NpgsqlDbType.TimestampTz, cancellationToken).ConfigureAwait(false);
        // An enum's binary form is its text.
        if (_hasState)
            await writer.WriteAsync(JobRowReader.NameOf(job.State), NpgsqlDbType.Text, cancellationToken).ConfigureAwait(false);
        if (_hasTime)
            await writer.WriteAsync(InsertedRows.ScheduledAt(job, _now), NpgsqlDbType.TimestampTz, cancellationToken).ConfigureAwait(false);
        if (_hasPriority)
            await writer.WriteAsync((short)job.Priority, NpgsqlDbType.Smallint, cancellationToken).ConfigureAwait(false);
        if (_hasMetadata)
            await writer.WriteAsync(job.Metadata ?? EmptyObject, NpgsqlDbType.Jsonb, cancellationToken).ConfigureAwait(false);
        if (_hasTags)
            await writer.WriteAsync(job.Tags.ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Varchar, cancellationToken).ConfigureAwait(false);
        if (_hasKey)
            await WriteKeyAsync(writer, job, cancellationToken).ConfigureAwait(false);
    }

    private static async Task WriteKeyAsync(NpgsqlBinaryImporter writer, JobInsert job, CancellationToken cancellationToken)
    {
        if (IsUnique(job))
        {
            await writer.WriteAsync(job.UniqueKey!, NpgsqlDbType.Bytea, cancellationToken).ConfigureAwait(false);
            await writer.WriteAsync(InsertParameters.Bits(job.UniqueStates), NpgsqlDbType.Bit, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            await writer.WriteNullAsync(cancellationToken).ConfigureAwait(false);
            await writer.WriteNullAsync(cancellationToken).ConfigureAwait(false);
        }
    }
}
