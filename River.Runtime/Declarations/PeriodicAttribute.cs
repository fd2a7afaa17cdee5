namespace River;

/// <summary>
/// Enqueues the job on a schedule, once per time slot in the whole cluster. Goes on the arguments or, better where
/// contracts and workers live in different projects, on the worker. May be repeated with different ids.
/// </summary>
/// <param name="cron">
/// A cron expression of five fields (minute, hour, day of month, month, day of week) or six (seconds first), or a
/// descriptor such as <c>@hourly</c> or <c>@every 90s</c>. Two restricted day fields mean either, as in cron.
/// </param>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct, AllowMultiple = true, Inherited = false)]
public sealed class PeriodicAttribute(string cron) : Attribute
{
    /// <summary>The cron expression.</summary>
    public string Cron { get; } = cron;

    /// <summary>The IANA time zone in which the expression is read. Default: UTC.</summary>
    public string? TimeZone { get; set; }

    /// <summary>The schedule's name in the database, 2 to 127 characters. Default: the job's kind.</summary>
    public string? Id { get; set; }

    /// <summary>
    /// Whether one job is enqueued when the schedule is first seen by the database, once for all processes and
    /// restarts. Default: false.
    /// </summary>
    public bool RunOnStart { get; set; }

    /// <summary>
    /// What happens to slots that no process took in time, because none ran or the schedule was paused. Default:
    /// <see cref="Misfire.One"/>.
    /// </summary>
    public Misfire Misfire { get; set; }

    /// <summary>
    /// How many missed slots <see cref="Misfire.All"/> makes up for at most, 1 to 10,000: the latest ones. Default: 100.
    /// </summary>
    public int MisfireLimit { get; set; } = ScheduleFacts.DefaultMisfireLimit;
}
