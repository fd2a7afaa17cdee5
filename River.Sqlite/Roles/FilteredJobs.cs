using System.Text.Json;
using River.Sqlite.Connections;
using River.Sqlite.Rows;
using River.Sqlite.Statements;
using River.Storage;

namespace River.Sqlite.Roles;

/// <summary>Reads the jobs of a filter.</summary>
internal static class FilteredJobs
{
    public static IReadOnlyList<JobRow> List(Session session, JobFilter filter)
    {
        var order = JobOrdering.Of(filter);
        return Read(Bind(session[FilterSql.List(filter, order)], filter, order), filter);
    }

    /// <summary>Those that a deletion of the filter takes.</summary>
    public static IReadOnlyList<JobRow> Deletable(Session session, JobFilter filter)
    {
        var order = JobOrdering.Of(filter);
        return Read(Bind(session[FilterSql.Deletable(filter, order)], filter, order), filter);
    }

    private static List<JobRow> Read(Statement statement, JobFilter filter)
    {
        using var wanted = FilterMetadata.Write(filter) is { } metadata ? Containment.Parse(metadata) : null;
        var found = new List<JobRow>();
        using var rows = statement.Read();
        while (found.Count < filter.Limit && rows.Read())
        {
            // A row that no client could have written would hide all others.
            var row = JobColumns.ReadClaimed(rows).Row;
            if (wanted is null || Contains(row, wanted.RootElement))
                found.Add(row);
        }

        return found;
    }

    private static bool Contains(JobRow row, JsonElement wanted)
    {
        using var metadata = Containment.Parse(row.EncodedMetadata);
        return Containment.Contains(metadata.RootElement, wanted);
    }

    private static Statement Bind(Statement statement, JobFilter filter, JobOrdering order)
    {
        if (filter.Ids is { } ids)
            statement.Bind("@ids", Numbers(ids));
        if (filter.Kinds is { } kinds)
            statement.Bind("@kinds", JsonColumns.Strings(kinds));
        if (filter.Queues is { } queues)
            statement.Bind("@queues", JsonColumns.Strings(queues));
        if (filter.Priorities is { } priorities)
            statement.Bind("@priorities", Numbers(priorities.Select(priority => (long)priority)));
        if (filter.TagsAny is { } any)
            statement.Bind("@tags_any", JsonColumns.Strings(any));
        if (filter.TagsAll is { } all)
            statement.Bind("@tags_all", JsonColumns.Strings(all));
        if (order.After is { } cursor)
        {
            statement.Bind("@cursor_id", cursor.Id);
            if (order.Column != OrderColumn.Id)
                statement.Bind("@cursor_at", Micros.Of(cursor.At));
        }

        if (filter.Metadata is not { Count: > 0 })
            statement.Bind("@limit", filter.Limit);
        return statement.Bind("@after_id", filter.AfterId);
    }

    private static string Numbers(IEnumerable<long> values) => JsonColumns.Write(json =>
    {
        json.WriteStartArray();
        foreach (var value in values)
            json.WriteNumberValue(value);
        json.WriteEndArray();
    });
}
