using River.Postgres.Connections;

namespace River.Postgres.Sql;

/// <summary>Rows as callers see them.</summary>
internal sealed class JobSql(Fragments f)
{
    private const string EmptyObject = "{}";

    /// <summary>Of $4 time, $5 delay in microseconds.</summary>
    private const string ScheduledAt = $"(SELECT coalesce($4::timestamptz, {Fragments.Now} + $5::bigint * interval '1 microsecond'))";

    /// <summary>
    /// Inserts one row without a unique key. $1 clock, $2 state, $3 attempts, $4 time, $5 delay in microseconds, $6 priority,
    /// $7 arguments, $8 kind, $9 metadata, $10 queue, $11 tags.
    /// </summary>
    public string InsertOne { get; } =
        $"""
        INSERT INTO {f.Job} ({Fragments.InsertColumns})
        VALUES ($2::text::{f.JobState}, $3::smallint, {Fragments.Now}, coalesce($4::timestamptz, {Fragments.Now} + $5::bigint * interval '1 microsecond'),
            $6::smallint, $7::jsonb, $8::text, coalesce($9::jsonb, '{EmptyObject}'), $10::text, coalesce($11::text[], '{EmptyObject}'), NULL, NULL)
        RETURNING id, created_at, scheduled_at, CASE state WHEN 'available' THEN {f.TellOne("queue")}::text WHEN 'scheduled' THEN {f.TellOneDue("scheduled_at")}::text END
        """;

    /// <summary>
    /// Inserts rows of which none has a unique key, and returns one row: their numbers and the time. Numbers are drawn in the
    /// order given, so that the nth smallest is the nth row's. $1 clock, $2 to $13 rows, $14 queues to tell, $15 shortest delay
    /// in microseconds, $16 earliest time.
    /// </summary>
    public string Insert { get; } =
        $"""
        WITH inserted AS (
            INSERT INTO {f.Job} ({Fragments.InsertColumns})
            SELECT {f.InsertValues("g")}
            FROM {Fragments.Rows(2, "g")}
            ORDER BY g.ord
            RETURNING id)
        SELECT array_agg(id), {Fragments.Now}, {AllOf("cardinality($7::jsonb[])")},
            {f.Tell("SELECT queue FROM unnest($14::text[]) AS q(queue)")}, {f.TellDue(SoonestOf(15))}
        FROM inserted
        """;

    /// <summary>
    /// The same for rows that differ in nothing but their arguments: the values that they share are given, and reckoned, once.
    /// Parameters as those of <see cref="InsertOne"/>, with $7 all arguments.
    /// </summary>
    public string InsertAlike { get; } =
        $"""
        WITH inserted AS (
            INSERT INTO {f.Job} ({Fragments.InsertColumns})
            SELECT (SELECT $2::text::{f.JobState}), $3::smallint, {Fragments.Now}, {ScheduledAt},
                $6::smallint, g.args, $8::text, (SELECT coalesce($9::jsonb, '{EmptyObject}')), $10::text, (SELECT coalesce($11::text[], '{EmptyObject}')::varchar(255)[]), NULL, NULL
            FROM unnest($7::jsonb[]) WITH ORDINALITY AS g(args, ord)
            ORDER BY g.ord
            RETURNING id)
        SELECT array_agg(id), {Fragments.Now}, {AllOf("cardinality($7::jsonb[])")},
            CASE $2::text WHEN 'available' THEN {f.TellOne("$10::text")}::text WHEN 'scheduled' THEN {f.TellOneDue(ScheduledAt)}::text END
        FROM inserted
        """;

    /// <summary>
    /// Inserts rows, some with unique keys. Numbers are drawn beforehand: a row that comes back under another number
    /// was there already. Keys are taken in their order, so that two such statements can't wait for each other.
    /// $1 clock, $2… rows.
    /// </summary>
    public string InsertUnique { get; } =
        $"""
        WITH given AS MATERIALIZED (
            SELECT nextval({f.JobIds}::regclass) AS id, g.*
            FROM {Fragments.Rows(2, "g")}
        ), firsts AS (
            SELECT DISTINCT ON (g.unique_key, CASE WHEN g.unique_key IS NULL THEN g.ord END) g.*
            FROM given g
            ORDER BY g.unique_key, CASE WHEN g.unique_key IS NULL THEN g.ord END, g.ord
        ), inserted AS (
            INSERT INTO {f.Job} AS j (id, {Fragments.InsertColumns})
            SELECT g.id, {f.InsertValues("g")}
            FROM firsts g
            ORDER BY g.unique_key, g.ord
            ON CONFLICT {f.UniqueIndex} DO UPDATE SET unique_key = excluded.unique_key
            RETURNING j.*
        )
        SELECT {Fragments.RowColumns("i")}, i.id <> g.id, (SELECT {AllOf("(SELECT count(*) FROM firsts)")} FROM inserted),
            {f.Tell("SELECT DISTINCT n.queue FROM inserted n JOIN given m ON m.id = n.id WHERE n.state = 'available'")},
            {f.TellDue("SELECT n.scheduled_at FROM inserted n JOIN given m ON m.id = n.id WHERE n.state = 'scheduled'")}
        FROM given g
        JOIN inserted i ON coalesce(i.unique_key, int8send(i.id)) = coalesce(g.unique_key, int8send(g.id))
        ORDER BY g.ord
        """;

