using River.Postgres.Connections;

namespace River.Postgres.Sql;

/// <summary>The rows of queues, and which queues have work.</summary>
internal sealed class QueueSql(Fragments f)
{
    private const string Columns = "q.name, q.created_at, q.updated_at, q.paused_at, q.metadata";

    /// <summary>$1 clock, $2 names.</summary>
    public string Upsert { get; } =
        $$"""
        INSERT INTO {{f.Queue}} AS q (name, created_at, metadata, updated_at)
        SELECT DISTINCT n.name, {{Fragments.Now}}, '{}'::jsonb, {{Fragments.Now}}
        FROM unnest($2::text[]) AS n(name)
        ORDER BY n.name
        ON CONFLICT (name) DO UPDATE SET updated_at = excluded.updated_at
        RETURNING q.name, q.paused_at IS NOT NULL, q.metadata ->> 'river:max_workers'
        """;

    public string Altered { get; } =
        $"""
        SELECT q.name, q.paused_at IS NOT NULL, q.metadata ->> 'river:max_workers'
        FROM {f.Queue} q
        WHERE q.paused_at IS NOT NULL OR q.metadata ? 'river:max_workers'
        """;

    /// <summary>
    /// Four index probes for each queue, one for each priority. $1 clock, $2 queues, $3 $4 $5 where to start behind, or
    /// nulls, $6 kinds.
    /// </summary>
    public string Backlog { get; } =
        $"""
        SELECT q.queue, (extract(epoch FROM {Fragments.Now} - min(first.scheduled_at)) * 1000000)::bigint
        FROM (
            {Looks(2)}
            WHERE NOT EXISTS (SELECT FROM {f.Queue} p WHERE p.name = l.queue AND p.paused_at IS NOT NULL)
        ) AS q
        CROSS JOIN generate_series(1, 4) AS level(priority)
        CROSS JOIN LATERAL (
            SELECT j.scheduled_at
            FROM {f.Job} j
            WHERE j.state = 'available' AND j.queue = q.queue AND j.priority = level.priority::smallint
                AND (j.priority, j.scheduled_at, j.id) > (q.priority, q.scheduled_at, q.id)
                AND j.scheduled_at <= {Fragments.Now} AND (j.kind = ANY ($6::text[])) IS TRUE
            ORDER BY j.scheduled_at, j.id
            LIMIT 1
        ) AS first
        GROUP BY q.queue
        """;

    /// <summary>$1 clock, $2 queues, $3 $4 $5 where to start behind, or nulls, $6 kinds, $7 how many rows to look at.</summary>
    public string UnknownHeads { get; } =
        $"""
        SELECT q.queue, head.ord, head.priority, head.scheduled_at, head.id, head.ord = $7
        FROM (
            {Looks(2)}
        ) AS q
        CROSS JOIN LATERAL (
            SELECT s.*
            FROM (
                SELECT r.*, row_number() OVER (ORDER BY r.priority, r.scheduled_at, r.id) AS ord,
                    bool_or((r.kind = ANY ($6::text[])) IS TRUE) OVER (ORDER BY r.priority, r.scheduled_at, r.id) AS is_behind_a_known
                FROM (
                    SELECT j.priority, j.scheduled_at, j.id, j.kind
                    FROM {f.Job} j
                    WHERE j.state = 'available' AND j.queue = q.queue AND (j.priority, j.scheduled_at, j.id) > (q.priority, q.scheduled_at, q.id)
                        AND j.scheduled_at <= {Fragments.Now}
                    ORDER BY j.priority, j.scheduled_at, j.id
                    LIMIT $7
                ) AS r
            ) AS s
            WHERE NOT s.is_behind_a_known
            ORDER BY s.ord DESC
            LIMIT 1
        ) AS head
        """;

    /// <summary>$1 name.</summary>
    public string Get { get; } = $"SELECT {Columns} FROM {f.Queue} q WHERE q.name = $1";

    /// <summary>$1 after or null, $2 limit.</summary>
    public string List { get; } = $"SELECT {Columns} FROM {f.Queue} q WHERE q.name > coalesce($1::text, '') ORDER BY q.name LIMIT $2";

    /// <summary>A message too long for a notification isn't sent: clients read the row now and then. $1 clock, $2 name, $3 changes.</summary>
    public string Update { get; } =
        $$"""
        WITH changed AS (
            UPDATE {{f.Queue}} q SET
                metadata = (q.metadata || $3::jsonb) - ARRAY(SELECT c.key FROM jsonb_each($3::jsonb) c WHERE c.value = 'null'::jsonb),
                updated_at = {{Fragments.Now}}
            WHERE q.name = $2
            RETURNING '{"action":"metadata_changed","metadata":' || q.metadata::text || ',"queue":' || to_json(q.name)::text || '}' AS message
        )
        SELECT CASE WHEN $3::jsonb <> '{}' AND octet_length(c.message) < 8000 THEN pg_notify({{f.Channel(Topic.Control)}}, c.message) END
        FROM changed c
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

    /// <summary>Queues and places in them, as <see cref="Roles.CursorParameters"/> passes them.</summary>
    private static string Looks(int first) =>
        $"""
        SELECT l.queue, coalesce(l.priority, 0::smallint) AS priority, coalesce(l.scheduled_at, '-infinity') AS scheduled_at, coalesce(l.id, 0) AS id
        FROM unnest(${first}::text[], ${first + 1}::smallint[], ${first + 2}::timestamptz[], ${first + 3}::bigint[]) AS l(queue, priority, scheduled_at, id)
        """;

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
