using Npgsql;
using River.Client;
using River.Postgres.Connections;
using River.Storage;

namespace River.Postgres.Roles;

/// <summary>Reads what the inserting statements return.</summary>
internal static class InsertedRows
{
    /// <summary>What times on the wire count from, in .NET's ticks; parts of a microsecond are cut off towards it.</summary>
    private static readonly long PostgresEpoch = new DateTime(2000, 1, 1, 0, 0, 0, DateTimeKind.Utc).Ticks;

    private static readonly byte[] EmptyObject = "{}"u8.ToArray();

    /// <summary>Fills in the results of rows, each of which has an answer of its own: the next ones of the reader.</summary>
    public static async Task ReadAsync(NpgsqlDataReader reader, IReadOnlyList<JobInsert> jobs, EnqueueResult[] results, bool isUnique, CancellationToken cancellationToken)
    {
        for (var i = 0; i < results.Length; i++)
        {
            if (!await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                throw Swallowed(innerException: null);
            // The row of a duplicate may be one that no client could have written; it must not fail those that share the statement.
            results[i] = isUnique
                ? new EnqueueResult(JobRowReader.ReadClaimed(reader).Row, reader.GetBoolean(JobRowReader.Columns))
                : new EnqueueResult(Row(jobs[i], reader.GetInt64(0), Time(reader, 1), Time(reader, 2)), isDuplicate: false);
        }
    }

    /// <summary>Reads the one answer to rows of which none has a unique key.</summary>
    public static async Task<(long[] Ids, DateTimeOffset Now)> ReadNumbersAsync(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        if (!await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            throw Swallowed(innerException: null);
        var ids = reader.GetFieldValue<long[]>(0);
        Array.Sort(ids);
        return (ids, Time(reader, 1));
    }

    /// <summary>Fills in the results of rows from the numbers that were drawn for them, the first of which is given, and for others.</summary>
    public static void Fill(EnqueueResult[] results, IReadOnlyList<JobInsert> jobs, long[] ids, int first, DateTimeOffset now)
    {
        if (jobs is [var only])
        {
            results[0] = new EnqueueResult(Row(only, ids[first], now, ScheduledAt(only, now)), isDuplicate: false);
            return;
        }

        var rows = new Later(jobs, ids, first, now);
        for (var i = 0; i < results.Length; i++)
            results[i] = new EnqueueResult(rows, i);
    }

    /// <summary>As the statement reckons it, to the microsecond.</summary>
    public static DateTimeOffset ScheduledAt(JobInsert job, DateTimeOffset now)
    {
        if (job.ScheduledAt is not { } at)
            return now.AddTicks(job.Delay.Ticks - (job.Delay.Ticks % TimeSpan.TicksPerMicrosecond));
        var ticks = at.UtcTicks - PostgresEpoch;
        return new DateTimeOffset(PostgresEpoch + ticks - (ticks % TimeSpan.TicksPerMicrosecond), TimeSpan.Zero);
    }

    public static InvalidOperationException Swallowed(Exception? innerException) =>
        new("PostgreSQL returned fewer rows than were inserted. A trigger or rule on river_job must not swallow rows.", innerException);

    /// <summary>Says in River's terms what an insert ran into; null when there is nothing better to say than the error itself.</summary>
    public static Exception? InWords(Exception error) => error switch
    {
        PostgresException conflict when PostgresErrors.IsUniqueConflict(conflict) => PostgresErrors.Conflict(conflict),
        PostgresException left when PostgresErrors.IsRowSwallowed(left) => Swallowed(left),
        _ => PostgresErrors.OfStatement(error),
    };

    private static JobRow Row(JobInsert job, long id, DateTimeOffset createdAt, DateTimeOffset scheduledAt) => new()
    {
        Id = id,
        State = job.State,
        Kind = job.Kind,
        Queue = job.Queue,
        Attempt = 0,
        MaxAttempts = job.MaxAttempts,
        Priority = job.Priority,
        EncodedArgs = job.Args,
        EncodedMetadata = job.Metadata ?? EmptyObject,
        Tags = job.Tags,
        CreatedAt = createdAt,
        ScheduledAt = scheduledAt,
    };

    private static DateTimeOffset Time(NpgsqlDataReader reader, int column) => reader.GetFieldValue<DateTimeOffset>(column);

    private sealed class Later(IReadOnlyList<JobInsert> jobs, long[] ids, int first, DateTimeOffset now) : RowsOnDemand(jobs.Count)
    {
        protected override JobRow Make(int index) => Row(jobs[index], ids[first + index], now, ScheduledAt(jobs[index], now));
    }
}
