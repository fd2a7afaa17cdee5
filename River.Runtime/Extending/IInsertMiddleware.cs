namespace River;

/// <summary>
/// Goes around each insert that a call of <see cref="IJobClient"/> makes. What the engine inserts itself, follow-ups together with
/// their job's completion and the jobs of schedules, has no call to go around; <see cref="IInsertBeginHook"/> sees it all.
/// </summary>
/// <remarks>
/// Taken from the root container, so it must be a singleton or transient. That of a job's type runs once for a batch that has
/// such jobs, and sees the whole batch.
/// </remarks>
public interface IInsertMiddleware : IRiverExtension
{
    /// <summary>Inserts a batch. What it throws is what the caller gets; nothing is inserted unless <paramref name="next"/> did it.</summary>
    /// <param name="jobs">The jobs of one call, not checked yet.</param>
    /// <param name="next">Inserts; given other jobs, those (see <see cref="JobRequest.With"/>).</param>
    /// <param name="cancellationToken">The caller's.</param>
    /// <returns>One result for each of <paramref name="jobs"/>, in their order; none for a bulk insert, which only counts.</returns>
    Task<IReadOnlyList<EnqueueResult>> InvokeAsync(IReadOnlyList<JobRequest> jobs, InsertNext next, CancellationToken cancellationToken);
}

/// <summary>The rest of an insert: the middleware within, the checks, the hooks and the statement.</summary>
/// <param name="jobs">What to insert.</param>
/// <param name="cancellationToken">Gives up.</param>
/// <returns>One result for each job, in their order; none for a bulk insert.</returns>
public delegate Task<IReadOnlyList<EnqueueResult>> InsertNext(IReadOnlyList<JobRequest> jobs, CancellationToken cancellationToken);
