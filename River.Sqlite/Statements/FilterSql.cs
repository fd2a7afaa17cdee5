using System.Text;
using River.Sqlite.Rows;
using River.Storage;

namespace River.Sqlite.Statements;

/// <summary>Statements over the jobs of a filter; their text holds the conditions that are asked for and no others.</summary>
internal static class FilterSql
{
    /// <summary>What the metadata must contain is looked at row by row by the reader, who knows the limit.</summary>
    public static string List(JobFilter filter, JobOrdering order)
    {
        var (column, direction) = (ColumnOf(order.Column), order.Descending ? "DESC" : "ASC");
        var by = order.Column == OrderColumn.Id ? $"id {direction}" : $"{column} {direction}, id {direction}";
        return $"SELECT {JobColumns.All} FROM river_job WHERE {Conditions(filter, order)}{Behind(order, column)} ORDER BY {by}{Limit(filter)}";
    }

    /// <summary>The candidates of a deletion, by number.</summary>
    public static string Deletable(JobFilter filter, JobOrdering order) =>
        $"SELECT {JobColumns.All} FROM river_job WHERE {Conditions(filter, order)} AND state <> 'running' ORDER BY id{Limit(filter)}";

    private static string Limit(JobFilter filter) => filter.Metadata is { Count: > 0 } ? "" : " LIMIT @limit";

    private static string ColumnOf(OrderColumn column) => column switch
    {
        OrderColumn.ScheduledAt => "scheduled_at",
        OrderColumn.FinalizedAt => "finalized_at",
        OrderColumn.AttemptedAt => "attempted_at",
        _ => "id",
    };

    private static string Conditions(JobFilter filter, JobOrdering order)
    {
        var text = new StringBuilder();
        if (filter.Ids is not null)
            text.Append("id IN (SELECT value FROM json_each(@ids)) AND ");
        if (filter.Kinds is not null)
            text.Append("kind IN (SELECT value FROM json_each(@kinds)) AND ");
        if (filter.Queues is not null)
            text.Append("queue IN (SELECT value FROM json_each(@queues)) AND ");
        if (filter.Priorities is not null)
            text.Append("priority IN (SELECT value FROM json_each(@priorities)) AND ");
        if (filter.TagsAny is not null)
            text.Append("EXISTS (SELECT 1 FROM json_each(river_job.tags) AS tag WHERE tag.value IN (SELECT value FROM json_each(@tags_any))) AND ");
        if (filter.TagsAll is not null)
            text.Append("NOT EXISTS (SELECT 1 FROM json_each(@tags_all) AS wanted WHERE wanted.value NOT IN (SELECT value FROM json_each(river_job.tags))) AND ");

        // In words, not as a parameter: only so do the indexes of single states apply.
        if (order.States != JobStates.None)
            text.Append("state IN (").AppendJoin(", ", StateText.Of(order.States).Select(state => $"'{state}'")).Append(") AND ");
        if (order.Column is OrderColumn.FinalizedAt or OrderColumn.AttemptedAt)
            text.Append(ColumnOf(order.Column)).Append(" IS NOT NULL AND ");
        return text.Append("id > @after_id").ToString();
    }

    private static string Behind(JobOrdering order, string column) => (order.After, order.Column, order.Descending) switch
    {
        (null, _, _) => "",
        (_, OrderColumn.Id, false) => " AND id > @cursor_id",
        (_, OrderColumn.Id, true) => " AND id < @cursor_id",
        (_, _, false) => $" AND ({column}, id) > (@cursor_at, @cursor_id)",
        (_, _, true) => $" AND ({column}, id) < (@cursor_at, @cursor_id)",
    };
}
