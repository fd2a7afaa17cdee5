namespace River;

/// <summary>No process has ever run a schedule of that id.</summary>
public sealed class PeriodicNotFoundException : RiverException
{
    internal PeriodicNotFoundException(string scheduleId)
        : base($"There is no schedule '{scheduleId}' in the database; a schedule is there once a process that declares or adds it works jobs.") => ScheduleId = scheduleId;

    /// <summary>The id asked for.</summary>
    public string ScheduleId { get; }
}

/// <summary>A schedule was added whose id this process runs already.</summary>
public sealed class PeriodicExistsException : RiverException
{
    internal PeriodicExistsException(string scheduleId)
        : base($"This process runs a schedule '{scheduleId}' already, declared by [Periodic] or added before. Give the new one another id, or remove the other first; its slots stay taken.") => ScheduleId = scheduleId;

    /// <summary>The id that is taken.</summary>
    public string ScheduleId { get; }
}

/// <summary>An application's schedule or the making of its arguments doesn't do what it must. It is logged; the schedule is tried again later.</summary>
public sealed class PeriodicScheduleException : RiverException
{
    internal PeriodicScheduleException(string scheduleId, string what, Exception? innerException = null)
        : base($"Schedule '{scheduleId}' is at fault: {what}.", innerException) => ScheduleId = scheduleId;

    /// <summary>The schedule's id.</summary>
    public string ScheduleId { get; }
}
