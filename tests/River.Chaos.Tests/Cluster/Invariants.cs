using River.TestSupport.Time;

namespace River.Chaos.Cluster;

/// <summary>What must hold after every fault; the numbers are those of docs/reliability.md.</summary>
internal sealed class Invariants(Oracle oracle)
{
    /// <summary>Each selects what breaks the rule, as text. $1: jobs whose enqueueing was confirmed.</summary>
    private static readonly (string Rule, string Sql)[] All =
    [
        ("I1 a confirmed job is there", "SELECT id FROM unnest($1) AS confirmed(id) WHERE NOT EXISTS (SELECT FROM river_job j WHERE j.id = confirmed.id)"),
        ("I1 every job is finished", "SELECT id || ' ' || kind || ' ' || state FROM river_job WHERE finalized_at IS NULL AND kind <> 'tick'"),
        // Chance may kill the process of one job three times, and then it looks like a poisonous one.
        ("I1 no job failed for good, unless quarantined", """
            SELECT id || ' ' || kind || ' ' || state FROM river_job
            WHERE state = 'cancelled' OR (state = 'discarded' AND NOT errors[cardinality(errors)]->>'error' LIKE '%quarantined%')
            """),
        ("I1 a completed job did its work", """
            SELECT j.id || ' ' || kind FROM river_job j WHERE state = 'completed' AND kind <> 'tick'
                AND NOT EXISTS (SELECT FROM fx WHERE fx.job_id = j.id AND phase = 'worked')
            """),
        // A second for beats that were on their way when the rescuer looked.
        ("I3 who claims an attempt ends it, unless its lease was over", """
            SELECT job_id || ' claimed by ' || claimant || ', ended by ' || writer || ' as ' || new_state || ' at ' || at FROM (
                SELECT *, lag(writer) OVER (PARTITION BY job_id ORDER BY seq) AS claimant FROM transition WHERE old_state IS DISTINCT FROM new_state) t
            WHERE old_state = 'running' AND writer <> claimant
                AND (SELECT b.beat_at + b.lease FROM beat b WHERE b.writer = t.claimant AND b.at <= t.at - interval '1 second' ORDER BY b.seq DESC LIMIT 1) >= t.at
            """),
        ("I4 only transitions that docs/state-machine.md draws", """
            SELECT job_id || ' ' || coalesce(old_state, '') || ' to ' || coalesce(new_state, 'deleted') FROM transition
            WHERE old_state IS DISTINCT FROM new_state AND (coalesce(old_state, ''), coalesce(new_state, '')) NOT IN (
                ('', 'available'), ('', 'scheduled'), ('available', 'running'), ('scheduled', 'available'), ('retryable', 'available'),
                ('running', 'completed'), ('running', 'retryable'), ('running', 'available'), ('running', 'scheduled'), ('running', 'discarded'))
            """),
        ("I5 a finished job is never written again", "SELECT job_id || ' ' || old_state FROM transition WHERE old_state IN ('completed', 'cancelled', 'discarded')"),
        ("I5 one end for each job", """
            SELECT job_id || ' ended ' || count(*) || ' times' FROM transition
            WHERE new_state IN ('completed', 'cancelled', 'discarded') AND old_state IS DISTINCT FROM new_state GROUP BY job_id HAVING count(*) > 1
            """),
        ("I6 a claim counts one up", "SELECT job_id || ' from ' || old_attempt || ' to ' || attempt FROM transition WHERE new_state = 'running' AND old_state <> 'running' AND attempt <> old_attempt + 1"),
        ("I6 an attempt is taken back only when it leaves no error", """
            SELECT job_id || ' from ' || old_attempt || ' to ' || attempt FROM transition
            WHERE attempt < old_attempt AND (old_state <> 'running' OR errors <> old_errors OR attempt <> old_attempt - 1)
            """),
        ("I6 an error for each failed attempt", """
            SELECT job_id || ' ' || old_state || ' to ' || new_state FROM transition
            WHERE errors <> old_errors + CASE WHEN old_state = 'running' AND new_state NOT IN ('completed', 'running') AND attempt = old_attempt THEN 1 ELSE 0 END
            """),
        ("I7 no slot twice", "SELECT args->>'second' FROM river_job WHERE kind = 'tick' GROUP BY args->>'second' HAVING count(*) > 1"),
    ];

    private static readonly TimeSpan Lateness = TimeSpan.FromMinutes(1);

    /// <param name="confirmed">Numbers of the jobs whose enqueueing was confirmed.</param>
    public async Task CheckAsync(IReadOnlyCollection<long> confirmed, CancellationToken cancellationToken)
    {
        long[] ids = [.. confirmed];
        var broken = new List<string>();
        foreach (var (rule, sql) in All)
        {
            var found = await oracle.ReadAsync<string?>(
                $"SELECT count(*) || ': ' || string_agg(what, '; ') FILTER (WHERE place <= 5) FROM (SELECT what::text, row_number() OVER () AS place FROM (SELECT $1::bigint[]) AS given, LATERAL ({sql}) AS x(what)) y",
                cancellationToken,
                ids);
            if (found is not null)
                broken.Add($"{rule}: {found}");
        }

        Assert.True(broken.Count == 0, string.Join(Environment.NewLine, broken));
    }

    /// <summary>I7: every second from the first tick until a moment ago has one; somebody must still be at work.</summary>
    public async Task NoSlotLostAsync(CancellationToken cancellationToken)
    {
        // Late isn't lost: a busy machine may take longer than usual to make up for what it missed.
        var due = await oracle.ReadAsync<long>("SELECT extract(epoch FROM now())::bigint - 10", cancellationToken);
        await Eventually.Async(async () => await oracle.CountAsync("river_job WHERE kind = 'tick' AND (args->>'second')::bigint >= $1", cancellationToken, due) > 0, Lateness, cancellationToken);
        var lost = await oracle.ReadAsync<string?>(
            """
            WITH tick AS (SELECT (args->>'second')::bigint AS second FROM river_job WHERE kind = 'tick')
            SELECT string_agg(to_timestamp(slot)::text, '; ')
            FROM (SELECT generate_series(min(second), max(second)) AS slot FROM tick) slots
            WHERE slot NOT IN (SELECT second FROM tick)
            """,
            cancellationToken);
        Assert.True(lost is null, $"Slots without a job: {lost}");
    }
}
