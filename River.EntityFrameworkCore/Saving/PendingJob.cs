using River.Client;

namespace River.EntityFrameworkCore.Saving;

/// <summary>A job that waits for its context's next save.</summary>
internal sealed class PendingJob(IJobClient jobs, Func<JobRequest> request)
{
    public IJobClient Jobs => jobs;

    public DeferredResult Result { get; } = new();

    /// <summary>Makes the request, with the keys that the database has made by now.</summary>
    public JobRequest Request() => request();
}
