using System.Text.Json.Nodes;
using Npgsql;
using River.TestSupport.Postgres;
using Xunit;

namespace River.Tests.Postgres.Schema;

public sealed class TuningTests(PostgresFixture postgres)
{
    private const string GinIndexes = "SELECT coalesce(string_agg(c.relname, ' ' ORDER BY c.relname), '') FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am a ON a.oid = c.relam WHERE a.amname = 'gin' AND i.indisvalid";
    private const string Settings = "SELECT coalesce(array_to_string(reloptions, ' '), '') FROM pg_class WHERE oid = 'river_job'::regclass";
    private const string Versions = "SELECT string_agg(concat_ws(' ', line, version, created_at), ', ' ORDER BY line, version) FROM river_migration";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Lean_indexes_are_taken_away_and_given_back_and_the_list_of_migrations_stays()
    {
        var database = await MigratedAsync(new RiverMigratorOptions());
        var (before, versions) = (await CatalogueAsync(database), await TextAsync(database, Versions));

        for (var round = 0; round < 2; round++)
        {
            Assert.Empty(await MigrateAsync(database, new RiverMigratorOptions { Indexes = RiverIndexes.Lean }));
            Assert.Equal("", await TextAsync(database, GinIndexes));
            Assert.Equal(versions, await TextAsync(database, Versions));
        }

        // Who doesn't ask changes nothing.
        Assert.Empty(await MigrateAsync(database, new RiverMigratorOptions()));
        Assert.Equal("", await TextAsync(database, GinIndexes));

        for (var round = 0; round < 2; round++)
        {
            Assert.Empty(await MigrateAsync(database, new RiverMigratorOptions { Indexes = RiverIndexes.Full }));
            Assert.Equal("river_job_args_index river_job_metadata_index", await TextAsync(database, GinIndexes));
        }

        Assert.Equal(before, await CatalogueAsync(database));
        Assert.Equal(versions, await TextAsync(database, Versions));
    }

    [Fact]
    public async Task A_busy_tables_settings_are_set_and_reset_and_others_stay()
    {
        var database = await MigratedAsync(new RiverMigratorOptions { TableSettings = RiverTableSettings.Busy });
        await TextAsync(database, "ALTER TABLE river_job SET (toast_tuple_target = 4000)");
        Assert.Contains("autovacuum_vacuum_scale_factor=0 ", await TextAsync(database, Settings), StringComparison.Ordinal);
        Assert.Contains("fillfactor=50", (await TextAsync(database, Settings)).Split(' '));

        await MigrateAsync(database, new RiverMigratorOptions());
        Assert.Contains("autovacuum_vacuum_cost_delay=0", await TextAsync(database, Settings), StringComparison.Ordinal);

        for (var round = 0; round < 2; round++)
        {
            await MigrateAsync(database, new RiverMigratorOptions { TableSettings = RiverTableSettings.ServerDefaults });
            Assert.Equal("toast_tuple_target=4000", await TextAsync(database, Settings));
        }
    }

    [Fact]
    public async Task An_older_version_is_left_as_it_is()
    {
        var database = await postgres.CreateDatabaseAsync(cancellationToken: Token);
        await using var migrator = new RiverMigrator(database, new RiverMigratorOptions { Indexes = RiverIndexes.Lean, TableSettings = RiverTableSettings.Busy });

        await migrator.MigrateUpAsync(target: 6, Token);
        Assert.Equal("river_job_args_index river_job_metadata_index", await TextAsync(database, GinIndexes));

        await migrator.MigrateUpAsync(cancellationToken: Token);
        Assert.Equal("", await TextAsync(database, GinIndexes));
    }

    [Fact]
    public async Task What_an_interrupted_build_left_is_built_anew()
    {
        var database = await MigratedAsync(new RiverMigratorOptions());
        await TextAsync(database, "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'river_job_args_index'::regclass");

        await MigrateAsync(database, new RiverMigratorOptions { Indexes = RiverIndexes.Full });

        Assert.Equal("river_job_args_index river_job_metadata_index", await TextAsync(database, GinIndexes));
    }

    [Fact]
    public async Task Several_at_once_in_a_schema_of_their_own_come_to_one_result()
    {
        const string Schema = "Odd_Name";
        var database = await postgres.CreateDatabaseAsync(cancellationToken: Token);
        foreach (var indexes in new[] { RiverIndexes.Lean, RiverIndexes.Full, RiverIndexes.Lean })
        {
            await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => MigrateAsync(database, new RiverMigratorOptions { Schema = Schema, Indexes = indexes, TableSettings = RiverTableSettings.Busy })));

            Assert.Equal(indexes == RiverIndexes.Full ? "river_job_args_index river_job_metadata_index" : "", await TextAsync(database, GinIndexes));
        }
    }

    [Fact]
    public async Task A_transaction_that_keeps_the_table_makes_it_give_up_and_leave_nothing_behind()
    {
        var database = await MigratedAsync(new RiverMigratorOptions { Indexes = RiverIndexes.Lean });
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(database) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(Token);
        await using (var transaction = await connection.BeginTransactionAsync(Token))
        {
            await using var write = new NpgsqlCommand("INSERT INTO river_job (args, kind, max_attempts) VALUES ('{}', 'work', 1)", connection, transaction);
            await write.ExecuteNonQueryAsync(Token);

            var error = await Assert.ThrowsAsync<StoreUnavailableException>(() =>
                MigrateAsync(database, new RiverMigratorOptions { Indexes = RiverIndexes.Full, StatementTimeout = TimeSpan.FromSeconds(1) }));
            Assert.Contains("StatementTimeout", error.Message, StringComparison.Ordinal);
            await transaction.RollbackAsync(Token);
        }

        await MigrateAsync(database, new RiverMigratorOptions { Indexes = RiverIndexes.Full });
        Assert.Equal("river_job_args_index river_job_metadata_index", await TextAsync(database, GinIndexes));
    }

    private static async Task<IReadOnlyList<RiverMigration>> MigrateAsync(string database, RiverMigratorOptions options)
    {
        await using var migrator = new RiverMigrator(database, options);
        return await migrator.MigrateUpAsync(cancellationToken: Token);
    }

    private static async Task<string> CatalogueAsync(string database) => ((JsonNode)await Catalogue.ReadAsync(database)).ToJsonString();

    private static async Task<string> TextAsync(string database, string text)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(database) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(Token);
        await using var command = new NpgsqlCommand(text, connection);
        return await command.ExecuteScalarAsync(Token) as string ?? "";
    }

    private async Task<string> MigratedAsync(RiverMigratorOptions options)
    {
        var database = await postgres.CreateDatabaseAsync(cancellationToken: Token);
        await MigrateAsync(database, options);
        return database;
    }
}
