using System.Text.Json.Nodes;
using River;

namespace Backfill.Contracts;

/// <summary>Cuts a backfill into chunks. Rows that were enqueued under the job's first name are still worked.</summary>
[Job(KindAliases = ["begin_backfill"])]
public sealed partial record StartBackfill(long BackfillId);

/// <summary>Copies some rows. A chunk that is asked for again, because the job that asks is tried again, isn't copied twice.</summary>
/// <remarks>The first version stored the rows as a text, such as <c>0-99</c>.</remarks>
[Job(Queue = Queues.Chunks, MaxAttempts = 10), Unique(Args = true)]
public sealed partial record CopyChunk(long BackfillId, int FirstRow, int Count) : IArgsUpgrade
{
    /// <summary>Brings chunks up that were enqueued by the first version; this version's are left as they are.</summary>
    [Upgrades("rows", "first_row", "count")]
    public static void Upgrade(JsonObject args, JobRow job)
    {
        if ((string?)args["rows"] is not { } rows)
            return;
        var (first, last) = rows.Split('-') is [var from, var to] ? (int.Parse(from), int.Parse(to)) : throw new FormatException($"'{rows}' is no range of rows");
        args["first_row"] = first;
        args["count"] = last - first + 1;
    }
}

/// <summary>Closes a backfill once all its chunks are copied.</summary>
[Job(Queue = Queues.Cleanup)]
public sealed partial record CleanUp(long BackfillId);
