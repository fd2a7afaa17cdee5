using River.Sqlite.Rows;

namespace River.Sqlite.Statements;

/// <summary>Statements behind <see cref="Storage.IJobs"/>.</summary>
internal static class JobSql
{
    public const string Copy =
        """
        INSERT INTO river_job (state, max_attempts, created_at, scheduled_at, priority, args, kind, metadata, queue, tags, unique_key, unique_states)
        VALUES (@state, @max_attempts, @now, @scheduled_at, @priority, @args, @kind, @metadata, @queue, @tags, @unique_key, @unique_states)
        """;

    public const string CopyNew = $"{Copy} ON CONFLICT DO NOTHING";

    public const string Insert = $"{Copy} ON CONFLICT DO NOTHING RETURNING {JobColumns.All}";

    public const string KeyHolder = $"SELECT {JobColumns.All} FROM river_job WHERE unique_key = @unique_key AND {SchemaSql.HoldsKey}";

    public const string Get = $"SELECT {JobColumns.All} FROM river_job WHERE id = @id";

    /// <summary>A waiting job ends; a running one is marked.</summary>
    public const string Cancel =
        $"""
        UPDATE river_job SET
          state = CASE state WHEN 'running' THEN state ELSE 'cancelled' END,
          finalized_at = CASE state WHEN 'running' THEN finalized_at ELSE @now END,
          metadata = json_set(metadata, '$.cancel_attempted_at', @at)
        WHERE id = @id AND finalized_at IS NULL
        RETURNING {JobColumns.All}
        """;

    /// <summary>A cancel asked for earlier is forgotten: it would end the new attempt at its first error.</summary>
    public const string Retry =
        $"""
        UPDATE river_job SET
          state = 'available',
          scheduled_at = @now,
          finalized_at = NULL,
          max_attempts = CASE WHEN attempt >= max_attempts THEN min(attempt + 1, 32767) ELSE max_attempts END,
          metadata = json_remove(metadata, '$.cancel_attempted_at')
        WHERE id = @id AND state <> 'running' AND NOT (state = 'available' AND scheduled_at <= @now)
        RETURNING {JobColumns.All}
        """;

    public const string Delete = $"DELETE FROM river_job WHERE id = @id AND state <> 'running' RETURNING {JobColumns.All}";
}
