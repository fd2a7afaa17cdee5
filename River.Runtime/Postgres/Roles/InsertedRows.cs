using Npgsql;
using River.Storage;

namespace River.Postgres.Roles;

/// <summary>Reads what the inserting statements return.</summary>
internal static class InsertedRows
{
    private static readonly byte[] EmptyObject = "{}"u8.ToArray();

    /// <summary>Fills in the results of rows, whose answers are the next ones of the reader.</summary>
    public static async Task ReadAsync(NpgsqlDataReader reader, IReadOnlyList<JobInsert> jobs, EnqueueResult[] results, bool isUnique, CancellationToken cancellationToken)
    {
        for (var i = 0; i < results.Length; i++)
        {
            if (!await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                throw Swallowed(innerException: null);
            // The row of a duplicate may be one that no client could have written; it must not fail those that share the statement.
            results[i] = isUnique
                ? new EnqueueResult(JobRowReader.ReadClaimed(reader).Row, reader.GetBoolean(JobRowReader.Columns))
                : new EnqueueResult(Read(reader, jobs[i]), isDuplicate: false);
        }
    }

    public static InvalidOperationException Swallowed(Exception? innerException) =>
        new("PostgreSQL returned fewer rows than were inserted. A trigger or rule on river_job must not swallow rows.", innerException);

    private static JobRow Read(NpgsqlDataReader reader, JobInsert job) => new()
    {
        Id = reader.GetInt64(0),
        State = job.State,
        Kind = job.Kind,
        Queue = job.Queue,
        Attempt = 0,
        MaxAttempts = job.MaxAttempts,
        Priority = job.Priority,
        EncodedArgs = job.Args,
        EncodedMetadata = job.Metadata ?? EmptyObject,
        Tags = job.Tags,
        CreatedAt = Time(reader, 1),
        ScheduledAt = Time(reader, 2),
    };

    private static DateTimeOffset Time(NpgsqlDataReader reader, int column) => reader.GetFieldValue<DateTimeOffset>(column);
}
