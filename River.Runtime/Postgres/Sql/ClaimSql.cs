namespace River.Postgres.Sql;

/// <summary>Taking jobs and ending attempts. Shaped so that no plan, however wrong the statistics, reads the whole table.</summary>
internal sealed class ClaimSql(Fragments f)
{
    /// <summary>Instead of its state: a row that is ours and couldn't be written.</summary>
    public const string Locked = "locked";

    private const string Cancelling = $"(coalesce(g.state, 'completed') IN ('available', 'retryable', 'scheduled') AND j.metadata ? '{Fragments.CancelAttemptedAt}')";

    /// <summary>
    /// One index scan for each queue; the array keeps the update on the primary key. A start that was replaced claims
    /// nothing, and no attempt begins before the start that claims it, even if the clock jumped back.
    /// $1 clock, $2 queues, $3 free slots, $4 kinds, $5 client, $6 its start or null,
    /// $7 $8 $9 where to start behind in each queue, or nulls.
    /// </summary>
    public string Claim { get; } =
        $"""
        UPDATE {f.Job} AS j SET
            state = 'running',
            attempt = least(j.attempt + 1, 32767),
            attempted_at = least(greatest({Fragments.Now}, j.attempted_at + interval '1 microsecond', $6::timestamptz), {LastReadable}),
            attempted_by = CASE WHEN array_ndims(j.attempted_by) > 1 THEN ARRAY[$5::text] ELSE array_append(
                CASE WHEN cardinality(j.attempted_by) >= 100 THEN j.attempted_by[cardinality(j.attempted_by) - 98:] ELSE j.attempted_by END, $5::text) END
        WHERE j.id = ANY (ARRAY(
            SELECT due.id
            FROM (
                SELECT q.queue, q.slots, coalesce(q.priority, 0::smallint) AS priority, coalesce(q.scheduled_at, '-infinity') AS scheduled_at, coalesce(q.id, 0) AS id
                FROM unnest($2::text[], $3::integer[], $7::smallint[], $8::timestamptz[], $9::bigint[]) AS q(queue, slots, priority, scheduled_at, id)
                WHERE NOT EXISTS (SELECT FROM {f.Queue} p WHERE p.name = q.queue AND p.paused_at IS NOT NULL)
                    AND ($6::timestamptz IS NULL OR EXISTS (SELECT FROM {f.Client} c WHERE c.id = $5 AND c.started_at = $6))
            ) AS asked
            CROSS JOIN LATERAL (
                SELECT a.id
                FROM {f.Job} a
                WHERE a.state = 'available' AND a.queue = asked.queue AND (a.priority, a.scheduled_at, a.id) > (asked.priority, asked.scheduled_at, asked.id)
                    AND a.scheduled_at <= {Fragments.Now} AND (a.kind = ANY ($4::text[])) IS TRUE
                ORDER BY a.priority, a.scheduled_at, a.id
                LIMIT asked.slots
                FOR UPDATE SKIP LOCKED
            ) AS due))
        RETURNING {Fragments.ClaimedColumns("j")}
        """;

    /// <summary>
    /// The settlement that nearly every attempt ends with: completed, and nothing more to write. Returns the places of those
    /// that were accepted, from 1; what became of the others <see cref="Settle"/> tells, which costs a quarter more. Waits for a row
    /// that another transaction holds: to pass it over, each row would have to be locked first, with a record in the
    /// write-ahead log and a second look. $1 clock, $2 numbers, $3 attempts, $4 starts.
    /// </summary>
    public string Complete { get; } =
        $"""
        UPDATE {f.Job} AS j SET state = 'completed', finalized_at = {Fragments.Now}
        FROM unnest($2::bigint[], $3::smallint[], $4::timestamptz[]) WITH ORDINALITY AS g(id, attempt, attempted_at, ord)
        WHERE j.id = g.id AND {IsOurs}
        RETURNING g.ord
        """;

