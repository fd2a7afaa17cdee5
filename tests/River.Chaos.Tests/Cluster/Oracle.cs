using Npgsql;

namespace River.Chaos.Cluster;

/// <summary>
/// What really happened: every change of a job's row, of the leader's and of a heartbeat, by whom and when, written by triggers; and every
/// effect, written by the workers themselves.
/// </summary>
internal sealed class Oracle(NpgsqlDataSource dataSource)
{
    /// <summary>How long a job may take from where it can be worked to its attempt's end while the load is kept up with; the longest itself takes 0.1 s.</summary>
    public static readonly TimeSpan Meanwhile = TimeSpan.FromSeconds(5);

    public async Task InstallAsync(CancellationToken cancellationToken) => await ExecuteAsync(
        """
        CREATE TABLE fx (
            id uuid PRIMARY KEY, job_id bigint NOT NULL, attempt int NOT NULL, phase text NOT NULL, process text NOT NULL,
            at timestamptz NOT NULL DEFAULT clock_timestamp());
        CREATE TABLE transition (
            seq bigserial PRIMARY KEY, job_id bigint NOT NULL, kind text NOT NULL, old_state text, new_state text, old_attempt int, attempt int,
            old_errors int, errors int, writer text NOT NULL DEFAULT current_setting('application_name'),
            at timestamptz NOT NULL DEFAULT clock_timestamp());
        CREATE TABLE term (
            seq bigserial PRIMARY KEY, op text NOT NULL, leader_id text NOT NULL, elected_at timestamptz NOT NULL, expires_at timestamptz NOT NULL,
            writer text NOT NULL DEFAULT current_setting('application_name'), at timestamptz NOT NULL DEFAULT clock_timestamp());
        CREATE TABLE beat (
            seq bigserial PRIMARY KEY, beat_at timestamptz NOT NULL, lease interval NOT NULL,
            writer text NOT NULL DEFAULT current_setting('application_name'), at timestamptz NOT NULL DEFAULT clock_timestamp());
        CREATE FUNCTION log_transition() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO transition (job_id, kind, old_state, new_state, old_attempt, attempt, old_errors, errors) VALUES (
                coalesce(NEW.id, OLD.id), coalesce(NEW.kind, OLD.kind), OLD.state, NEW.state, OLD.attempt, NEW.attempt,
                coalesce(cardinality(OLD.errors), 0), coalesce(cardinality(NEW.errors), 0));
            RETURN NULL;
        END $$;
        CREATE TRIGGER log_transition AFTER INSERT OR UPDATE OR DELETE ON river_job FOR EACH ROW EXECUTE FUNCTION log_transition();
        CREATE FUNCTION log_term() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE r river_leader;
        BEGIN
            r := CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
            INSERT INTO term (op, leader_id, elected_at, expires_at) VALUES (TG_OP, r.leader_id, r.elected_at, r.expires_at);
            RETURN NULL;
        END $$;
        CREATE FUNCTION log_beat() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO beat (beat_at, lease) VALUES (NEW.beat_at, NEW.lease);
            RETURN NULL;
        END $$;
        CREATE TRIGGER log_beat AFTER INSERT OR UPDATE ON river_dotnet_client FOR EACH ROW EXECUTE FUNCTION log_beat();
        CREATE TRIGGER log_term AFTER INSERT OR UPDATE OR DELETE ON river_leader FOR EACH ROW EXECUTE FUNCTION log_term();
        """,
        cancellationToken);

    /// <summary>Forgets connections to a server that went away.</summary>
    public void Reconnect() => dataSource.Clear();

    public async Task ExecuteAsync(string sql, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>The one value that a statement selects.</summary>
    public async Task<T> ReadAsync<T>(string sql, CancellationToken cancellationToken, params object[] parameters)
    {
        await using var command = dataSource.CreateCommand(sql);
        foreach (var parameter in parameters)
            command.Parameters.Add(new() { Value = parameter });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        Assert.True(await reader.ReadAsync(cancellationToken), "The statement selected no row.");
        return reader.IsDBNull(0) ? default! : await reader.GetFieldValueAsync<T>(0, cancellationToken);
    }

    public Task<long> CountAsync(string from, CancellationToken cancellationToken, params object[] parameters) =>
        ReadAsync<long>($"SELECT count(*) FROM {from}", cancellationToken, parameters);

    public Task<DateTime> NowAsync(CancellationToken cancellationToken) => ReadAsync<DateTime>("SELECT clock_timestamp()", cancellationToken);

    /// <summary>Jobs that aren't finished; ticks apart, of which there is always a new one.</summary>
    public Task<long> UnfinishedAsync(CancellationToken cancellationToken) =>
        CountAsync("river_job WHERE finalized_at IS NULL AND kind <> 'tick'", cancellationToken);

    /// <summary>The longest time between two completions from a moment on.</summary>
    public Task<TimeSpan> LongestPauseAsync(DateTime since, CancellationToken cancellationToken) => ReadAsync<TimeSpan>(
        """
        SELECT coalesce(max(gap), interval '0') FROM (
            SELECT at - lag(at, 1, $1) OVER (ORDER BY at) AS gap
            FROM transition WHERE new_state = 'completed' AND kind <> 'tick' AND at >= $1) gaps
        """,
        cancellationToken,
        since);

    /// <summary>
    /// The share of the attempts that became possible in a stretch of time and have ended <see cref="Meanwhile"/> later. Not those that
    /// ended in the same stretch: promotions come in lots, and one at its end would count as if it were left lying.
    /// </summary>
    public Task<double> ShareWorkedAsync(DateTime from, DateTime to, CancellationToken cancellationToken) => ReadAsync<double>(
        """
        WITH offered AS (
            SELECT seq, job_id, at FROM transition
            WHERE kind = 'brief' AND new_state = 'available' AND old_state IS DISTINCT FROM 'available' AND at BETWEEN $1 AND $2)
        SELECT count(*) FILTER (WHERE EXISTS (
                SELECT FROM transition t
                WHERE t.job_id = o.job_id AND t.seq > o.seq AND t.old_state = 'running' AND t.new_state <> 'running' AND t.at <= o.at + $3))::float8
            / greatest(1, count(*))
        FROM offered o
        """,
        cancellationToken,
        from,
        to,
        Meanwhile);

    /// <summary>Who leads, by the name of its process; empty when nobody does.</summary>
    public async Task<string> LeaderAsync(CancellationToken cancellationToken) => await ReadAsync<string?>(
        """
        SELECT max(t.writer) FROM river_leader l
        JOIN term t ON t.leader_id = l.leader_id AND t.elected_at = l.elected_at AND t.op <> 'DELETE'
        WHERE l.expires_at >= clock_timestamp()
        """,
        cancellationToken) ?? "";
}
