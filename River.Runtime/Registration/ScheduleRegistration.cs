using System.ComponentModel;

namespace River;

/// <summary>A schedule that an assembly declares. Made by generated code.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class ScheduleRegistration
{
    private protected ScheduleRegistration(JobDescriptor job, string id, string cron, ScheduleFacts facts)
    {
        Job = job;
        Id = id;
        Cron = cron;
        Facts = facts;
    }

    /// <summary>The job that is enqueued.</summary>
    public JobDescriptor Job { get; }

    /// <summary>The schedule's name in the database.</summary>
    public string Id { get; }

    /// <summary>The cron expression.</summary>
    public string Cron { get; }

    /// <summary>What the declaration says beside these.</summary>
    public ScheduleFacts Facts { get; }

    /// <summary>The IANA time zone; null for UTC.</summary>
    public string? TimeZone => Facts.TimeZone;

    /// <summary>Whether one job is enqueued when the database first sees the schedule.</summary>
    public bool RunOnStart => Facts.RunOnStart;

    /// <summary>Makes a registration, as the first generators did: kept for assemblies that were built with them.</summary>
    /// <typeparam name="TArgs">The job's type.</typeparam>
    /// <param name="id">The schedule's name in the database.</param>
    /// <param name="cron">The cron expression.</param>
    /// <param name="create">Makes the arguments of one run; null skips it.</param>
    /// <param name="timeZone">The IANA time zone; null for UTC.</param>
    /// <param name="runOnStart">Whether one job is enqueued when the database first sees the schedule.</param>
    /// <returns>The registration.</returns>
    public static ScheduleRegistration For<TArgs>(string id, string cron, Func<PeriodicContext, TArgs?> create, string? timeZone = null, bool runOnStart = false)
        where TArgs : IJobArgs<TArgs> => For(id, cron, create, new ScheduleFacts { TimeZone = timeZone, RunOnStart = runOnStart });

    /// <summary>Makes a registration.</summary>
    /// <typeparam name="TArgs">The job's type.</typeparam>
    /// <param name="id">The schedule's name in the database.</param>
    /// <param name="cron">The cron expression.</param>
    /// <param name="create">Makes the arguments of one run; null skips it.</param>
    /// <param name="facts">What the declaration says beside these.</param>
    /// <returns>The registration.</returns>
    public static ScheduleRegistration For<TArgs>(string id, string cron, Func<PeriodicContext, TArgs?> create, ScheduleFacts facts)
        where TArgs : IJobArgs<TArgs> => new ScheduleRegistration<TArgs>(id, cron, create, facts);

    internal abstract JobRequest? CreateRequest(PeriodicContext context);
}

/// <summary>What a schedule's declaration says beside its id and cron expression. New facts are added as optional ones, so that older generated code goes on working.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class ScheduleFacts
{
    internal const int DefaultMisfireLimit = 100;
    internal const int MaxMisfireLimit = 10_000;

    /// <summary>The IANA time zone; null for UTC.</summary>
    public string? TimeZone { get; init; }

    /// <summary>Whether one job is enqueued when the database first sees the schedule.</summary>
    public bool RunOnStart { get; init; }

    /// <summary>What happens to missed slots.</summary>
    public Misfire Misfire { get; init; }

    /// <summary>How many missed slots are made up for at most, where all are.</summary>
    public int MisfireLimit { get; init; } = DefaultMisfireLimit;
}

internal sealed class ScheduleRegistration<TArgs>(string id, string cron, Func<PeriodicContext, TArgs?> create, ScheduleFacts facts)
    : ScheduleRegistration(TArgs.Descriptor, id, cron, facts)
    where TArgs : IJobArgs<TArgs>
{
    internal override JobRequest? CreateRequest(PeriodicContext context) => create(context) is { } made ? JobRequest.For(made) : null;
}