    /// <summary>
    /// A row that another transaction holds is passed over, so that it keeps no other waiting; its state is told as <see cref="Locked"/>.
    /// Null arrays stand for their defaults: state completed, no delay, attempt kept, no error, no metadata.
    /// $1 clock, $2 numbers, $3 attempts, $4 starts, $5 states, $6 delays in microseconds, $7 whether to restore the
    /// attempt, $8 errors, $9 metadata.
    /// </summary>
    public string Settle { get; } = SettleWith(f, "", Returned, tellsRows: false);

    /// <summary>As <see cref="Settle"/>, and reads each row as it is afterwards.</summary>
    public string SettleAndRead { get; } = SettleWith(f, "", Returned, tellsRows: true);

    /// <summary>As <see cref="Settle"/>; $10 each follow-up's settlement, from 1; $11… follow-ups.</summary>
    public string SettleWithFollowUps { get; } = SettleWithFollowUpsAs(f, tellsRows: false);

    /// <summary>As <see cref="SettleWithFollowUps"/>, and reads each row as it is afterwards.</summary>
    public string SettleWithFollowUpsAndRead { get; } = SettleWithFollowUpsAs(f, tellsRows: true);

    /// <summary>
    /// The fence of <see cref="Settle"/> on a write that ends nothing. $1 number, $2 attempt, $3 start, $4 metadata.
    /// </summary>
    public string Record { get; } =
        $"""
        WITH g AS (
            SELECT $1::bigint AS id, $2::smallint AS attempt, $3::timestamptz AS attempted_at, $4::jsonb AS metadata
        ), locked AS (
            SELECT j.id
            FROM g JOIN {f.Job} j ON j.id = g.id
            WHERE {IsOurs}
            FOR NO KEY UPDATE OF j SKIP LOCKED
        ), recorded AS (
            UPDATE {f.Job} AS j SET metadata = j.metadata || g.metadata
            FROM locked l CROSS JOIN g
            WHERE j.id = l.id AND {IsOurs}
            RETURNING j.id
        )
        SELECT r.id IS NOT NULL,
            CASE WHEN r.id IS NOT NULL THEN 'running'
                ELSE (SELECT CASE WHEN {IsOurs} THEN '{Locked}' ELSE j.state::text END FROM {f.Job} j WHERE j.id = g.id) END
        FROM g LEFT JOIN recorded r ON r.id = g.id
        """;

    /// <summary>
    /// Found by state first and put in order afterwards: walking the numbers would read the whole table. Jobs of living
    /// clients are left out. $1 clock, $2 age in microseconds, $3 after, $4 limit.
    /// </summary>
    public string Expired { get; } =
        $"""
        WITH running AS MATERIALIZED (
            SELECT j.id
            FROM {f.Job} j
            WHERE j.state = 'running' AND j.attempted_at < {Fragments.Now} - $2::bigint * interval '1 microsecond' AND (j.id > $3) IS TRUE
                AND NOT EXISTS (SELECT FROM {f.Client} c WHERE c.id = {Fragments.LastClient("j")} AND NOT {PresenceSql.IsOrphan})
        )
        SELECT {Fragments.RowColumns("j")}
        FROM {f.Job} j
        WHERE j.id = ANY (ARRAY(SELECT id FROM running ORDER BY id LIMIT $4)) AND (j.state = 'running') IS TRUE
        ORDER BY j.id
        """;

    /// <summary>The fence.</summary>
    private const string IsOurs = "(j.state = 'running') IS TRUE AND j.attempt = g.attempt AND j.attempted_at = g.attempted_at";

    /// <summary>What comes after can't be read, and only rows made by hand have it.</summary>
    private const string LastReadable = "timestamptz '9999-12-31 00:00:00Z'";

    /// <summary>Jobs handed back for another client to take at once.</summary>
    private const string Returned = "SELECT DISTINCT queue FROM settled WHERE state = 'available' AND delay = 0";

