namespace River.Sqlite.Statements;

/// <summary>Statements behind <see cref="Storage.IUpkeep"/>; the term is asked for before, in the same transaction.</summary>
internal static class UpkeepSql
{
    /// <summary>How far a stretch of so many finalized jobs goes.</summary>
    public const string StretchEnd =
        """
        SELECT finalized_at FROM river_job
        WHERE state = @state AND finalized_at IS NOT NULL AND finalized_at >= @from AND finalized_at <= @horizon
        ORDER BY finalized_at LIMIT 1 OFFSET @looks - 1
        """;

    public const string PruneJobs =
        """
        DELETE FROM river_job WHERE id IN (
          SELECT id FROM river_job
          WHERE state = @state AND finalized_at IS NOT NULL AND finalized_at >= @from AND finalized_at <= @until
            AND (kind IN (SELECT value FROM json_each(@kinds))
              OR (kind NOT IN (SELECT value FROM json_each(@own_kinds))
                AND (queue IN (SELECT value FROM json_each(@queues))
                  OR (@rest AND queue NOT IN (SELECT value FROM json_each(@own_queues))))))
          ORDER BY finalized_at LIMIT @limit)
        RETURNING finalized_at
        """;

    public const string ExpireQueues =
        """
        DELETE FROM river_queue WHERE name IN (
          SELECT name FROM river_queue
          WHERE updated_at < @horizon AND paused_at IS NULL AND metadata = '{}'
          ORDER BY name LIMIT @limit)
        """;

    public const string PruneNotifications =
        "DELETE FROM river_notification WHERE id IN (SELECT id FROM river_notification WHERE created_at < @horizon ORDER BY created_at LIMIT @limit)";

    /// <summary>Renews the statistics by which SQLite plans, where they are old.</summary>
    public const string Optimize = "PRAGMA optimize";
}
