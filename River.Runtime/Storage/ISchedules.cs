namespace River.Storage;

/// <summary>The rows of periodic schedules, in our own migration line.</summary>
internal interface ISchedules
{
    /// <summary>Makes sure that a row stands for each id, and returns the rows with the database's time.</summary>
    Task<IReadOnlyList<ScheduleRow>> DeclareAsync(IReadOnlyList<string> ids, CancellationToken cancellationToken);

    /// <summary>
    /// Takes a slot and inserts its job in one transaction, if the schedule's last slot is still
    /// <paramref name="lastSlot"/> and the slot isn't in the database's future.
    /// </summary>
    /// <returns>Whether this call took it.</returns>
    Task<bool> TakeSlotAsync(string id, DateTimeOffset? lastSlot, DateTimeOffset slot, JobInsert job, CancellationToken cancellationToken);
}

/// <summary>A schedule as it stands in the database.</summary>
/// <param name="Id">Its name.</param>
/// <param name="LastSlot">The latest slot taken; null before the first.</param>
/// <param name="DeclaredAt">When the row was made: slots are counted from here.</param>
/// <param name="Now">The database's time.</param>
internal sealed record ScheduleRow(string Id, DateTimeOffset? LastSlot, DateTimeOffset DeclaredAt, DateTimeOffset Now);
