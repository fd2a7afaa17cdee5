namespace River.Sqlite.Statements;

/// <summary>Statements behind <see cref="Storage.IQueues"/>.</summary>
internal static class QueueSql
{
    public const string Upsert =
        """
        INSERT INTO river_queue (name, created_at, updated_at) VALUES (@name, @now, @now)
        ON CONFLICT (name) DO UPDATE SET updated_at = @now
        RETURNING name, paused_at
        """;

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
