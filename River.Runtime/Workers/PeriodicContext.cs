namespace River;

/// <summary>What a periodic job's <c>Create</c> method is told about the run that it makes arguments for.</summary>
/// <param name="ScheduleId">The schedule's name in the database.</param>
/// <param name="Slot">The time for which this run is planned, in UTC; of a triggered run the time of the trigger.</param>
/// <param name="PreviousSlot">The slot before, in UTC; null on the first run.</param>
public sealed record PeriodicContext(string ScheduleId, DateTimeOffset Slot, DateTimeOffset? PreviousSlot)
{
    /// <summary>Whether somebody asked for this run by <see cref="IJobClient.TriggerPeriodicAsync"/>, so that it takes no slot.</summary>
    public bool IsTriggered { get; init; }
}
