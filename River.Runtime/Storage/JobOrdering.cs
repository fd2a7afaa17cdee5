namespace River.Storage;

/// <summary>A column that lists are ordered by.</summary>
internal enum OrderColumn : byte
{
    Id,
    ScheduledAt,
    FinalizedAt,
    AttemptedAt,
}

/// <summary>The order of a list, with what it says about the states.</summary>
/// <param name="Column">The first column; the second is the number, in the same direction.</param>
/// <param name="Descending">Whether the greatest comes first.</param>
/// <param name="States">The states listed; none for all.</param>
/// <param name="After">The place that the list starts behind.</param>
internal sealed record JobOrdering(OrderColumn Column, bool Descending, JobStates States, JobCursor? After)
{
    private const JobStates Finished = JobStates.Cancelled | JobStates.Completed | JobStates.Discarded;
    private const JobStates Waiting = JobStates.Available | JobStates.Pending | JobStates.Retryable | JobStates.Scheduled;

    /// <exception cref="InvalidFilterException">The order doesn't go with the states.</exception>
    /// <exception cref="InvalidCursorException">The cursor belongs to another order.</exception>
    public static JobOrdering Of(JobFilter filter)
    {
        if ((filter.States & ~(Finished | Waiting | JobStates.Running)) != JobStates.None)
            throw new InvalidFilterException(nameof(JobFilter.States), $"has bits that stand for no state ({filter.States}).");
        var (column, states) = filter.OrderBy switch
        {
            JobOrder.Id => (OrderColumn.Id, filter.States),
            JobOrder.ScheduledAt => (OrderColumn.ScheduledAt, filter.States),
            JobOrder.FinalizedAt => (OrderColumn.FinalizedAt, FinishedOf(filter.States)),
            JobOrder.Time => (TimeOf(filter.States), filter.States),
            _ => throw new InvalidFilterException(nameof(JobFilter.OrderBy), $"is {filter.OrderBy}, which is no order."),
        };
        if (filter.After is { } cursor && (cursor.Column != column || cursor.Descending != filter.Descending))
            throw new InvalidCursorException($"The cursor was made for the order {Name(cursor.Column, cursor.Descending)}, and this list is in the order {Name(column, filter.Descending)}. Keep the order from page to page, or start from the beginning without a cursor.");
        return new JobOrdering(column, filter.Descending, states, filter.After);
    }

    /// <summary>The place behind a row.</summary>
    public JobCursor CursorOf(JobRow row) => new(Column, Descending, row.Id, Column switch
    {
        OrderColumn.ScheduledAt => row.ScheduledAt,
        OrderColumn.FinalizedAt => row.FinalizedAt ?? DateTimeOffset.UnixEpoch,
        OrderColumn.AttemptedAt => row.AttemptedAt ?? DateTimeOffset.UnixEpoch,
        _ => DateTimeOffset.UnixEpoch,
    });

    private static JobStates FinishedOf(JobStates states)
    {
        if (states == JobStates.None)
            return Finished;
        var unfinished = states & ~Finished;
        return unfinished == JobStates.None
            ? states
            : throw new InvalidFilterException(nameof(JobFilter.OrderBy), $"is FinalizedAt, and jobs in the states {unfinished} have no such time. Leave them out of States, or order by Time or Id.");
    }

    private static OrderColumn TimeOf(JobStates states) => states switch
    {
        JobStates.None => throw NoTime("for all states"),
        JobStates.Running => OrderColumn.AttemptedAt,
        _ when (states & ~Waiting) == JobStates.None => OrderColumn.ScheduledAt,
        _ when (states & ~Finished) == JobStates.None => OrderColumn.FinalizedAt,
        _ => throw NoTime($"for the states {states}"),
    };

    private static InvalidFilterException NoTime(string what) => new(
        nameof(JobFilter.OrderBy),
        $"is Time {what}, which have no time in common. Set States to waiting ones (Available, Pending, Retryable, Scheduled), to Running, or to finished ones (Cancelled, Completed, Discarded), or order by ScheduledAt or Id.");

    private static string Name(OrderColumn column, bool descending) => $"{column}{(descending ? " descending" : "")}";
}
