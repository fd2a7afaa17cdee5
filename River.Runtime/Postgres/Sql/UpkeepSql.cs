namespace River.Postgres.Sql;

/// <summary>The leader's upkeep of River's tables. Each statement looks itself whether the term is in force.</summary>
internal sealed class UpkeepSql(Fragments f)
{
    /// <summary>
    /// Follows River's index on state and finalized_at for so many rows, and deletes what is to go among them. $1 clock,
    /// $2 leader, $3 start of its term, $4 state, $5 microseconds kept, $6 where to begin or null, $7 rows to look at,
    /// $8 most to delete, $9 kinds, $10 all kinds of their own, $11 queues, $12 all queues of their own, $13 whether the rest as well.
    /// </summary>
    public string PruneJobs { get; } =
        $"""
        WITH stretch AS MATERIALIZED (
            SELECT horizon.at AS horizon, coalesce(
                (SELECT j.finalized_at
                 FROM {f.Job} j
                 WHERE j.state = $4::{f.JobState} AND j.finalized_at >= coalesce($6::timestamptz, '-infinity') AND j.finalized_at <= horizon.at
                 ORDER BY j.state, j.finalized_at
                 OFFSET $7::integer - 1 LIMIT 1),
                horizon.at) AS until
            FROM (SELECT {Fragments.Now} - $5::bigint * interval '1 microsecond' AS at) AS horizon
            CROSS JOIN (SELECT FROM {f.Leader} l WHERE {Fragments.TermInForce("l")}) AS term
        ), old AS MATERIALIZED (
            SELECT o.id, o.finalized_at
            FROM stretch s
            CROSS JOIN LATERAL (
                SELECT j.id, j.finalized_at
                FROM {f.Job} j
                WHERE j.state = $4::{f.JobState} AND j.finalized_at >= coalesce($6::timestamptz, '-infinity') AND j.finalized_at <= s.until
                    AND (j.kind = ANY ($9::text[])
                        OR (j.kind <> ALL ($10::text[]) AND (j.queue = ANY ($11::text[]) OR ($13::boolean AND j.queue <> ALL ($12::text[])))))
                ORDER BY j.state, j.finalized_at
                LIMIT $8::integer
                FOR UPDATE SKIP LOCKED
            ) AS o
        ), pruned AS (
            DELETE FROM {f.Job} j WHERE j.id = ANY (ARRAY(SELECT id FROM old)) RETURNING j.id
        )
        SELECT
            (SELECT count(*)::integer FROM pruned),
            CASE WHEN batch.is_full THEN batch.latest ELSE s.until + interval '1 microsecond' END,
            NOT batch.is_full AND s.until >= s.horizon
        FROM stretch s
        CROSS JOIN (SELECT count(*) >= $8 AS is_full, max(finalized_at) AS latest FROM old) AS batch
        """;

    /// <summary>$1 clock, $2 leader, $3 start of its term, $4 microseconds unstamped, $5 limit.</summary>
    public string ExpireQueues { get; } =
        $$"""
        WITH stale AS MATERIALIZED (
            SELECT q.name
            FROM {{f.Queue}} q
            WHERE q.updated_at < {{Fragments.Now}} - $4::bigint * interval '1 microsecond' AND q.paused_at IS NULL AND q.metadata = '{}'
                AND EXISTS (SELECT FROM {{f.Leader}} l WHERE {{Fragments.TermInForce("l")}})
            ORDER BY q.name
            LIMIT $5
            FOR UPDATE OF q SKIP LOCKED
        ), expired AS (
            DELETE FROM {{f.Queue}} q WHERE q.name = ANY (ARRAY(SELECT name FROM stale)) RETURNING q.name
        )
        SELECT count(*)::integer FROM expired
        """;

    /// <summary>$1 clock, $2 leader, $3 start of its term, $4 microseconds kept, $5 limit.</summary>
    public string PruneNotifications { get; } =
        $"""
        WITH old AS MATERIALIZED (
            SELECT n.id
            FROM {f.Notification} n
            WHERE n.created_at < {Fragments.Now} - $4::bigint * interval '1 microsecond'
                AND EXISTS (SELECT FROM {f.Leader} l WHERE {Fragments.TermInForce("l")})
            ORDER BY n.created_at
            LIMIT $5
            FOR UPDATE OF n SKIP LOCKED
        ), pruned AS (
            DELETE FROM {f.Notification} n WHERE n.id = ANY (ARRAY(SELECT id FROM old)) RETURNING n.id
        )
        SELECT count(*)::integer FROM pruned
        """;

    /// <summary>
    /// What stands in the way of building an index anew: whether the term is over, there is no such index, its table has a
    /// build under way (one that another user runs doesn't say on which table). $1 clock, $2 leader, $3 start of its term,
    /// $4 schema, $5 index.
    /// </summary>
    public string Rebuildable { get; } =
        $"""
        SELECT EXISTS (SELECT FROM {f.Leader} l WHERE {Fragments.TermInForce("l")}),
            t.indrelid IS NOT NULL,
            EXISTS (
                SELECT FROM pg_stat_progress_create_index p
                WHERE p.datname = current_database() AND (coalesce(p.relid, 0) = 0 OR p.relid = t.indrelid))
        FROM (SELECT) AS always
        LEFT JOIN (
            SELECT i.indrelid
            FROM pg_index i
            JOIN pg_class c ON c.oid = i.indexrelid
            JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE n.nspname = $4 AND c.relname = $5) AS t ON true
        """;

    /// <summary>
    /// The invalid indexes that interrupted builds left on River's tables; none while the term is over or a build is under way.
    /// $1 clock, $2 leader, $3 start of its term, $4 schema.
    /// </summary>
    public string Leftovers { get; } =
        $"""
        SELECT c.relname::text
        FROM pg_index i
        JOIN pg_class c ON c.oid = i.indexrelid
        JOIN pg_class t ON t.oid = i.indrelid
        JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = $4 AND NOT i.indisvalid AND c.relname ~ '^river_.*_cc(new|old)[0-9]*$' AND starts_with(t.relname::text, 'river_')
            AND EXISTS (SELECT FROM {f.Leader} l WHERE {Fragments.TermInForce("l")})
            AND NOT EXISTS (
                SELECT FROM pg_stat_progress_create_index p
                WHERE p.datname = current_database() AND (coalesce(p.relid, 0) = 0 OR p.relid = i.indrelid))
        ORDER BY c.relname
        """;
}
