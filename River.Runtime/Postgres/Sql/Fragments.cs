using River.Postgres.Connections;
using River.Storage;

namespace River.Postgres.Sql;

/// <summary>What several statements have in common. The first parameter of a statement that needs the time stands in for the clock.</summary>
internal sealed class Fragments(SchemaName schema)
{
    /// <summary>The database's time, unless a test sets it.</summary>
    public const string Now = "coalesce($1::timestamptz, now())";

    /// <summary>The key of the metadata that asks a running job to be cancelled.</summary>
    public const string CancelAttemptedAt = "cancel_attempted_at";

    /// <summary>The columns of an inserted row, in the order of <see cref="InsertValues"/>.</summary>
    public const string InsertColumns = "state, max_attempts, created_at, scheduled_at, priority, args, kind, metadata, queue, tags, unique_key, unique_states";

    public string Job { get; } = schema.Of("river_job");

    public string JobState { get; } = schema.Of("river_job_state");

    public string JobIds { get; } = Literal(schema.Of("river_job_id_seq"));

    public string Queue { get; } = schema.Of("river_queue");

    public string Leader { get; } = schema.Of("river_leader");

    public string Notification { get; } = schema.Of("river_notification");

    public string Schedule { get; } = schema.Of("river_dotnet_schedule");

    public string Client { get; } = schema.Of("river_dotnet_client");

    public string Lease { get; } = schema.Of("river_dotnet_lease");

    /// <summary>The arbiter of <c>ON CONFLICT</c>: River's unique index.</summary>
    public string UniqueIndex { get; } =
        $"(unique_key) WHERE unique_key IS NOT NULL AND unique_states IS NOT NULL AND {schema.Of("river_job_state_in_bitmask")}(unique_states, state)";

    /// <summary>Whether a row blocks its duplicates.</summary>
    public string InForce(string alias, string state) =>
        $"({alias}.unique_key IS NOT NULL AND {alias}.unique_states IS NOT NULL AND {schema.Of("river_job_state_in_bitmask")}({alias}.unique_states, {state}))";

    /// <summary>Whether the leader $2 is in its term that began at $3.</summary>
    public static string TermInForce(string alias) =>
        $"{alias}.name = 'default' AND {alias}.leader_id = $2 AND {alias}.elected_at = $3 AND {alias}.expires_at >= {Now}";

    /// <summary>The client of the latest attempt; null when there is none.</summary>
    public static string LastClient(string alias) => $"{alias}.attempted_by[cardinality({alias}.attempted_by)]";

    /// <summary>What <see cref="Roles.JobRowReader"/> reads.</summary>
    public static string RowColumns(string alias) =>
        $"""
        {alias}.id, {alias}.state::text, {alias}.kind, {alias}.queue, {alias}.attempt, {alias}.max_attempts, {alias}.priority,
        {alias}.args, {alias}.metadata, {alias}.tags::text[], {alias}.created_at, {alias}.scheduled_at, {alias}.attempted_at,
        {alias}.finalized_at, {alias}.attempted_by, array_to_json({alias}.errors)::text, {alias}.unique_key, {alias}.unique_states::integer
        """;

    /// <summary>
    /// The same of a row that was just claimed, with nulls for what nearly all have in common, so that it is neither sent nor
    /// made anew for each. The second parameter names the queues that were asked for.
    /// </summary>
    public static string ClaimedColumns(string alias) =>
        $$"""
        {{alias}}.id, NULL::text, {{alias}}.kind, CASE WHEN cardinality($2) > 1 THEN {{alias}}.queue END, {{alias}}.attempt, {{alias}}.max_attempts, {{alias}}.priority,
        {{alias}}.args, nullif({{alias}}.metadata, '{}'), CASE WHEN cardinality({{alias}}.tags) > 0 THEN {{alias}}.tags::text[] END, {{alias}}.created_at, {{alias}}.scheduled_at, {{alias}}.attempted_at,
        {{alias}}.finalized_at, CASE WHEN cardinality({{alias}}.attempted_by) > 1 THEN {{alias}}.attempted_by END, array_to_json({{alias}}.errors)::text, {{alias}}.unique_key, {{alias}}.unique_states::integer
        """;

    /// <summary>Rows to insert, as <see cref="Roles.InsertParameters"/> passes them.</summary>
    public static string Rows(int first, string alias) =>
        $"""
        unnest(${first}::text[], ${first + 1}::smallint[], ${first + 2}::timestamptz[], ${first + 3}::bigint[], ${first + 4}::smallint[], ${first + 5}::jsonb[],
            ${first + 6}::text[], ${first + 7}::jsonb[], ${first + 8}::text[], ${first + 9}::text[], ${first + 10}::bytea[], ${first + 11}::integer[])
            WITH ORDINALITY AS {alias}(state, max_attempts, scheduled_at, delay, priority, args, kind, metadata, queue, tags, unique_key, unique_states, ord)
        """;

    /// <summary>The values of <see cref="InsertColumns"/>. A column that is left out is null in every row.</summary>
    public string InsertValues(string alias) =>
        $$"""
        coalesce({{alias}}.state::{{JobState}}, 'available'), {{alias}}.max_attempts, {{Now}}, coalesce({{alias}}.scheduled_at, {{Now}} + coalesce({{alias}}.delay, 0) * interval '1 microsecond'),
            coalesce({{alias}}.priority, 1::smallint), {{alias}}.args, {{alias}}.kind, coalesce({{alias}}.metadata, '{}'), {{alias}}.queue,
            coalesce(string_to_array({{alias}}.tags, ','), '{}'), {{alias}}.unique_key, {{alias}}.unique_states::bit(8)
        """;

    /// <summary>A scalar that tells each queue of a query (column <c>queue</c>) that it has available jobs.</summary>
    public string Tell(string queues) =>
        $$"""
        (SELECT count({{TellOne("told.queue")}}) FROM ({{queues}}) AS told)
        """;

    /// <summary>Tells one queue that it has an available job.</summary>
    public string TellOne(string queue) =>
        $$"""
        pg_notify({{Channel(Topic.Insert)}}, '{"queue": ' || to_json({{queue}})::text || '}')
        """;

    /// <summary>Tells the leader of one moment, when that is before its next look.</summary>
    public string TellOneDue(string due) =>
        $$"""
        (CASE WHEN {{due}} < {{Now}} + interval '{{(int)DueSoon.LookInterval.TotalMilliseconds}} ms' THEN pg_notify({{Channel(Topic.Control)}}, {{DueIn(due)}})::text END)
        """;

    /// <summary>A scalar that tells the leader of a query's earliest moment (column <c>scheduled_at</c>), when that is before its next look.</summary>
    public string TellDue(string rows) =>
        $$"""
        (SELECT count(pg_notify({{Channel(Topic.Control)}}, {{DueIn("soonest.due")}}))
         FROM (SELECT min(told.scheduled_at) AS due FROM ({{rows}}) AS told) AS soonest
         WHERE soonest.due < {{Now}} + interval '{{(int)DueSoon.LookInterval.TotalMilliseconds}} ms')
        """;

    public string Channel(string topic) => Literal(schema.Channel(topic));

    private static string DueIn(string due) =>
        $$"""
        '{"action": "{{DueSoon.Action}}", "{{DueSoon.InMilliseconds}}": ' || greatest(0, extract(epoch FROM {{due}} - coalesce($1::timestamptz, clock_timestamp())) * 1000)::integer || '}'
        """;

    private static string Literal(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";
}
