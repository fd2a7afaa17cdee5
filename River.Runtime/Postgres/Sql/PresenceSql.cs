namespace River.Postgres.Sql;

/// <summary>Heartbeats of clients, the lease of the one that rescues, and the jobs of those that are gone.</summary>
internal sealed class PresenceSql(Fragments f)
{
    /// <summary>
    /// Takes the present for the start even if that is earlier than the one before: claims get their times from the same
    /// clock, and must not lie before it. $1 clock, $2 client, $3 lease in microseconds.
    /// </summary>
    public string Enter { get; } =
        $"""
        INSERT INTO {f.Client} AS c (id, started_at, beat_at, lease)
        VALUES ($2, {Fragments.Now}, {Fragments.Now}, {Micros("$3")})
        ON CONFLICT (id) DO UPDATE SET
            started_at = CASE WHEN c.started_at = excluded.started_at THEN c.started_at + interval '1 microsecond' ELSE excluded.started_at END,
            beat_at = excluded.beat_at,
            lease = excluded.lease
        RETURNING c.started_at
        """;

    /// <summary>
    /// One statement, and the only one of an idle client's presence. Only the holder of the rescue lease and those who find it free touch its row. A lease that ends further ahead than
    /// anybody sets it was written before the clock jumped back.
    /// $1 clock, $2 client, $3 its start, $4 lease, $5 rescue lease and $6 longest gap in microseconds, $7 numbers, $8 attempts, $9 starts.
    /// </summary>
    public string Beat { get; } =
        $"""
        WITH beat AS (
            INSERT INTO {f.Client} AS c (id, started_at, beat_at, lease)
            VALUES ($2, $3, {Fragments.Now}, {Micros("$4")})
            ON CONFLICT (id) DO UPDATE SET beat_at = excluded.beat_at, lease = excluded.lease
                WHERE c.started_at = excluded.started_at
            RETURNING c.id
        ), rescue AS (
            INSERT INTO {f.Lease} AS l (name, holder, taken_at, expires_at)
            SELECT '{RescueLease}', b.id, {Fragments.Now}, {Fragments.Now} + {Micros("$5")}
            FROM beat b
            WHERE NOT EXISTS (SELECT FROM {f.Lease} k WHERE k.name = '{RescueLease}' AND NOT {IsFree("k")})
            ON CONFLICT (name) DO UPDATE SET
                taken_at = CASE
                    WHEN l.holder = excluded.holder AND l.taken_at <= excluded.taken_at
                        AND l.expires_at BETWEEN excluded.expires_at - {Micros("$6")} AND excluded.expires_at THEN l.taken_at
                    ELSE excluded.taken_at END,
                holder = excluded.holder,
                expires_at = excluded.expires_at
                WHERE {IsFree("l")}
            RETURNING l.taken_at
        ), looked AS (
            SELECT g.ord, j.id IS NULL AS lost
            FROM unnest($7::bigint[], $8::smallint[], $9::timestamptz[]) WITH ORDINALITY AS g(id, attempt, attempted_at, ord)
            LEFT JOIN {f.Job} j ON j.id = g.id AND (j.state = 'running') IS TRUE AND j.attempt = g.attempt AND j.attempted_at = g.attempted_at
            WHERE j.id IS NULL OR j.metadata ? '{Fragments.CancelAttemptedAt}'
        ), running AS MATERIALIZED (
            SELECT {Fragments.LastClient("j")} AS client, j.attempted_at FROM {f.Job} j WHERE j.state = 'running' AND EXISTS (SELECT FROM rescue)
        )
        SELECT EXISTS (SELECT FROM beat),
            (SELECT (extract(epoch FROM {Fragments.Now} - r.taken_at) * 1000000)::bigint FROM rescue r),
            EXISTS (SELECT FROM running j JOIN {f.Client} c ON c.id = j.client WHERE {HasRestarted} OR (c.id <> $2 AND {HasExpired})),
            ARRAY(SELECT ord::integer FROM looked WHERE lost),
            ARRAY(SELECT ord::integer FROM looked WHERE NOT lost)
        """;

