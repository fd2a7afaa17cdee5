using River.Postgres.Connections;

namespace River.Postgres.Sql;

/// <summary>The rows of queues, and which queues have work.</summary>
internal sealed class QueueSql(Fragments f)
{
    /// <summary>$1 clock, $2 names.</summary>
    public string Upsert { get; } =
        $$"""
        INSERT INTO {{f.Queue}} AS q (name, created_at, metadata, updated_at)
        SELECT DISTINCT n.name, {{Fragments.Now}}, '{}'::jsonb, {{Fragments.Now}}
        FROM unnest($2::text[]) AS n(name)
        ORDER BY n.name
        ON CONFLICT (name) DO UPDATE SET updated_at = excluded.updated_at
        RETURNING q.name, q.paused_at IS NOT NULL
        """;

    /// <summary>
    /// One index probe for each queue that has available jobs; only one whose first job isn't due yet is looked at by
    /// priority. $1 clock.
    /// </summary>
    public string NonEmpty { get; } =
        $"""
        WITH RECURSIVE held AS (
            (SELECT j.queue, j.scheduled_at
             FROM {f.Job} j
             WHERE j.state = 'available'
             ORDER BY j.state, j.queue, j.priority, j.scheduled_at, j.id
             LIMIT 1)
            UNION ALL
            SELECT next.queue, next.scheduled_at
            FROM held h
            CROSS JOIN LATERAL (
                SELECT j.queue, j.scheduled_at
                FROM {f.Job} j
                WHERE j.state = 'available' AND j.queue > h.queue
                ORDER BY j.state, j.queue, j.priority, j.scheduled_at, j.id
                LIMIT 1
            ) AS next
        )
        SELECT h.queue
        FROM held h
        WHERE CASE WHEN h.scheduled_at <= {Fragments.Now} THEN true ELSE
            (SELECT due.id
             FROM generate_series(1, 4) AS p(priority)
             CROSS JOIN LATERAL (
                SELECT j.id
                FROM {f.Job} j
                WHERE j.state = 'available' AND j.queue = h.queue AND j.priority = p.priority::smallint AND j.scheduled_at <= {Fragments.Now}
                ORDER BY j.scheduled_at
                LIMIT 1) AS due
             LIMIT 1) IS NOT NULL END
        """;

    /// <summary>$1 clock, $2 name or <c>*</c>, $3 what to tell.</summary>
    public string Pause { get; } = Change(f, "q.paused_at IS NULL", Fragments.Now);

    /// <inheritdoc cref="Pause"/>
    public string Resume { get; } = Change(f, "q.paused_at IS NOT NULL", "NULL");

    /// <summary>A queue that stands as wanted already keeps its times; the clients are told all the same.</summary>
    private static string Change(Fragments f, string needed, string pausedAt) =>
        $"""
        WITH changed AS (
            UPDATE {f.Queue} q SET
                paused_at = CASE WHEN {needed} THEN {pausedAt} ELSE q.paused_at END,
                updated_at = CASE WHEN {needed} THEN {Fragments.Now} ELSE q.updated_at END
            WHERE $2 = '*' OR q.name = $2
            RETURNING q.name
        ), found AS (
            SELECT $2 = '*' OR EXISTS (SELECT FROM changed) AS found
        )
        SELECT found.found, CASE WHEN found.found THEN pg_notify({f.Channel(Topic.Control)}, $3) END
        FROM found
        """;
}
