using System.Text;
using River.Storage;

namespace River.Postgres.Sql;

/// <summary>
/// Statements over the jobs of a filter. Their text holds the conditions that are asked for and no others, so that each
/// can use an index. Parameters have fixed places: $1 numbers, $2 kinds, $3 queues, $4 priorities, $5 any of these tags,
/// $6 all of these, $7 metadata, $8 after, $9 states, $10 and $11 the cursor's time and number, $12 limit.
/// </summary>
internal sealed class FilterSql(Fragments f)
{
    /// <summary>As many walks along an index as one list may be merged of.</summary>
    private const int MostWays = 256;

    private const int Priorities = 4;

    public string List(JobFilter filter, JobOrdering order)
    {
        var (column, direction) = (ColumnOf(order.Column), order.Descending ? "DESC" : "ASC");
        var by = order.Column == OrderColumn.Id ? $"j.id {direction}" : $"j.{column} {direction}, j.id {direction}";
        var (ways, bound) = Ways(filter, order);
        var rows =
            $"""
            SELECT j.*
            FROM {f.Job} j
            WHERE {Conditions(filter, order, bound)}{Behind(order, column)}
            ORDER BY {by}
            LIMIT $12
            """;
        return ways is null
            ? $"SELECT {Fragments.RowColumns("j")} FROM ({rows}) AS j ORDER BY {by}"
            : $"SELECT {Fragments.RowColumns("j")} FROM ({ways}) AS way CROSS JOIN LATERAL ({rows}) AS j ORDER BY {by} LIMIT $12";
    }

    /// <summary>Running rows stay, and those that somebody has locked are left to him.</summary>
    public string Delete(JobFilter filter, JobOrdering order) =>
        $"""
        WITH deleted AS (
            DELETE FROM {f.Job} d
            WHERE d.id = ANY (ARRAY(
                SELECT j.id
                FROM {f.Job} j
                WHERE {Conditions(filter, order, bound: "")} AND j.state <> 'running'
                ORDER BY j.id
                LIMIT $12
                FOR UPDATE SKIP LOCKED))
            RETURNING d.*)
        SELECT {Fragments.RowColumns("j")} FROM deleted j ORDER BY j.id
        """;

    private static string ColumnOf(OrderColumn column) => column switch
    {
        OrderColumn.ScheduledAt => "scheduled_at",
        OrderColumn.FinalizedAt => "finalized_at",
        OrderColumn.AttemptedAt => "attempted_at",
        _ => "id",
    };

    /// <summary>
    /// No index has a time first, but one has it behind the state, and one behind state, queue and priority. So a list in
    /// the order of that time is merged of walks along the index, one for each state or each of all three, of which each
    /// ends at the limit. Null where there is no such index, or the ways are too many.
    /// </summary>
    private (string? Ways, string Bound) Ways(JobFilter filter, JobOrdering order)
    {
        if (order.Column == OrderColumn.FinalizedAt)
            return ($"SELECT s.state::{f.JobState} AS state FROM unnest($9::text[]) AS s(state)", "j.state = way.state AND ");
        var states = int.PopCount((int)order.States);
        if (order.Column != OrderColumn.ScheduledAt || states == 0 || filter.Queues is not { Count: > 0 } queues || states * queues.Count * Priorities > MostWays)
            return (null, "");
        return (
            $"""
            SELECT DISTINCT s.state::{f.JobState} AS state, q.queue, p.priority
            FROM unnest($9::text[]) AS s(state) CROSS JOIN unnest($3::text[]) AS q(queue)
            CROSS JOIN unnest(coalesce($4::smallint[], '{Every}')) AS p(priority)
            """,
            "j.state = way.state AND j.queue = way.queue AND j.priority = way.priority AND ");
    }

    private const string Every = "{1,2,3,4}";

    private string Conditions(JobFilter filter, JobOrdering order, string bound)
    {
        var text = new StringBuilder(bound);
        var isMerged = bound.Length > 0;
        if (filter.Ids is not null)
            text.Append("j.id = ANY ($1) AND ");
        if (filter.Kinds is not null)
            text.Append("j.kind = ANY ($2) AND ");
        if (filter.Queues is not null && !(isMerged && order.Column == OrderColumn.ScheduledAt))
            text.Append("j.queue = ANY ($3) AND ");
        if (filter.Priorities is not null && !(isMerged && order.Column == OrderColumn.ScheduledAt))
            text.Append("j.priority = ANY ($4) AND ");
        if (filter.TagsAny is not null)
            text.Append("j.tags && $5::varchar[] AND ");
        if (filter.TagsAll is not null)
            text.Append("j.tags @> $6::varchar[] AND ");
        if (filter.Metadata is { Count: > 0 })
            text.Append("j.metadata @> $7 AND ");
        if (order.States != JobStates.None && !isMerged)
            text.Append("j.state = ANY ($9::text[]::").Append(f.JobState).Append("[]) AND ");
        if (order.Column == OrderColumn.FinalizedAt)
            text.Append("j.finalized_at IS NOT NULL AND ");
        if (order.Column == OrderColumn.AttemptedAt)
            text.Append("j.attempted_at IS NOT NULL AND ");
        return text.Append("j.id > $8").ToString();
    }

    /// <summary>The first comparison is contained in the second; alone it is one that any plan can start an index scan with.</summary>
    private static string Behind(JobOrdering order, string column) => (order.After, order.Column, order.Descending) switch
    {
        (null, _, _) => "",
        (_, OrderColumn.Id, false) => " AND j.id > $11",
        (_, OrderColumn.Id, true) => " AND j.id < $11",
        (_, _, false) => $" AND j.{column} >= $10 AND (j.{column}, j.id) > ($10, $11)",
        (_, _, true) => $" AND j.{column} <= $10 AND (j.{column}, j.id) < ($10, $11)",
    };
}
