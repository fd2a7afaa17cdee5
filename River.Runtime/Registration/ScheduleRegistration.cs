using System.ComponentModel;

namespace River;

/// <summary>A schedule that an assembly declares. Made by generated code.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class ScheduleRegistration
{
    private protected ScheduleRegistration(JobDescriptor job, string id, string cron, string? timeZone, bool runOnStart)
    {
        Job = job;
        Id = id;
        Cron = cron;
        TimeZone = timeZone;
        RunOnStart = runOnStart;
    }

    /// <summary>The job that is enqueued.</summary>
    public JobDescriptor Job { get; }

    /// <summary>The schedule's name in the database.</summary>
    public string Id { get; }

    /// <summary>The cron expression.</summary>
    public string Cron { get; }

    /// <summary>The IANA time zone; null for UTC.</summary>
    public string? TimeZone { get; }

    /// <summary>Whether one job is enqueued when the database first sees the schedule.</summary>
    public bool RunOnStart { get; }

    /// <summary>Makes a registration.</summary>
    /// <typeparam name="TArgs">The job's type.</typeparam>
    /// <param name="id">The schedule's name in the database.</param>
    /// <param name="cron">The cron expression.</param>
    /// <param name="create">Makes the arguments of one run.</param>
    /// <param name="timeZone">The IANA time zone; null for UTC.</param>
    /// <param name="runOnStart">Whether one job is enqueued when the database first sees the schedule.</param>
    /// <returns>The registration.</returns>
    public static ScheduleRegistration For<TArgs>(string id, string cron, Func<PeriodicContext, TArgs> create, string? timeZone = null, bool runOnStart = false)
        where TArgs : IJobArgs<TArgs> => new ScheduleRegistration<TArgs>(id, cron, create, timeZone, runOnStart);

    internal abstract JobRequest CreateRequest(PeriodicContext context);
}

internal sealed class ScheduleRegistration<TArgs>(string id, string cron, Func<PeriodicContext, TArgs> create, string? timeZone, bool runOnStart)
    : ScheduleRegistration(TArgs.Descriptor, id, cron, timeZone, runOnStart)
    where TArgs : IJobArgs<TArgs>
{
    internal override JobRequest CreateRequest(PeriodicContext context) => JobRequest.For(create(context));
}
