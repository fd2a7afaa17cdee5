namespace River.Postgres.Sql;

/// <summary>Promotion of scheduled and retryable jobs.</summary>
internal sealed class DueSql(Fragments f)
{
    /// <summary>
    /// Walks the distinct (state, queue, priority) of the waiting rows along the fetch index, each step one probe that also
    /// yields the earliest time; takes what is due in each, a fair share at a time. A row that would begin to block
    /// duplicates is discarded if another one blocks already. $1 clock, $2 leader, $3 start of its term, $4 limit,
    /// $5 whether to leave rows alone that would begin to block.
    /// </summary>
    public string Promote { get; } =
        $"""
        WITH RECURSIVE waiting AS (
            SELECT first.state, first.queue, first.priority, first.scheduled_at
            FROM (SELECT FROM {f.Leader} l WHERE {Fragments.TermInForce("l")}) AS term
            CROSS JOIN unnest(ARRAY['retryable', 'scheduled']::{f.JobState}[]) AS s(state)
            CROSS JOIN LATERAL (
                SELECT j.state, j.queue, j.priority, j.scheduled_at
                FROM {f.Job} j
                WHERE j.state = s.state
                ORDER BY j.state, j.queue, j.priority, j.scheduled_at, j.id
                LIMIT 1
            ) AS first
            UNION ALL
            SELECT next.state, next.queue, next.priority, next.scheduled_at
            FROM waiting w
            CROSS JOIN LATERAL (
                SELECT j.state, j.queue, j.priority, j.scheduled_at
                FROM {f.Job} j
                WHERE j.state = w.state AND (j.queue, j.priority) > (w.queue, w.priority)
                ORDER BY j.state, j.queue, j.priority, j.scheduled_at, j.id
                LIMIT 1
            ) AS next
        ), ready AS MATERIALIZED (
            SELECT w.state, w.queue, w.priority FROM waiting w WHERE w.scheduled_at <= {Fragments.Now}
        ), share AS MATERIALIZED (
            SELECT ceil($4::integer / greatest(count(*), 1)::numeric)::integer AS size FROM ready
        ), due AS MATERIALIZED (
            SELECT d.*
            FROM ready r
            CROSS JOIN LATERAL (
                SELECT j.id, j.priority, j.scheduled_at, j.unique_key,
                    {f.InForce("j", "'available'")} AND NOT {f.InForce("j", "j.state")} AS entering
                FROM {f.Job} j
                WHERE j.state = r.state AND j.queue = r.queue AND j.priority = r.priority AND j.scheduled_at <= {Fragments.Now}
                    AND NOT ($5::boolean AND {f.InForce("j", "'available'")} AND NOT {f.InForce("j", "j.state")})
                ORDER BY j.scheduled_at, j.id
                LIMIT (SELECT size FROM share)
                FOR UPDATE SKIP LOCKED
            ) AS d
            LIMIT $4
        ), losers AS MATERIALIZED (
            SELECT ranked.id
            FROM (
                SELECT d.id, d.unique_key, row_number() OVER (PARTITION BY d.unique_key ORDER BY d.priority, d.scheduled_at, d.id) AS place
                FROM due d
                WHERE d.entering
            ) AS ranked
            WHERE ranked.place > 1
                OR (SELECT o.id FROM {f.Job} o WHERE o.unique_key = ranked.unique_key AND {f.InForce("o", "o.state")} AND o.id <> ranked.id LIMIT 1) IS NOT NULL
        ), promoted AS (
            UPDATE {f.Job} AS j SET
                state = CASE WHEN j.id = ANY (ARRAY(SELECT id FROM losers)) THEN 'discarded' ELSE 'available' END::{f.JobState},
                finalized_at = CASE WHEN j.id = ANY (ARRAY(SELECT id FROM losers)) THEN {Fragments.Now} END,
                metadata = CASE WHEN j.id = ANY (ARRAY(SELECT id FROM losers)) THEN j.metadata || '{Conflict}' ELSE j.metadata END,
                -- A discarded row must not block either, whatever its states say.
                unique_states = CASE WHEN j.id = ANY (ARRAY(SELECT id FROM losers)) THEN j.unique_states & B'11110111' ELSE j.unique_states END
            WHERE j.id = ANY (ARRAY(SELECT id FROM due))
            RETURNING j.queue, j.state
        )
        SELECT
            (SELECT count(*)::integer FROM promoted),
            (SELECT size FROM share),
            ARRAY(SELECT DISTINCT queue FROM promoted WHERE state = 'available'),
            (SELECT extract(epoch FROM least(
                    (SELECT min(w.scheduled_at) FROM waiting w WHERE w.scheduled_at > {Fragments.Now} AND {Near("w")}),
                    (SELECT min(later.scheduled_at)
                     FROM ready r
                     CROSS JOIN LATERAL (
                        SELECT j.scheduled_at
                        FROM {f.Job} j
                        WHERE j.state = r.state AND j.queue = r.queue AND j.priority = r.priority AND j.scheduled_at > {Fragments.Now} AND {Near("j")}
                        ORDER BY j.scheduled_at
                        LIMIT 1) AS later)) - {Fragments.Now})::double precision),
            {f.Tell("SELECT DISTINCT queue FROM promoted WHERE state = 'available'")}
        """;

    /// <summary>The leader looks again long before; and an infinite time, which only somebody else writes, can't be reckoned with.</summary>
    private static string Near(string alias) => $"{alias}.scheduled_at < {Fragments.Now} + interval '1 hour'";

    private const string Conflict = """{"unique_key_conflict": "scheduler_discarded"}""";
}
