namespace River.Sqlite.Statements;

/// <summary>Statements behind <see cref="Storage.IDue"/>.</summary>
internal static class DueSql
{
    /// <summary>The longest due first; in the order in which rivals for one unique key are decided.</summary>
    public const string Due =
        """
        SELECT id FROM (
          SELECT id, priority, scheduled_at FROM river_job
          WHERE state IN ('retryable', 'scheduled') AND scheduled_at <= @now
          ORDER BY scheduled_at, id LIMIT @limit)
        ORDER BY priority, scheduled_at, id
        """;

    // The loser leaves the discarded state out of its mask, or it would still fight for the key.
    public const string Promote =
        $"""
        UPDATE river_job SET
          (state, finalized_at, metadata, unique_states) = (
            SELECT
              CASE WHEN held THEN 'discarded' ELSE 'available' END,
              CASE WHEN held THEN @now END,
              CASE WHEN held THEN json_set(metadata, '$.unique_key_conflict', 'scheduler_discarded') ELSE metadata END,
              CASE WHEN held THEN unique_states & ~8 ELSE unique_states END
            FROM (SELECT EXISTS (
              SELECT 1 FROM river_job AS holder
              WHERE holder.unique_key = river_job.unique_key AND holder.id <> river_job.id AND {SchemaSql.HoldsKey}) AS held))
        WHERE id = @id
        RETURNING state, queue
        """;

    public const string NextDue = "SELECT min(scheduled_at) FROM river_job WHERE state IN ('retryable', 'scheduled')";
}
