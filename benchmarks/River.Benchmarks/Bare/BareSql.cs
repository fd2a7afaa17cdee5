namespace River.Benchmarks.Bare;

/// <summary>
/// The least that each operation asks of PostgreSQL on River's table, in the shapes that stay on their indexes
/// (see ../shared/speed.md). No leases, no clocks to set, no cursors, no pauses.
/// </summary>
internal static class BareSql
{
    /// <summary>$1 queues, $2 limits, $3 kinds.</summary>
    public const string Claim =
        """
        UPDATE river_job SET state = 'running', attempt = attempt + 1,
            attempted_at = greatest(now(), attempted_at + interval '1 microsecond'), attempted_by = array_append(attempted_by, 'bare-sql_2026_11_21T12_00_00_000000')
        WHERE id = ANY (ARRAY(
            SELECT l.id FROM unnest($1::text[], $2::int[]) f(queue, lim) CROSS JOIN LATERAL (
                SELECT id FROM river_job
                WHERE state = 'available' AND queue = f.queue AND scheduled_at <= now() AND (kind = ANY ($3::text[])) IS TRUE
                ORDER BY priority, scheduled_at, id LIMIT f.lim FOR UPDATE SKIP LOCKED) l))
        RETURNING id, attempt, attempted_at, args, kind, queue, max_attempts, priority, metadata, scheduled_at, created_at
        """;

    /// <summary>$1 numbers, $2 attempts, $3 starts: the fence.</summary>
    public const string Complete =
        """
        UPDATE river_job j SET state = 'completed', finalized_at = now()
        FROM unnest($1::bigint[], $2::smallint[], $3::timestamptz[]) g(id, attempt, attempted_at)
        WHERE j.id = g.id AND (j.state = 'running') IS TRUE AND j.attempt = g.attempt AND j.attempted_at = g.attempted_at
        """;

    /// <summary>$1 args, $2 kind, $3 queue.</summary>
    public const string InsertAndNotify =
        """
        WITH inserted AS (
            INSERT INTO river_job (args, kind, max_attempts, queue) VALUES ($1, $2, 25, $3) RETURNING id, queue)
        SELECT id, pg_notify('public.river_insert', '{"queue": "' || queue || '"}') FROM inserted
        """;

    /// <summary>$1 args, $2 kinds, $3 queues.</summary>
    public const string InsertMany =
        """
        INSERT INTO river_job (args, kind, max_attempts, queue)
        SELECT args, kind, 25, queue FROM unnest($1::jsonb[], $2::text[], $3::text[]) g(args, kind, queue)
        RETURNING id
        """;

    /// <summary>$1 args, $2 kind, $3 queue.</summary>
    public const string InsertManyAlike =
        """
        INSERT INTO river_job (args, kind, max_attempts, queue)
        SELECT args, $2::text, 25, $3::text FROM unnest($1::jsonb[]) g(args)
        RETURNING id
        """;

    /// <summary>Makes due jobs available. $1 limit.</summary>
    public const string Promote =
        """
        UPDATE river_job SET state = 'available'
        WHERE id = ANY (ARRAY(SELECT id FROM river_job WHERE state = 'scheduled' AND queue = 'default' AND scheduled_at <= now() LIMIT $1 FOR UPDATE SKIP LOCKED))
        """;

    public const string Copy = "COPY river_job (args, kind, max_attempts, queue) FROM STDIN (FORMAT BINARY)";
}