    /// <summary>
    /// Tells the queues of a copy and its earliest moment beforehand, in its transaction, and reads the time for its rows.
    /// $1 clock, $2 queues, $3 shortest delay in microseconds, $4 earliest time.
    /// </summary>
    public string BeforeCopy { get; } =
        $"""
        SELECT {Fragments.Now}, {f.Tell("SELECT queue FROM unnest($2::text[]) AS q(queue)")}, {f.TellDue(SoonestOf(3))}
        """;

    /// <summary>Copies rows whose other columns hold what the table gives by itself.</summary>
    public string Copy(string columns) => $"COPY {f.Job} ({columns}) FROM STDIN (FORMAT BINARY)";

    /// <summary>Rows whose unique key is taken are passed over; keys are taken in their order. $1 clock, $2… rows.</summary>
    public string InsertNew { get; } =
        $"""
        WITH inserted AS (
            INSERT INTO {f.Job} ({Fragments.InsertColumns})
            SELECT {f.InsertValues("g")}
            FROM {Fragments.Rows(2, "g")}
            ORDER BY g.unique_key, g.ord
            ON CONFLICT {f.UniqueIndex} DO NOTHING
            RETURNING queue, state, scheduled_at)
        SELECT (SELECT count(*) FROM inserted), {f.Tell("SELECT DISTINCT queue FROM inserted WHERE state = 'available'")},
            {f.TellDue("SELECT scheduled_at FROM inserted WHERE state = 'scheduled'")}
        """;

    /// <summary>$1 number.</summary>
    public string Get { get; } = $"SELECT {Fragments.RowColumns("j")} FROM {f.Job} j WHERE j.id = $1";

    /// <summary>$1 clock, $2 number.</summary>
    public string Cancel { get; } =
        $$"""
        WITH cancelled AS (
            UPDATE {{f.Job}} j SET
                state = CASE WHEN j.state = 'running' THEN j.state ELSE 'cancelled' END,
                finalized_at = CASE WHEN j.state = 'running' THEN NULL ELSE {{Fragments.Now}} END,
                metadata = j.metadata || jsonb_build_object('cancel_attempted_at', to_char({{Fragments.Now}} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'))
            WHERE j.id = $2 AND j.state NOT IN ('cancelled', 'completed', 'discarded')
            RETURNING j.id, j.queue)
        SELECT pg_notify({{f.Channel(Topic.Control)}}, json_build_object('action', 'cancel', 'job_id', id, 'queue', queue)::text) FROM cancelled
        """;

    /// <summary>
    /// A cancel asked for earlier is forgotten: it would end the new attempt at its first error. Another job that holds the
    /// unique key is found beforehand, so that the conflict can be told with its number and doesn't end the caller's
    /// transaction. $1 clock, $2 number.
    /// </summary>
    public string Retry { get; } =
        $"""
        WITH holder AS (
            SELECT o.id
            FROM {f.Job} g JOIN {f.Job} o ON o.unique_key = g.unique_key AND o.id <> g.id
            WHERE g.id = $2 AND {f.InForce("g", $"'available'::{f.JobState}")} AND {f.InForce("o", "o.state")}
            LIMIT 1
        ), retried AS (
            UPDATE {f.Job} j SET
                state = 'available',
                finalized_at = NULL,
                scheduled_at = {Fragments.Now},
                max_attempts = CASE WHEN j.attempt >= j.max_attempts THEN least(j.attempt + 1, 32767) ELSE j.max_attempts END,
                metadata = j.metadata - 'cancel_attempted_at'
            WHERE j.id = $2 AND j.state <> 'running' AND NOT (j.state = 'available' AND j.scheduled_at <= {Fragments.Now})
                AND NOT EXISTS (SELECT FROM holder)
            RETURNING j.queue)
        SELECT (SELECT id FROM holder), {f.Tell("SELECT queue FROM retried")}
        """;

    /// <summary>$1 number, $2 changes.</summary>
    public string Update { get; } =
        $"UPDATE {f.Job} AS j SET metadata = j.metadata || $2::jsonb WHERE j.id = $1 RETURNING {Fragments.RowColumns("j")}";

    /// <summary>$1 number.</summary>
    public string Delete { get; } =
        $"DELETE FROM {f.Job} j WHERE j.id = $1 AND j.state <> 'running' RETURNING {Fragments.RowColumns("j")}";

    private static string SoonestOf(int first) =>
        $"SELECT {Fragments.Now} + ${first}::bigint * interval '1 microsecond' AS scheduled_at UNION ALL SELECT ${first + 1}::timestamptz";

    /// <summary>
    /// Fails when a trigger left rows out: whose they are couldn't be told, and those that were inserted would count as lost.
    /// By a text that is no number, so that no error of a trigger's own is taken for it.
    /// </summary>
    private static string AllOf(string number) => $"(CASE WHEN count(*) <> {number} THEN ('{PostgresErrors.RowsLeftOut}' || count(*))::integer END)";
}
