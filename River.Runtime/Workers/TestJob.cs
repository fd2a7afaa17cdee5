using River.Client;
using River.Serialization;

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
    /// <returns>The job. What the worker hands to <see cref="Job{TArgs}.Then"/> is in <see cref="Job{TArgs}.FollowUps"/>.</returns>
    /// <exception cref="InvalidJobException">The arguments can't be stored, so there could be no such job.</exception>
    public static Job<TArgs> For<TArgs>(
        TArgs args,
        int attempt = 1,
        int? maxAttempts = null,
        string? queue = null,
        long id = 1,
        IReadOnlyList<AttemptError>? errors = null,
        IJobClient? client = null,
        TimeProvider? time = null)
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
        };
        return new Job<TArgs>(args, row, client ?? new AbsentClient());
    }
}