    private static string SettleWithFollowUpsAs(Fragments f, bool tellsRows) => SettleWith(
        f,
        $"""
        , followed AS (
            INSERT INTO {f.Job} ({Fragments.InsertColumns})
            SELECT {f.InsertValues("n")}
            FROM {Fragments.Rows(11, "n")}
            JOIN unnest($10::bigint[]) WITH ORDINALITY AS parent(settlement, ord) ON parent.ord = n.ord
            JOIN settled s ON s.ord = parent.settlement
            ORDER BY n.ord
            ON CONFLICT {f.UniqueIndex} DO NOTHING
            RETURNING queue, state, scheduled_at
        )
        """,
        $"{Returned} UNION SELECT queue FROM followed WHERE state = 'available'",
        tellsRows,
        f.TellDue("SELECT scheduled_at FROM followed WHERE state = 'scheduled'"));

    private static string SettleWith(Fragments f, string followUps, string told, bool tellsRows, string toldDue = "0") =>
        $"""
        WITH given AS (
            SELECT *
            FROM unnest($2::bigint[], $3::smallint[], $4::timestamptz[], $5::text[], $6::bigint[], $7::boolean[], $8::jsonb[], $9::jsonb[])
                WITH ORDINALITY AS g(id, attempt, attempted_at, state, delay, restore, error, metadata, ord)
        ), locked AS (
            SELECT j.id, g.ord
            FROM given g JOIN {f.Job} j ON j.id = g.id
            WHERE {IsOurs}
            FOR NO KEY UPDATE OF j SKIP LOCKED
        ), settled AS (
            UPDATE {f.Job} AS j SET
                state = CASE WHEN {Cancelling} THEN 'cancelled' ELSE coalesce(g.state, 'completed') END::{f.JobState},
                finalized_at = CASE WHEN {Cancelling} OR coalesce(g.state, 'completed') IN ('cancelled', 'completed', 'discarded') THEN {Fragments.Now} END,
                scheduled_at = CASE
                    WHEN g.state IN ('available', 'retryable', 'scheduled') AND NOT {Cancelling} THEN {Fragments.Now} + coalesce(g.delay, 0) * interval '1 microsecond'
                    ELSE j.scheduled_at END,
                attempt = CASE WHEN g.restore AND NOT {Cancelling} THEN greatest(j.attempt - 1, 0) ELSE j.attempt END,
                errors = CASE WHEN g.error IS NULL THEN j.errors WHEN array_ndims(j.errors) > 1 THEN ARRAY[g.error] ELSE array_append(j.errors, g.error) END,
                metadata = CASE WHEN g.metadata IS NULL THEN j.metadata ELSE j.metadata || g.metadata END
            FROM locked l JOIN given g ON g.ord = l.ord
            WHERE j.id = l.id AND {IsOurs}
            RETURNING g.ord, coalesce(g.delay, 0) AS delay, {(tellsRows ? "j.*" : "j.queue, j.state")}
        ){followUps}
        SELECT {(tellsRows ? "r.*, " : "")}s.ord IS NOT NULL,
            CASE WHEN s.ord IS NULL
                THEN (SELECT CASE WHEN {IsOurs} THEN '{Locked}' ELSE j.state::text END FROM {f.Job} j WHERE j.id = g.id)
                ELSE s.state::text END,
            {f.Tell(told)}, {toldDue}
        FROM given g
        LEFT JOIN settled s ON s.ord = g.ord{(tellsRows ? RowAfter(f) : "")}
        ORDER BY g.ord
        """;

    /// <summary>The row that was written, or else the one that is there.</summary>
    private static string RowAfter(Fragments f) =>
        $"""

        LEFT JOIN LATERAL (
            SELECT {Fragments.RowColumns("s")} WHERE s.ord IS NOT NULL
            UNION ALL
            SELECT {Fragments.RowColumns("j")} FROM {f.Job} j WHERE s.ord IS NULL AND j.id = g.id
        ) AS r ON true
        """;
}
