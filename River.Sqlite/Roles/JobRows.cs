using Microsoft.Data.Sqlite;
using River.Sqlite.Connections;
using River.Sqlite.Rows;
using River.Sqlite.Statements;
using River.Sqlite.Writing;
using River.Storage;

namespace River.Sqlite.Roles;

/// <summary>Inserting job rows, for callers, follow-ups and schedules alike.</summary>
internal static class JobRows
{
    /// <summary>Inserts a row, unless its unique key is taken; then nothing is inserted and the row that holds the key is returned.</summary>
    public static EnqueueResult Insert(WriteScope scope, JobInsert job)
    {
        // Told also for a duplicate: the job that holds the key may be waiting for just this.
        Tell(scope, job);
        if (JobColumns.One(Bind(scope, scope.Session[JobSql.Insert], job)) is { } inserted)
            return new EnqueueResult(inserted, isDuplicate: false);
        var holder = JobColumns.One(scope.Session[JobSql.KeyHolder].Bind("@unique_key", job.UniqueKey));
        return new EnqueueResult(holder ?? throw new InvalidOperationException("A job was refused as a duplicate, but no row holds its unique key."), isDuplicate: true);
    }

    /// <exception cref="UniqueConflictException">The unique key is taken.</exception>
    public static void Copy(WriteScope scope, JobInsert job)
    {
        Tell(scope, job);
        try
        {
            Bind(scope, scope.Session[JobSql.Copy], job).Run();
        }
        catch (SqliteException error) when (SqliteErrors.IsUniqueConflict(error))
        {
            throw UniqueConflictException.OfBulk($"A job '{job.Kind}'", "", error);
        }
    }

    /// <returns>Whether the row was inserted, which it isn't when its unique key is taken.</returns>
    public static bool CopyNew(WriteScope scope, JobInsert job)
    {
        if (Bind(scope, scope.Session[JobSql.CopyNew], job).Run() == 0)
            return false;
        Tell(scope, job);
        return true;
    }

    private static void Tell(WriteScope scope, JobInsert job)
    {
        if (job.State == JobState.Available)
            scope.NotifyAvailable(job.Queue);
        else if (job.State == JobState.Scheduled)
            scope.NotifyDue(job.ScheduledAt is { } time ? TimeSpan.FromMicroseconds(Micros.Of(time) - scope.Now) : job.Delay);
    }

    private static Statement Bind(WriteScope scope, Statement statement, JobInsert job)
    {
        var isUnique = job.UniqueKey is not null && job.UniqueStates != JobStates.None;
        return statement
            .Bind("@state", StateText.Of(job.State))
            .Bind("@max_attempts", job.MaxAttempts)
            .Bind("@now", scope.Now)
            .Bind("@scheduled_at", job.ScheduledAt is { } time ? Micros.Of(time) : Micros.After(scope.Now, job.Delay))
            .Bind("@priority", job.Priority)
            .Bind("@args", System.Text.Encoding.UTF8.GetString(job.Args))
            .Bind("@kind", job.Kind)
            .Bind("@metadata", job.Metadata is null ? "{}" : System.Text.Encoding.UTF8.GetString(job.Metadata))
            .Bind("@queue", job.Queue)
            .Bind("@tags", job.Tags.Count == 0 ? "[]" : JsonColumns.Strings(job.Tags))
            .Bind("@unique_key", isUnique ? job.UniqueKey : null)
            .Bind("@unique_states", isUnique ? (int)job.UniqueStates : null);
    }
}
