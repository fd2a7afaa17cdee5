using System.Text.Json.Nodes;
using River.Attempts;
using River.Client;
using River.Serialization;
using River.Storage;

namespace River;

/// <summary>Makes jobs for the tests of workers, without a database.</summary>
/// <example>
/// <code>
/// var job = TestJob.For(new AllocateFlux(42));
/// await new AllocateFluxWorker(flux).WorkAsync(job, CancellationToken.None);
/// Assert.Equal(new Cleanup(42, InKubernetes: true), Assert.Single(job.FollowUps).Args);
/// </code>
/// </example>
public static class TestJob
{
    /// <summary>Makes a job as its worker would be given it, in the middle of an attempt.</summary>
    /// <typeparam name="TArgs">The job's type.</typeparam>
    /// <param name="args">The job's arguments.</param>
    /// <param name="attempt">The number of the attempt, from 1. Default: 1.</param>
    /// <param name="maxAttempts">How many attempts the job gets. Default: as declared, or 25.</param>
    /// <param name="queue">The queue that it came from. Default: as declared.</param>
    /// <param name="id">The job's number. Default: 1.</param>
    /// <param name="errors">The failures of earlier attempts. Default: none.</param>
    /// <param name="client">What <see cref="Job{TArgs}.Client"/> gives. Default: a client that throws when it is used.</param>
    /// <param name="time">The clock that the row's times come from. Default: the machine's.</param>
    /// <param name="metadata">The row's metadata, with which a job that has steps resumes. Default: none.</param>
    /// <param name="interruption">What <see cref="Job{TArgs}.Interruption"/> says; with any but none, the token that its steps are given is cancelled. Default: none.</param>
    /// <returns>The job. What the worker hands to <see cref="Job{TArgs}.Then"/> is in <see cref="Job{TArgs}.FollowUps"/>, and what it records in <see cref="Recorded"/>.</returns>
    /// <exception cref="InvalidJobException">The arguments can't be stored, so there could be no such job.</exception>
    public static Job<TArgs> For<TArgs>(
        TArgs args,
        int attempt = 1,
        int? maxAttempts = null,
        string? queue = null,
        long id = 1,
        IReadOnlyList<AttemptError>? errors = null,
        IJobClient? client = null,
        TimeProvider? time = null,
        JsonObject? metadata = null,
        Interruption interruption = Interruption.None)
        where TArgs : IJobArgs<TArgs>
    {
        ArgumentNullException.ThrowIfNull(args);
        ArgumentOutOfRangeException.ThrowIfLessThan(attempt, 1);

        var facts = TArgs.Descriptor.Facts;
        var now = (time ?? TimeProvider.System).GetUtcNow();
        var row = new JobRow
        {
            Id = id,
            State = JobState.Running,
            Kind = TArgs.Descriptor.Kind,
            Queue = queue ?? facts.Queue,
            Attempt = attempt,
            MaxAttempts = Math.Max(attempt, maxAttempts ?? facts.MaxAttempts ?? new RiverOptions().MaxAttempts),
            Priority = facts.Priority,
            EncodedArgs = new ArgsWriter().Write(JobRequest.For(args)),
            Tags = facts.Tags,
            CreatedAt = now,
            ScheduledAt = now,
            AttemptedAt = now,
            AttemptedBy = ["test"],
            Errors = errors ?? [],
            EncodedMetadata = metadata is null ? "{}"u8.ToArray() : ValueWriter.Write(TArgs.Descriptor.Kind, "metadata", metadata, AttemptRecord.MaxOutputBytes),
        };
        var host = new DetachedHost(row, time ?? TimeProvider.System, interruption);
        return new Job<TArgs>(args, row, client ?? new AbsentClient(), new AttemptRecord(row, host));
    }

    /// <summary>
    /// The job's row with what its worker has recorded so far, as if the attempt ended now without completing the job:
    /// its output, progress, metadata and steps. Its metadata begins a next attempt where this one ends.
    /// </summary>
    /// <typeparam name="TArgs">The job's type.</typeparam>
    /// <param name="job">A job made by <see cref="For"/>.</param>
    /// <returns>A row of its own.</returns>
    /// <example>
    /// <code>
    /// var row = TestJob.Recorded(job);
    /// Assert.Equal("7 pages", row.ReadOutput()?.GetString());
    /// var next = TestJob.For(args, attempt: 2, metadata: JsonObject.Create(row.ReadMetadata()));
    /// </code>
    /// </example>
    /// <exception cref="ArgumentException">A client runs the job.</exception>
    public static JobRow Recorded<TArgs>(Job<TArgs> job)
        where TArgs : IJobArgs<TArgs>
    {
        ArgumentNullException.ThrowIfNull(job);
        if (job.Record.Host is not DetachedHost host)
            throw new ArgumentException("The job wasn't made by TestJob.For; read its row from the client instead.", nameof(job));

        var row = job.Row;
        var added = job.Record.AddTo(new Settlement { Token = default, State = JobState.Running }, log: null, isLast: false).Metadata;
        return new JobRow
        {
            Id = row.Id,
            State = row.State,
            Kind = row.Kind,
            Queue = row.Queue,
            Attempt = row.Attempt,
            MaxAttempts = row.MaxAttempts,
            Priority = row.Priority,
            EncodedArgs = row.EncodedArgs,
            EncodedMetadata = added is null ? host.Metadata : EncodedObject.Merge(host.Metadata, added),
            Tags = row.Tags,
            CreatedAt = row.CreatedAt,
            ScheduledAt = row.ScheduledAt,
            AttemptedAt = row.AttemptedAt,
            AttemptedBy = row.AttemptedBy,
            Errors = row.Errors,
        };
    }
}
