namespace River.Sqlite.Statements;

/// <summary>Statements behind <see cref="Storage.IQueues"/>.</summary>
internal static class QueueSql
{
    public const string Upsert =
        """
        INSERT INTO river_queue (name, created_at, updated_at) VALUES (@name, @now, @now)
        ON CONFLICT (name) DO UPDATE SET updated_at = @now
        RETURNING name, paused_at, json_extract(metadata, '$."river:max_workers"')
        """;

    public const string Altered =
        """
        SELECT name, paused_at, json_extract(metadata, '$."river:max_workers"') FROM river_queue
        WHERE paused_at IS NOT NULL OR json_type(metadata, '$."river:max_workers"') IS NOT NULL
        """;

    /// <summary>One look along the index for each priority, so that the oldest job of each is its first.</summary>
    public const string Backlog =
        """
        SELECT min((
          SELECT scheduled_at FROM river_job
          WHERE state = 'available' AND queue = @queue AND priority = level.column1
            AND (priority, scheduled_at, id) > (@after_priority, @after_scheduled_at, @after_id) AND scheduled_at <= @now
            AND kind IN (SELECT value FROM json_each(@kinds))
          ORDER BY scheduled_at, id LIMIT 1))
        FROM (VALUES (1), (2), (3), (4)) AS level
        WHERE NOT EXISTS (SELECT 1 FROM river_queue WHERE name = @queue AND paused_at IS NOT NULL)
        """;

    public const string Head =
        """
        SELECT priority, scheduled_at, id, kind IN (SELECT value FROM json_each(@kinds)) FROM river_job
        WHERE state = 'available' AND queue = @queue AND (priority, scheduled_at, id) > (@after_priority, @after_scheduled_at, @after_id) AND scheduled_at <= @now
        ORDER BY priority, scheduled_at, id LIMIT @limit
        """;

    public const string Get = $"SELECT {Columns} FROM river_queue WHERE name = @name";

    public const string List = $"SELECT {Columns} FROM river_queue WHERE name > coalesce(@after, '') ORDER BY name LIMIT @limit";

    private const string Columns = "name, created_at, updated_at, paused_at, metadata";

    public const string Metadata = "SELECT metadata FROM river_queue WHERE name = @name";

    public const string Update = "UPDATE river_queue SET metadata = @metadata, updated_at = @now WHERE name = @name";

    /// <summary>Jumps from queue to queue and from priority to priority over the fetching index.</summary>
    public const string NonEmpty =
        """
        WITH RECURSIVE found (name) AS (
          SELECT min(queue) FROM river_job WHERE state = 'available'
          UNION ALL
          SELECT (SELECT min(queue) FROM river_job WHERE state = 'available' AND queue > found.name) FROM found WHERE found.name IS NOT NULL
        )
        SELECT name FROM found WHERE name IS NOT NULL AND EXISTS (
          SELECT 1 FROM (VALUES (1), (2), (3), (4)) AS level
          WHERE EXISTS (
            SELECT 1 FROM river_job
            WHERE state = 'available' AND queue = found.name AND priority = level.column1 AND scheduled_at <= @now))
        """;

    public const string Exists = "SELECT 1 FROM river_queue WHERE name = @name";

    public const string Pause = "UPDATE river_queue SET paused_at = @now, updated_at = @now WHERE paused_at IS NULL AND (@name = '*' OR name = @name)";

    public const string Resume = "UPDATE river_queue SET paused_at = NULL, updated_at = @now WHERE paused_at IS NOT NULL AND (@name = '*' OR name = @name)";
}
