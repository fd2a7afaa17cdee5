using Npgsql;
using River.TestSupport.Postgres;

namespace River.Tests.Postgres.Plans;

/// <summary>Two databases with the same million mixed rows, half of them in one deep queue and half in 1,800: one never analysed, one analysed.</summary>
public sealed class MillionRows(PostgresFixture postgres) : IAsyncDisposable
{
    public const int Queues = 1800;

    // Most rows are history; the rest waits, in every state.
    private const string Fill =
        """
        ALTER TABLE river_job SET (autovacuum_enabled = false);
        DROP INDEX river_job_args_index, river_job_metadata_index;
        INSERT INTO river_job (state, attempt, attempted_at, attempted_by, created_at, finalized_at, scheduled_at, priority, args, kind, queue, unique_key, unique_states)
        SELECT s.state,
            CASE WHEN s.state IN ('available', 'pending', 'scheduled') THEN 0 ELSE 1 END,
            CASE WHEN s.state = 'running' THEN '2026-01-01Z' WHEN s.state NOT IN ('available', 'pending', 'scheduled') THEN now() - interval '1 minute' END,
            CASE WHEN s.state NOT IN ('available', 'pending', 'scheduled') THEN '{client}'::text[] END,
            now() - interval '1 hour',
            CASE WHEN s.state IN ('cancelled', 'completed', 'discarded') THEN now() - i * interval '1 microsecond' END,
            now() + CASE WHEN s.state IN ('scheduled', 'retryable') THEN interval '1 second' * (i % 7200 - 60) ELSE interval '0' END,
            1 + i % 4, '{}', 'kind_' || i / 3600 % 20, CASE WHEN i / 1800 % 2 = 0 THEN 'deep' ELSE 'queue_' || i % 1800 END,
            CASE WHEN i % 10 = 0 THEN int8send(i) END,
            CASE WHEN i % 10 = 0 THEN B'11010101' END
        FROM generate_series(1, 1000000) AS i
        CROSS JOIN LATERAL (SELECT CASE
            WHEN i % 100 < 70 THEN 'completed' WHEN i % 100 < 78 THEN 'available' WHEN i % 100 < 88 THEN 'scheduled' WHEN i % 100 < 93 THEN 'retryable'
            WHEN i % 100 < 95 THEN 'running' WHEN i % 100 < 97 THEN 'cancelled' WHEN i % 100 < 99 THEN 'discarded' ELSE 'pending' END::river_job_state AS state) AS s;
        CREATE INDEX river_job_args_index ON river_job USING gin (args);
        CREATE INDEX river_job_metadata_index ON river_job USING gin (metadata);
        INSERT INTO river_queue (name, updated_at, paused_at) SELECT 'queue_' || i, now(), CASE WHEN i % 100 = 0 THEN now() END FROM generate_series(0, 1799) AS i;
        INSERT INTO river_dotnet_client (id, started_at, beat_at, lease) SELECT 'client' || i, '2026-01-01Z', now(), '15 s' FROM generate_series(1, 50) AS i;
        INSERT INTO river_dotnet_client (id, started_at, beat_at, lease) VALUES ('client', '2026-01-01Z', now(), '15 s'), ('present', '2026-01-01Z', now(), '15 s');
        INSERT INTO river_leader (leader_id, elected_at, expires_at) VALUES ('leader', '2026-01-01Z', now() + interval '1 day');
        """;

    private readonly Lazy<Task<(string Raw, string Analysed)>> _databases = new(() => MakeAsync(postgres));

    public async Task<string> RawAsync() => (await _databases.Value).Raw;

    public async Task<string> AnalysedAsync() => (await _databases.Value).Analysed;

    public async ValueTask DisposeAsync()
    {
        if (!_databases.IsValueCreated)
            return;
        var server = await postgres.ServerAsync();
        foreach (var database in new[] { await RawAsync(), await AnalysedAsync() })
            await server.DropDatabaseAsync(new NpgsqlConnectionStringBuilder(database).Database!);
    }

    private static async Task<(string Raw, string Analysed)> MakeAsync(PostgresFixture postgres)
    {
        var raw = await postgres.CreateDatabaseAsync();
        await using (var migrator = new RiverMigrator(raw))
            await migrator.MigrateUpAsync();
        await ExecuteAsync(raw, Fill);
        var analysed = await postgres.CreateDatabaseAsync(new NpgsqlConnectionStringBuilder(raw).Database!);
        await ExecuteAsync(analysed, "ANALYZE");
        return (raw, analysed);
    }

    private static async Task ExecuteAsync(string database, string text)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(database) { Pooling = false, CommandTimeout = 300 }.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(text, connection);
        await command.ExecuteNonQueryAsync();
    }
}
