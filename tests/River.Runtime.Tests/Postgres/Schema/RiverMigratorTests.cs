using Npgsql;
using River.TestSupport.Postgres;
using Xunit;

namespace River.Tests.Postgres.Schema;

public sealed class RiverMigratorTests(PostgresFixture postgres)
{
    private static readonly string[] Everything = ["main 1", "main 2", "main 3", "main 4", "main 5", "main 6", "main 7", "dotnet 1", "dotnet 2"];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Everything_is_applied_once_in_order()
    {
        var database = await DatabaseAsync();
        await using var migrator = new RiverMigrator(database);

        var applied = await migrator.MigrateUpAsync(cancellationToken: Token);

        Assert.Equal(Everything, Names(applied));
        Assert.Empty(await migrator.MigrateUpAsync(cancellationToken: Token));
        Assert.Equal(Everything, Names(await migrator.ListAsync(Token)));
        Assert.Equal(applied, await migrator.ListAsync(Token));
        await migrator.ValidateAsync(Token);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public async Task A_target_leaves_the_rest_to_another_time(int target)
    {
        var database = await DatabaseAsync();
        await using var migrator = new RiverMigrator(database);

        Assert.Equal(Everything.Take(target), Names(await migrator.MigrateUpAsync(target, Token)));

        Assert.Equal(Everything.Skip(target), Names((await migrator.ListAsync(Token)).Where(migration => migration.AppliedAt is null)));
        Assert.Equal(Everything.Skip(target), Names(await migrator.MigrateUpAsync(cancellationToken: Token)));
    }

    [Fact]
    public async Task Going_down_takes_our_line_before_rivers()
    {
        var database = await DatabaseAsync();
        await using var migrator = new RiverMigrator(database);
        await migrator.MigrateUpAsync(cancellationToken: Token);

        Assert.Equal(["dotnet 2", "dotnet 1", "main 7", "main 6"], Names(await migrator.MigrateDownAsync("main", 5, Token)));
        Assert.Equal(["main 6", "main 7", "dotnet 1", "dotnet 2"], Names(await migrator.MigrateUpAsync(cancellationToken: Token)));
        Assert.Equal(["dotnet 2", "dotnet 1"], Names(await migrator.MigrateDownAsync("dotnet", 0, Token)));
        Assert.Equal(Everything.SkipLast(2).Reverse(), Names(await migrator.MigrateDownAsync("main", 0, Token)));
        Assert.Equal(0L, await ScalarAsync(database, "SELECT count(*) FROM pg_class WHERE relname LIKE 'river%'"));
    }

    [Fact]
    public async Task Jobs_survive_the_way_down_and_up()
    {
        var database = await DatabaseAsync();
        await using var migrator = new RiverMigrator(database);
        await migrator.MigrateUpAsync(cancellationToken: Token);
        // Two of one key, of which one blocks; every state; none of them fits the older index.
        await ScalarAsync(database, """
            INSERT INTO river_job (state, finalized_at, args, kind, max_attempts, unique_key, unique_states)
            SELECT s.state, CASE WHEN s.state IN ('cancelled', 'completed', 'discarded') THEN now() END, '{"a": 1}', 'k', 3,
                CASE WHEN s.state IN ('cancelled', 'discarded', 'available') THEN '\x01'::bytea END, B'11110101'
            FROM unnest(enum_range(NULL::river_job_state)) AS s(state)
            """);
        const string Rows = "SELECT string_agg(concat_ws(' ', id, state, finalized_at, args, kind, max_attempts, metadata, tags, queue), E'\n' ORDER BY id) FROM river_job";
        var before = await ScalarAsync(database, Rows);

        await migrator.MigrateDownAsync("main", 2, Token);
        await migrator.MigrateUpAsync(cancellationToken: Token);

        Assert.Equal(before, await ScalarAsync(database, Rows));
        await migrator.ValidateAsync(Token);
    }

    [Fact]
    public async Task Rows_of_older_versions_get_what_newer_ones_require()
    {
        var database = await DatabaseAsync();
        await using var migrator = new RiverMigrator(database);
        await migrator.MigrateUpAsync(2, Token);
        await ScalarAsync(database, "INSERT INTO river_job (kind, max_attempts) VALUES ('k', 3)");

        await migrator.MigrateUpAsync(cancellationToken: Token);

        Assert.Equal("{} {}", await ScalarAsync(database, "SELECT concat_ws(' ', args, tags) FROM river_job"));
    }

    [Fact]
    public async Task Many_at_once_apply_each_version_once()
    {
        var database = await DatabaseAsync();
        var migrators = Enumerable.Range(0, 8).Select(_ => new RiverMigrator(database, new RiverMigratorOptions { Schema = "shared" })).ToArray();

        var applied = await Task.WhenAll(migrators.Select(migrator => Task.Run(() => migrator.MigrateUpAsync(cancellationToken: Token), Token)));

        Assert.Equal(Everything.Order(), Names(applied.SelectMany(migrations => migrations)).Order());
        foreach (var migrator in migrators)
        {
            await migrator.ValidateAsync(Token);
            await migrator.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_failed_version_leaves_no_trace_and_the_lock_free()
    {
        var database = await DatabaseAsync();
        await using var migrator = new RiverMigrator(database);
        await migrator.MigrateUpAsync(3, Token);
        await ScalarAsync(database, "CREATE TABLE river_queue (taken int)");

        await Assert.ThrowsAsync<PostgresException>(() => migrator.MigrateUpAsync(cancellationToken: Token));

        Assert.Equal(3L, await ScalarAsync(database, "SELECT max(version) FROM river_migration"));
        await ScalarAsync(database, "DROP TABLE river_queue");
        Assert.Equal("main 4", Names(await migrator.MigrateUpAsync(cancellationToken: Token))[0]);
    }

    [Fact]
    public async Task A_table_that_others_hold_is_not_waited_for_long()
    {
        var database = await DatabaseAsync();
        await using var migrator = new RiverMigrator(database, new RiverMigratorOptions { LockTimeout = TimeSpan.FromMilliseconds(50) });
        await migrator.MigrateUpAsync(2, Token);
        await using var holder = new NpgsqlConnection(database);
        await holder.OpenAsync(Token);
        await using var transaction = await holder.BeginTransactionAsync(Token);
        await using var hold = new NpgsqlCommand("LOCK TABLE river_job IN ACCESS SHARE MODE", holder, transaction);
        await hold.ExecuteNonQueryAsync(Token);

        var error = await Assert.ThrowsAsync<StoreUnavailableException>(() => migrator.MigrateUpAsync(cancellationToken: Token));

        Assert.Contains("main 3", error.Message, StringComparison.Ordinal);
        await transaction.RollbackAsync(Token);
        await migrator.MigrateUpAsync(cancellationToken: Token);
    }

    [Fact]
    public async Task Columns_and_indexes_made_beforehand_are_taken_as_they_are()
    {
        var database = await DatabaseAsync();
        await using var migrator = new RiverMigrator(database);
        await migrator.MigrateUpAsync(4, Token);
        await ScalarAsync(database, """
            ALTER TABLE river_job ADD COLUMN unique_key bytea;
            CREATE UNIQUE INDEX river_job_kind_unique_key_idx ON river_job (kind, unique_key) WHERE unique_key IS NOT NULL;
            ALTER TABLE river_job ADD COLUMN unique_states bit(8);
            """);

        await migrator.MigrateUpAsync(cancellationToken: Token);

        await migrator.ValidateAsync(Token);
    }

    [Theory]
    [InlineData(0, "River's tables are missing from schema 'public'. Call MigrateOnStart() on the builder")]
    [InlineData(5, "older version: main 6 (unique states), main 7 (notification outbox), dotnet 1 (periodic schedules), dotnet 2 (heartbeats, leases, paused and triggered schedules) missing. Call MigrateOnStart()")]
    [InlineData(7, "older version: dotnet 1 (periodic schedules), dotnet 2 (heartbeats")]
    public async Task What_is_missing_is_said_with_what_to_do(int version, string message)
    {
        var database = await DatabaseAsync();
        await using var migrator = new RiverMigrator(database);
        if (version > 0)
            await migrator.MigrateUpAsync(version, Token);
        await migrator.MigrateDownAsync("dotnet", 0, Token);

        var error = await Assert.ThrowsAsync<SchemaVersionException>(() => migrator.ValidateAsync(Token));

        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_newer_version_of_river_is_worked_with_but_not_reverted()
    {
        var database = await DatabaseAsync();
        await using var migrator = new RiverMigrator(database);
        await migrator.MigrateUpAsync(cancellationToken: Token);
        await ScalarAsync(database, "INSERT INTO river_migration (line, version) VALUES ('main', 8)");

        await migrator.ValidateAsync(Token);

        Assert.Empty(await migrator.MigrateUpAsync(cancellationToken: Token));
        await migrator.MigrateDownAsync("dotnet", 0, Token);
        await Assert.ThrowsAsync<SchemaVersionException>(() => migrator.MigrateDownAsync("main", 6, Token));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("written")]
    public async Task A_script_does_what_a_migration_does(string? schema)
    {
        var database = await DatabaseAsync();
        await using var migrator = new RiverMigrator(database, new RiverMigratorOptions { Schema = schema });
        if (schema is not null)
            await ScalarAsync(database, $"CREATE SCHEMA {schema}");

        await ScalarAsync(database, migrator.Script(MigrationDirection.Up, 0) + migrator.Script(MigrationDirection.Up, 0, line: "dotnet"));

        await migrator.ValidateAsync(Token);
        await ScalarAsync(database, migrator.Script(MigrationDirection.Down, 2, line: "dotnet") + migrator.Script(MigrationDirection.Down, 7, 3));
        Assert.Equal(["main 4", "main 5", "main 6", "main 7", "dotnet 1", "dotnet 2"], Names(await migrator.MigrateUpAsync(cancellationToken: Token)));
    }

    [Fact]
    public async Task Versions_and_lines_that_do_not_exist_are_refused()
    {
        await using var migrator = new RiverMigrator("Host=nowhere.invalid");

        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => migrator.MigrateUpAsync(8, Token));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => migrator.MigrateUpAsync(0, Token));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => migrator.MigrateDownAsync("dotnet", 3, Token));
        await Assert.ThrowsAsync<ArgumentException>(() => migrator.MigrateDownAsync("other", 0, Token));
        Assert.Throws<ArgumentOutOfRangeException>(() => migrator.Script(MigrationDirection.Up, 0, 8));
        Assert.Throws<ArgumentOutOfRangeException>(() => migrator.Script(MigrationDirection.Up, 5, 4));
        Assert.Throws<ArgumentException>(() => migrator.Script(MigrationDirection.Up, 0, 1, "other"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("1st")]
    [InlineData("with-dash")]
    [InlineData("drop table\"; --")]
    [InlineData("a2345678901234567890123456789012345678901234567")]
    public async Task Schemas_that_river_does_not_allow_are_refused(string schema)
    {
        await using var migrator = new RiverMigrator(await DatabaseAsync(), new RiverMigratorOptions { Schema = schema });

        await Assert.ThrowsAsync<RiverConfigurationException>(() => migrator.MigrateUpAsync(cancellationToken: Token));
    }

    private Task<string> DatabaseAsync() => postgres.CreateDatabaseAsync(cancellationToken: Token);

    private static string[] Names(IEnumerable<RiverMigration> migrations) => [.. migrations.Select(migration => $"{migration.Line} {migration.Version}")];

    private static async Task<object?> ScalarAsync(string database, string text)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(database) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(Token);
        await using var command = new NpgsqlCommand(text, connection);
        return await command.ExecuteScalarAsync(Token);
    }
}
