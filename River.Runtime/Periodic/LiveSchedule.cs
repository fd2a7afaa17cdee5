using River.Grammar.Cron;
using River.Inserting;
using River.Storage;

namespace River.Periodic;

/// <summary>One schedule that this process runs: its slots, and the jobs for them.</summary>
internal sealed class LiveSchedule
{
    private static readonly TimeSpan DefaultCodeLimit = TimeSpan.FromSeconds(10);

    private readonly ISlots _slots;
    private readonly bool _isCustom;
    private readonly ScheduleFacts _facts;
    private readonly Func<PeriodicContext, JobRequest?> _request;
    private readonly TimeSpan _codeLimit;
    private volatile Task? _code;

    private LiveSchedule(string id, string kind, ISlots slots, bool isCustom, ScheduleFacts facts, Func<PeriodicContext, JobRequest?> request, TimeSpan codeLimit)
    {
        Id = id;
        Kind = kind;
        _slots = slots;
        _isCustom = isCustom;
        _facts = facts;
        _request = request;
        _codeLimit = codeLimit;
    }

    public string Id { get; }

    public string Kind { get; }

    /// <summary>How often in a row it failed.</summary>
    public int Failures { get; set; }

    /// <summary>When it may be tried again after a failure, by the database's clock.</summary>
    public DateTimeOffset NotBefore { get; set; }

    /// <summary>Whether code of the application's runs for it.</summary>
    public bool IsInCode => _code is { IsCompleted: false };

    /// <summary>What is being done for it apart from the loop, because the application's code takes its time.</summary>
    public Task Apart { get; set; } = Task.CompletedTask;

    /// <summary>Reads a declaration. Start validation has done so before: an error is a fault of the host's.</summary>
    /// <exception cref="FormatException">The cron expression can't be read.</exception>
    /// <exception cref="TimeZoneNotFoundException">The time zone isn't known here.</exception>
    public static LiveSchedule Of(ScheduleRegistration registration)
    {
        if (!CronExpression.TryParse(registration.Cron, out var cron, out var error))
            throw new FormatException($"The cron expression '{registration.Cron}' of schedule '{registration.Id}' can't be read: {error!.Message}.");
        var zone = cron!.TimeZoneId ?? registration.TimeZone;
        var slots = new CronSlots(cron, zone is null ? TimeZoneInfo.Utc : TimeZoneInfo.FindSystemTimeZoneById(zone));
        return new LiveSchedule(registration.Id, registration.Job.Kind, slots, isCustom: false, registration.Facts, registration.CreateRequest, DefaultCodeLimit);
    }

    /// <param name="job">The schedule and its job.</param>
    /// <param name="codeLimit">How long the application's code may take, in real time also under a test's clock: it guards against code that hangs. Default: 10 s.</param>
    public static LiveSchedule Of(PeriodicJob job, TimeSpan? codeLimit = null)
    {
        var facts = new ScheduleFacts { RunOnStart = job.Options.RunOnStart, Misfire = job.Options.Misfire, MisfireLimit = job.Options.MisfireLimit };
        var own = job.Schedule as ISlots;
        return new LiveSchedule(job.Id, job.Kind, own ?? new CheckedSlots(job.Id, job.Schedule), isCustom: own is null, facts, job.CreateRequest, codeLimit ?? DefaultCodeLimit);
    }

    /// <summary>What to do now.</summary>
    /// <exception cref="PeriodicScheduleException">The application's schedule is at fault.</exception>
    public Task<SlotPlan> PlanAsync(ScheduleRow row, CancellationToken cancellationToken) =>
        _isCustom ? GuardAsync(() => Plan(row), "its NextAfter", cancellationToken) : Task.FromResult(Plan(row));

    /// <summary>The first slot after one.</summary>
    /// <exception cref="PeriodicScheduleException">The application's schedule is at fault.</exception>
    public Task<DateTimeOffset?> NextAfterAsync(DateTimeOffset slot, CancellationToken cancellationToken) =>
        _isCustom ? GuardAsync(() => _slots.NextAfter(slot), "its NextAfter", cancellationToken) : Task.FromResult(_slots.NextAfter(slot));

    /// <returns>Null when the factory makes no job for the slot.</returns>
    /// <exception cref="Exception">Whatever the application's factory throws.</exception>
    public Task<JobInsert?> JobForAsync(PeriodicContext context, Inserter inserter, CancellationToken cancellationToken) =>
        GuardAsync(() => _request(context) is { } request ? inserter.PreparePeriodic(request, Id, context.Slot) : null, "making its arguments", cancellationToken);

    /// <summary>The slot that is taken next; null where there is none, or the application's schedule is at fault.</summary>
    public async Task<DateTimeOffset?> NextOfAsync(ScheduleRow row, CancellationToken cancellationToken)
    {
        try
        {
            var plan = await PlanAsync(row, cancellationToken).ConfigureAwait(false);
            return plan.Due ?? plan.Next;
        }
        catch (PeriodicScheduleException)
        {
            // The loop logs what is wrong with it.
            return null;
        }
    }

    internal SlotPlan Plan(ScheduleRow row) => SlotPlan.Of(row, _slots, _facts.RunOnStart, _facts.Misfire, _facts.MisfireLimit);

    /// <summary>Runs the application's code where it can't hold up the loop. Code that hangs is left to itself and not called again before it returned.</summary>
    private async Task<T> GuardAsync<T>(Func<T> code, string what, CancellationToken cancellationToken)
    {
        if (IsInCode)
            throw new PeriodicScheduleException(Id, $"{what} has to wait for an earlier call that still hasn't returned");
        var running = Task.Run(code, CancellationToken.None);
        _code = running;
        try
        {
            return await running.WaitAsync(_codeLimit, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException error) when (!running.IsCompleted)
        {
            throw new PeriodicScheduleException(Id, $"{what} took longer than {_codeLimit.TotalSeconds:0.###} s", error);
        }
    }
}
