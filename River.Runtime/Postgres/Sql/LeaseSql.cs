using River.Postgres.Connections;

namespace River.Postgres.Sql;

/// <summary>The lease of River's leader.</summary>
internal sealed class LeaseSql(Fragments f)
{
    /// <summary>An expired lease is taken over in place, which other clients can't tell from a new row. $1 clock, $2 client, $3 microseconds.</summary>
    public string Lead { get; } =
        $"""
        INSERT INTO {f.Leader} AS l (leader_id, elected_at, expires_at)
        VALUES ($2, {Fragments.Now}, {Fragments.Now} + $3::bigint * interval '1 microsecond')
        ON CONFLICT (name) DO UPDATE SET leader_id = excluded.leader_id, elected_at = excluded.elected_at, expires_at = excluded.expires_at
            WHERE l.expires_at < {Fragments.Now}
        RETURNING l.elected_at
        """;

    /// <summary>$1 clock, $2 client, $3 start of the term, $4 microseconds.</summary>
    public string Renew { get; } =
        $"""
        UPDATE {f.Leader} SET expires_at = {Fragments.Now} + $4::bigint * interval '1 microsecond'
        WHERE name = 'default' AND leader_id = $2 AND elected_at = $3 AND expires_at >= {Fragments.Now}
        RETURNING expires_at
        """;

    /// <summary>$1 client, $2 start of the term.</summary>
    public string Resign { get; } =
        $"""
        WITH resigned AS (
            DELETE FROM {f.Leader} WHERE name = 'default' AND leader_id = $1 AND elected_at = $2 RETURNING leader_id
        )
        SELECT pg_notify({f.Channel(Topic.Leadership)}, json_build_object('leader_id', leader_id, 'action', 'resigned')::text) FROM resigned
        """;

    /// <summary>The payload is River's: it names nobody.</summary>
    public string RequestResign { get; } =
        $$"""SELECT pg_notify({{f.Channel(Topic.Leadership)}}, '{"action":"request_resign","leader_id":""}')""";

    /// <summary>In seconds. $1 clock.</summary>
    public string HeldFor { get; } =
        $"SELECT extract(epoch FROM l.expires_at - {Fragments.Now})::double precision FROM {f.Leader} l WHERE l.name = 'default' AND l.expires_at >= {Fragments.Now}";

    /// <summary>A leader that has no row among our clients is a client of another library. $1 clock.</summary>
    public string Get { get; } =
        $"""
        SELECT l.leader_id, l.elected_at, l.expires_at, NOT EXISTS (SELECT FROM {f.Client} c WHERE c.id = l.leader_id)
        FROM {f.Leader} l
        WHERE l.name = 'default' AND l.expires_at >= {Fragments.Now}
        """;

    /// <summary>
    /// Before a leader's statement: has the server itself end it when the lease does, also if nobody is left to cancel it.
    /// $1 clock, $2 leader, $3 start of its term, $4 most milliseconds.
    /// </summary>
    public string Confine { get; } =
        $"""
        SELECT set_config('statement_timeout', greatest(1, least($4::bigint, extract(epoch FROM l.expires_at - {Fragments.Now}) * 1000))::bigint::text, true)
        FROM {f.Leader} l
        WHERE {Fragments.TermInForce("l")}
        """;
}
