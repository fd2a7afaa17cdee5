using River.Postgres.Connections;

namespace River.Postgres.Sql;

/// <summary>The rows of periodic schedules.</summary>
internal sealed class ScheduleSql(Fragments f)
{
    private const string Columns = $"s.id, s.last_slot, s.declared_at, {Fragments.Now}, s.paused_at, s.triggered_at";

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
    public string Read { get; } = $"SELECT {Columns} FROM {f.Schedule} s WHERE s.id = ANY ($2::text[])";

    /// <summary>$1 clock.</summary>
    public string List { get; } = $"SELECT {Columns} FROM {f.Schedule} s ORDER BY s.id COLLATE \"C\"";

    /// <summary>$1 clock, $2 id, $3 the slot before, $4 slot.</summary>
    public string Take { get; } =
        $"""
        UPDATE {f.Schedule} s SET last_slot = $4
        WHERE s.id = $2 AND s.paused_at IS NULL AND s.last_slot IS NOT DISTINCT FROM $3::timestamptz AND $4::timestamptz <= {Fragments.Now}
        RETURNING s.id
        """;

    /// <summary>$1 id, $2 the moment of the trigger.</summary>
    public string TakeTrigger { get; } = $"UPDATE {f.Schedule} s SET triggered_at = NULL WHERE s.id = $1 AND s.triggered_at = $2 RETURNING s.id";

    /// <summary>$1 clock, $2 id, $3 what to tell.</summary>
    public string Pause { get; } = Change(f, "paused_at", $"coalesce(s.paused_at, {Fragments.Now})");

    /// <inheritdoc cref="Pause"/>
    public string Resume { get; } = Change(f, "paused_at", "NULL");

    /// <inheritdoc cref="Pause"/>
    public string Trigger { get; } = Change(f, "triggered_at", $"coalesce(s.triggered_at, {Fragments.Now})");

    private static string Change(Fragments f, string column, string value) =>
        $"""
        WITH changed AS (
            UPDATE {f.Schedule} s SET {column} = {value} WHERE s.id = $2 RETURNING s.id
        )
        SELECT changed.id, pg_notify({f.Channel(Topic.Control)}, $3) FROM changed
        """;
}
