using River.Sqlite.Rows;

namespace River.Sqlite.Statements;

/// <summary>Statements behind <see cref="Storage.IClaims"/>.</summary>
internal static class ClaimSql
{
    // attempted_at is part of the token, so two claims of one row must never share it.
    public const string Claim =
        $"""
        UPDATE river_job SET
          state = 'running',
          attempt = attempt + 1,
          attempted_at = min(max(@now, coalesce(attempted_at + 1, @now), coalesce(@started_at, @now)), {LastReadable}),
          attempted_by = json_insert(
            CASE
              WHEN NOT ({IsList}) THEN '[]'
              WHEN json_array_length(attempted_by) >= 100 THEN json_remove(attempted_by, '$[0]')
              ELSE attempted_by END,
            '$[#]', @client)
        WHERE id IN (
          SELECT id FROM river_job
          WHERE state = 'available' AND queue = @queue AND (priority, scheduled_at, id) > (@after_priority, @after_scheduled_at, @after_id) AND scheduled_at <= @now
            AND kind IN (SELECT value FROM json_each(@kinds))
            AND (@started_at IS NULL OR EXISTS (SELECT 1 FROM river_dotnet_client WHERE id = @client AND started_at = @started_at))
            AND NOT EXISTS (SELECT 1 FROM river_queue WHERE name = @queue AND paused_at IS NOT NULL)
          ORDER BY priority, scheduled_at, id LIMIT @limit)
        RETURNING {JobColumns.All}
        """;

    /// <summary>The fenced write. A cancel asked for meanwhile ends the job instead of letting it wait for another attempt.</summary>
    public const string Settle =
        """
        UPDATE river_job SET
          (state, attempt, scheduled_at, finalized_at) = (
            SELECT
              CASE WHEN stops THEN 'cancelled' ELSE @state END,
              CASE WHEN @restore AND NOT stops THEN max(attempt - 1, 0) ELSE attempt END,
              CASE WHEN @waits AND NOT stops THEN @scheduled_at ELSE scheduled_at END,
              CASE WHEN @waits AND NOT stops THEN NULL ELSE @now END
            FROM (SELECT @waits AND json_type(metadata, '$.cancel_attempted_at') IS NOT NULL AS stops)),
          errors = CASE WHEN @error IS NULL THEN errors ELSE json_insert(CASE WHEN json_valid(errors) THEN errors ELSE '[]' END, '$[#]', json(@error)) END
        WHERE id = @id AND state = 'running' AND attempt = @attempt AND attempted_at = @attempted_at
        RETURNING state, metadata
        """;

    /// <summary>The fence of <see cref="Settle"/>, for a write that ends nothing.</summary>
    public const string Held =
        "SELECT metadata FROM river_job WHERE id = @id AND state = 'running' AND attempt = @attempt AND attempted_at = @attempted_at";

    public const string SetMetadata = "UPDATE river_job SET metadata = @metadata WHERE id = @id";

    public const string State = "SELECT state FROM river_job WHERE id = @id";

    public const string Row = $"SELECT {JobColumns.All} FROM river_job WHERE id = @id";

    public const string Expired =
        $"""
        SELECT {JobColumns.All} FROM river_job AS j
        WHERE state = 'running' AND id > @after AND attempted_at < @horizon
          AND NOT EXISTS (SELECT 1 FROM river_dotnet_client c WHERE c.id = {PresenceSql.LastClient} AND NOT {PresenceSql.IsOrphan})
        ORDER BY id LIMIT @limit
        """;

    /// <summary>Whether somebody's clients are listed; what was written by hand may be anything.</summary>
    private const string IsList = "(json_valid(attempted_by) AND json_type(attempted_by) = 'array') IS TRUE";

    /// <summary>The end of the year 9998: what comes much later can't be read, and only rows made by hand have it.</summary>
    private const string LastReadable = "253370764800000000";
}
