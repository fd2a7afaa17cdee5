using River.Storage;

namespace River.Periodic;

/// <summary>What a schedule has to do now: by its row, the database's time and its misfire policy.</summary>
/// <param name="Due">The slot to take now; null for none.</param>
/// <param name="Next">When there is something to do again; null for never. In the past where missed slots are left.</param>
internal readonly record struct SlotPlan(DateTimeOffset? Due, DateTimeOffset? Next)
{
    /// <summary>A slot that is no older isn't missed, only late.</summary>
    public static readonly TimeSpan Lateness = TimeSpan.FromMinutes(1);

    public static SlotPlan Of(ScheduleRow row, ISlots slots, bool runOnStart, Misfire misfire, int misfireLimit)
    {
        if (row.LastSlot is null && runOnStart)
            return new SlotPlan(row.DeclaredAt, slots.NextAfter(row.DeclaredAt));
        if (slots.NextAfter(row.LastSlot ?? row.DeclaredAt) is not { } first)
            return default;
        if (first > row.Now)
            return new SlotPlan(null, first);

        var next = slots.NextAfter(first);
        if (next <= row.Now)
        {
            first = slots.OldestOfLatest(first, row.Now, misfire == Misfire.All ? misfireLimit : 1);
            next = slots.NextAfter(first);
        }

        return new SlotPlan(misfire == Misfire.Skip && row.Now - first > Lateness ? null : first, next);
    }
}