    /// <summary>$1 clock, $2 client, $3 its start. A lease of nothing that began just before now has run out.</summary>
    public string Leave { get; } =
        $"""
        WITH gone AS (
            UPDATE {f.Client} c SET beat_at = {Fragments.Now} - interval '1 microsecond', lease = interval '0'
            WHERE c.id = $2 AND c.started_at = $3
            RETURNING c.id
        )
        DELETE FROM {f.Lease} l USING gone WHERE l.name = '{RescueLease}' AND l.holder = gone.id
        """;

    /// <summary>$1 clock, $2 whether those of expired clients too, $3 after, $4 limit.</summary>
    public string Orphans { get; } =
        $"""
        WITH orphan AS MATERIALIZED (
            SELECT j.id
            FROM {f.Job} j JOIN {f.Client} c ON c.id = {Fragments.LastClient("j")}
            WHERE j.state = 'running' AND (j.id > $3) IS TRUE AND ({HasRestarted} OR ($2 AND {HasExpired}))
        )
        SELECT {Fragments.RowColumns("j")}
        FROM {f.Job} j
        WHERE j.id = ANY (ARRAY(SELECT id FROM orphan ORDER BY id LIMIT $4)) AND (j.state = 'running') IS TRUE
        ORDER BY j.id
        """;

    /// <summary>$1 client, $2 its start, $3 numbers, $4 attempts, $5 starts, $6 limit.</summary>
    public string Strays { get; } =
        $"""
        WITH mine AS MATERIALIZED (
            SELECT j.id, j.attempt, j.attempted_at
            FROM {f.Job} j
            WHERE j.state = 'running' AND ({Fragments.LastClient("j")} = $1) IS TRUE AND j.attempted_at >= $2
        ), stray AS MATERIALIZED (
            SELECT m.id
            FROM mine m
            WHERE NOT EXISTS (
                SELECT FROM unnest($3::bigint[], $4::smallint[], $5::timestamptz[]) AS g(id, attempt, attempted_at)
                WHERE g.id = m.id AND g.attempt = m.attempt AND g.attempted_at = m.attempted_at)
        )
        SELECT {Fragments.RowColumns("j")}
        FROM {f.Job} j
        WHERE j.id = ANY (ARRAY(SELECT id FROM stray ORDER BY id LIMIT $6)) AND (j.state = 'running') IS TRUE
        ORDER BY j.id
        """;

    /// <summary>$1 clock, $2 age in microseconds.</summary>
    public string Forget { get; } =
        $"""
        WITH gone AS (
            DELETE FROM {f.Client} c
            WHERE c.beat_at + c.lease < {Fragments.Now} - {Micros("$2")}
                AND c.id NOT IN (
                    SELECT {Fragments.LastClient("j")} FROM {f.Job} j WHERE j.state = 'running' AND {Fragments.LastClient("j")} IS NOT NULL)
            RETURNING c.id
        )
        SELECT count(*) FROM gone
        """;

    private const string RescueLease = "rescue";

    /// <summary>Whether the client has started anew since it claimed the job.</summary>
    private const string HasRestarted = "(c.started_at > j.attempted_at)";

    /// <summary>Whether the client has been silent for longer than its lease, or its last beat was before the clock jumped back.</summary>
    private const string HasExpired = $"(c.beat_at + c.lease < {Fragments.Now} OR c.beat_at > {Fragments.Now} + c.lease)";

    /// <summary>In a query over clients <c>c</c> and jobs <c>j</c>: whether nobody works the job any more.</summary>
    public const string IsOrphan = $"({HasRestarted} OR {HasExpired})";

    private static string IsFree(string alias) =>
        $"({alias}.holder = $2 OR {alias}.expires_at < {Fragments.Now} OR {alias}.expires_at > {Fragments.Now} + 10 * {Micros("$5")})";

    private static string Micros(string parameter) => $"{parameter}::bigint * interval '1 microsecond'";
}
