using River.Client;

namespace River.EntityFrameworkCore.Saving;

/// <summary>A job that waits for its context's next save.</summary>
/// <param name="jobs">The client that enqueues it.</param>
/// <param name="request">Makes the request.</param>
/// <param name="readsKeys">Whether the request is made by the application's code, which may read generated keys.</param>
internal sealed class PendingJob(IJobClient jobs, Func<JobRequest> request, bool readsKeys)
{
    public IJobClient Jobs => jobs;

    public bool ReadsKeys => readsKeys;

    public DeferredResult Result { get; } = new();

    /// <summary>Makes the request, with the keys that the database has made by now.</summary>
    public JobRequest Request() => request();
}
