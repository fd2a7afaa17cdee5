using System.Runtime.CompilerServices;

namespace River;

/// <summary>What is made of several calls to a client.</summary>
public static class JobClientExtensions
{
    /// <summary>
    /// Goes through all jobs that a filter holds for, page by page. Each page is read when it is needed: a job that comes or
    /// changes meanwhile may be seen or not, and no job is seen twice unless its place in the order changes.
    /// </summary>
    /// <param name="jobs">The client.</param>
    /// <param name="filter">Which jobs, in which order; <see cref="JobFilter.Limit"/> is the size of a page. Null for all by number.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The rows in the filter's order.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><see cref="JobFilter.Limit"/> is not 1 to 10,000.</exception>
    /// <exception cref="InvalidFilterException">The order doesn't go with the states asked for.</exception>
    /// <exception cref="InvalidCursorException">The cursor belongs to another order.</exception>
    public static async IAsyncEnumerable<JobRow> ListAllAsync(this IJobClient jobs, JobFilter? filter = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(jobs);
        for (filter ??= new JobFilter { Limit = 1_000 }; ;)
        {
            var page = await jobs.ListAsync(filter, cancellationToken).ConfigureAwait(false);
            foreach (var job in page.Jobs)
                yield return job;
            if (page.Next is null)
                yield break;
            filter = filter with { After = page.Next };
        }
    }
}
