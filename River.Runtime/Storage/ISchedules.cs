using System.Data.Common;

namespace River.Storage;

/// <summary>The rows of periodic schedules, in our own migration line.</summary>
internal interface ISchedules
{
    /// <summary>Makes sure that a row stands for each id, and returns the rows with the database's time.</summary>
    Task<IReadOnlyList<ScheduleRow>> DeclareAsync(IReadOnlyList<string> ids, CancellationToken cancellationToken);

    /// <summary>
    /// Takes a slot and inserts its job, if it has one, in one transaction, if the schedule isn't paused, its last slot is still
    /// <paramref name="lastSlot"/> and the slot isn't in the database's future.
    /// </summary>
    /// <returns>Whether this call took it.</returns>
    Task<bool> TakeSlotAsync(string id, DateTimeOffset? lastSlot, DateTimeOffset slot, JobInsert? job, CancellationToken cancellationToken);

    /// <summary>Takes a trigger and inserts its job, if it has one, in one transaction, if the trigger is still the one of that moment.</summary>
    /// <returns>Whether this call took it.</returns>
    Task<bool> TakeTriggerAsync(string id, DateTimeOffset triggeredAt, JobInsert? job, CancellationToken cancellationToken);

    /// <summary>Reads every row, in the order of ids.</summary>
    Task<IReadOnlyList<ScheduleRow>> ListAsync(DbTransaction? transaction, CancellationToken cancellationToken);

    /// <summary>Pauses a schedule and tells the clients. One that is paused keeps its time.</summary>
    /// <returns>Whether there is such a schedule.</returns>
    Task<bool> PauseAsync(string id, DbTransaction? transaction, CancellationToken cancellationToken);

    /// <summary>Lets a schedule go on and tells the clients.</summary>
    /// <returns>Whether there is such a schedule.</returns>
    Task<bool> ResumeAsync(string id, DbTransaction? transaction, CancellationToken cancellationToken);

    /// <summary>Asks for one more job of a schedule and tells the clients. One that waits already stays the only one.</summary>
    /// <returns>Whether there is such a schedule.</returns>
    Task<bool> TriggerAsync(string id, DbTransaction? transaction, CancellationToken cancellationToken);
}

/// <summary>A schedule as it stands in the database.</summary>
/// <param name="Id">Its name.</param>
/// <param name="LastSlot">The latest slot taken; null before the first.</param>
/// <param name="DeclaredAt">When the row was made: slots are counted from here.</param>
/// <param name="Now">The database's time.</param>
/// <param name="PausedAt">Since when it takes no slots; null while it does.</param>
/// <param name="TriggeredAt">When the job that it still owes was asked for; null for none.</param>
internal sealed record ScheduleRow(
    string Id, DateTimeOffset? LastSlot, DateTimeOffset DeclaredAt, DateTimeOffset Now, DateTimeOffset? PausedAt = null, DateTimeOffset? TriggeredAt = null);
