using River.Grammar;
using River.Serialization;

namespace River;

/// <summary>A schedule and its job, made at run time for <see cref="IRiverHost.AddPeriodicAsync"/>.</summary>
public abstract class PeriodicJob
{
    private protected PeriodicJob(string id, IPeriodicSchedule schedule, PeriodicJobOptions options)
    {
        Id = id;
        Schedule = schedule;
        Options = options;
    }

    /// <summary>The schedule's name in the database.</summary>
    public string Id { get; }

    /// <summary>When the job runs.</summary>
    public IPeriodicSchedule Schedule { get; }

    /// <summary>What else was said.</summary>
    public PeriodicJobOptions Options { get; }

    /// <summary>The job's kind.</summary>
    public string Kind => Job.Kind;

    internal abstract JobDescriptor Job { get; }

    /// <summary>Makes a periodic job.</summary>
    /// <typeparam name="TArgs">The job's type.</typeparam>
    /// <param name="id">The schedule's name in the database, 2 to 127 characters, as a kind is written. Every process that runs it must use the same.</param>
    /// <param name="schedule">When it runs: <see cref="PeriodicSchedule.Cron"/>, <see cref="PeriodicSchedule.Every"/> or one of your own.</param>
    /// <param name="args">
    /// Makes the arguments of one run; null skips the run, and its slot counts as taken. It must return soon; what it throws is
    /// logged and tried again.
    /// </param>
    /// <param name="options">What else there is to say; null for the defaults.</param>
    /// <returns>The periodic job.</returns>
    /// <exception cref="ArgumentException">The id or an option is refused; the message says why.</exception>
    /// <exception cref="InvalidJobException">The metadata can't be stored.</exception>
    public static PeriodicJob Create<TArgs>(string id, IPeriodicSchedule schedule, Func<PeriodicContext, TArgs?> args, PeriodicJobOptions? options = null)
        where TArgs : IJobArgs<TArgs>
    {
        ArgumentNullException.ThrowIfNull(id);
        ArgumentNullException.ThrowIfNull(schedule);
        ArgumentNullException.ThrowIfNull(args);
        if (!KindName.IsValid(id, out var reason))
            throw new ArgumentException($"The schedule's id '{id}' is refused: {reason}.", nameof(id));
        options ??= new PeriodicJobOptions();
        if (!Enum.IsDefined(options.Misfire))
            throw new ArgumentException($"Misfire is {options.Misfire}; allowed are One, Skip and All.", nameof(options));
        if (options.MisfireLimit is < 1 or > ScheduleFacts.MaxMisfireLimit)
            throw new ArgumentException($"MisfireLimit is {options.MisfireLimit}; allowed are 1 to 10,000.", nameof(options));
        if (options.Enqueue is { Delay: not null } or { ScheduledAt: not null })
            throw new ArgumentException("The slot says when a periodic job runs: leave out Delay and ScheduledAt.", nameof(options));
        if (options.Enqueue?.Metadata?.ContainsKey("periodic") == true)
            throw new ArgumentException("The metadata's key 'periodic' is written by River itself; choose another key.", nameof(options));

        // Refused here, and not at every slot.
        MetadataWriter.Write(TArgs.Descriptor.Kind, options.Enqueue?.Metadata);
        return new PeriodicJob<TArgs>(id, schedule, args, options);
    }

    /// <summary>The job of one run; null for none.</summary>
    internal abstract JobRequest? CreateRequest(PeriodicContext context);
}

/// <summary>What else there is to say about a periodic job.</summary>
public sealed record PeriodicJobOptions
{
    /// <summary>
    /// Whether one job is enqueued when the schedule is first seen by the database, once for all processes and restarts.
    /// Default: false.
    /// </summary>
    public bool RunOnStart { get; init; }

    /// <summary>What happens to slots that no process took in time. Default: <see cref="Misfire.One"/>.</summary>
    public Misfire Misfire { get; init; }

    /// <summary>How many missed slots <see cref="Misfire.All"/> makes up for at most, 1 to 10,000: the latest ones. Default: 100.</summary>
    public int MisfireLimit { get; init; } = ScheduleFacts.DefaultMisfireLimit;

    /// <summary>What its jobs say differently from their declaration, such as the queue or metadata; not when they run. Default: nothing.</summary>
    public EnqueueOptions? Enqueue { get; init; }
}

internal sealed class PeriodicJob<TArgs>(string id, IPeriodicSchedule schedule, Func<PeriodicContext, TArgs?> args, PeriodicJobOptions options)
    : PeriodicJob(id, schedule, options)
    where TArgs : IJobArgs<TArgs>
{
    internal override JobDescriptor Job => TArgs.Descriptor;

    internal override JobRequest? CreateRequest(PeriodicContext context) => args(context) is { } made ? JobRequest.For(made, Options.Enqueue) : null;
}
