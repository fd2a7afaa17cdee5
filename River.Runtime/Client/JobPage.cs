using System.Collections;

namespace River;

/// <summary>Some of the jobs that a filter holds for, in its order.</summary>
public sealed class JobPage : IReadOnlyList<JobRow>
{
    /// <summary>Makes a page, as for a test's stand-in of the client.</summary>
    /// <param name="jobs">The rows.</param>
    /// <param name="next">Where the list goes on; null when there is no more.</param>
    public JobPage(IReadOnlyList<JobRow> jobs, JobCursor? next = null)
    {
        ArgumentNullException.ThrowIfNull(jobs);
        Jobs = jobs;
        Next = next;
    }

    /// <summary>The rows, at most <see cref="JobFilter.Limit"/>.</summary>
    public IReadOnlyList<JobRow> Jobs { get; }

    /// <summary>What <see cref="JobFilter.After"/> takes for the next page; null when this is the last one.</summary>
    public JobCursor? Next { get; }

    /// <summary>How many rows this page has.</summary>
    public int Count => Jobs.Count;

    /// <summary>One of the rows.</summary>
    /// <param name="index">Its place on the page, from 0.</param>
    public JobRow this[int index] => Jobs[index];

    /// <summary>Goes through the rows of this page.</summary>
    /// <returns>The rows in their order.</returns>
    public IEnumerator<JobRow> GetEnumerator() => Jobs.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
