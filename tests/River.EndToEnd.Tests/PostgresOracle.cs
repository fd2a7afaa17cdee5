using Npgsql;

namespace River.EndToEnd;

/// <summary>
/// What really happened in a database: every transition of a job's row, written by a trigger, and every effect, written by
/// the workers themselves.
/// </summary>
internal sealed class PostgresOracle(NpgsqlDataSource dataSource)
{
    public async Task InstallAsync(CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand("""
            CREATE TABLE fx (
                job_id bigint NOT NULL, attempt int NOT NULL, phase text NOT NULL,
                at timestamptz NOT NULL DEFAULT clock_timestamp());
            CREATE TABLE transition (
                job_id bigint NOT NULL, old_state text, new_state text, attempt int NOT NULL,
                attempted_by text, at timestamptz NOT NULL DEFAULT clock_timestamp());
            CREATE FUNCTION log_transition() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF TG_OP = 'INSERT' THEN
                    INSERT INTO transition VALUES (NEW.id, NULL, NEW.state, NEW.attempt, NULL);
                ELSIF OLD.state <> NEW.state THEN
                    INSERT INTO transition VALUES (NEW.id, OLD.state, NEW.state, NEW.attempt, NEW.attempted_by[array_upper(NEW.attempted_by, 1)]);
                END IF;
                RETURN NULL;
            END $$;
            CREATE TRIGGER log_transition AFTER INSERT OR UPDATE ON river_job FOR EACH ROW EXECUTE FUNCTION log_transition();
            """);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public async Task<long> CountAsync(string sql, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(sql);
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>Jobs that aren't finished.</summary>
    public Task<long> UnfinishedAsync(CancellationToken cancellationToken) =>
        CountAsync("SELECT count(*) FROM river_job WHERE finalized_at IS NULL", cancellationToken);

    /// <summary>Jobs that did their work more or less than once.</summary>
    public Task<long> NotWorkedOnceAsync(CancellationToken cancellationToken) =>
        CountAsync(
            """
            SELECT count(*) FROM (
                SELECT j.id FROM river_job j LEFT JOIN fx ON fx.job_id = j.id AND fx.phase = 'worked'
                GROUP BY j.id HAVING count(fx.job_id) <> 1) wrong
            """,
            cancellationToken);

    /// <summary>Jobs that were finished more than once.</summary>
    public Task<long> FinishedTwiceAsync(CancellationToken cancellationToken) =>
        CountAsync(
            """
            SELECT count(*) FROM (
                SELECT job_id FROM transition WHERE new_state IN ('completed', 'cancelled', 'discarded')
                GROUP BY job_id HAVING count(*) > 1) wrong
            """,
            cancellationToken);

    /// <summary>Transitions that <c>docs/state-machine.md</c> doesn't draw.</summary>
    public Task<long> ForbiddenTransitionsAsync(CancellationToken cancellationToken) =>
        CountAsync(
            """
            SELECT count(*) FROM transition WHERE old_state IS NOT NULL AND (old_state, new_state) NOT IN (
                ('available', 'running'), ('scheduled', 'available'), ('retryable', 'available'),
                ('running', 'completed'), ('running', 'retryable'), ('running', 'available'), ('running', 'scheduled'),
                ('running', 'cancelled'), ('running', 'discarded'))
            """,
            cancellationToken);
}
