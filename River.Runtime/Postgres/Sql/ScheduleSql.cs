namespace River.Postgres.Sql;

/// <summary>The rows of periodic schedules.</summary>
internal sealed class ScheduleSql(Fragments f)
{
    /// <summary>$1 clock, $2 ids.</summary>
    public string Declare { get; } =
        $"""
        INSERT INTO {f.Schedule} (id, declared_at)
        SELECT DISTINCT n.id, {Fragments.Now}
        FROM unnest($2::text[]) AS n(id)
        ORDER BY n.id
        ON CONFLICT (id) DO NOTHING
        """;

    /// <summary>$1 clock, $2 ids.</summary>
    public string Read { get; } =
        $"SELECT s.id, s.last_slot, s.declared_at, {Fragments.Now} FROM {f.Schedule} s WHERE s.id = ANY ($2::text[])";

    /// <summary>$1 clock, $2 id, $3 the slot before, $4 slot.</summary>
    public string Take { get; } =
        $"""
        UPDATE {f.Schedule} s SET last_slot = $4
        WHERE s.id = $2 AND s.last_slot IS NOT DISTINCT FROM $3::timestamptz AND $4::timestamptz <= {Fragments.Now}
        RETURNING s.id
        """;
}
