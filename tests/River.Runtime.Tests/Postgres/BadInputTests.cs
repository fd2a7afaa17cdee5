using System.Data.Common;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using River.Postgres;
using River.Postgres.Connections;
using Xunit;

namespace River.Tests.Postgres;

/// <summary>What is wrong is said by a typed error, soon, with what to do.</summary>
public sealed class BadInputTests(PostgresDatabases databases) : PostgresTest(databases)
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(8);

    [Fact]
    public async Task A_server_that_is_not_there()
    {
        var store = NewStore(new RiverOptions(), "Host=127.0.0.1;Port=1;Username=app;Password=secret;Database=app");

        var error = await SoonAsync<StoreUnavailableException>(() => store.OpenAsync(Token));

        Assert.Contains("127.0.0.1:1", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", error.ToString(), StringComparison.Ordinal);
        Assert.True(store.IsTransient(error));
    }

    [Fact]
    public async Task A_server_that_does_not_answer()
    {
        using var deaf = new TcpListener(IPAddress.Loopback, 0);
        deaf.Start();
        var store = NewStore(new RiverOptions { StatementTimeout = TimeSpan.FromMilliseconds(300) }, $"Host=127.0.0.1;Port={((IPEndPoint)deaf.LocalEndpoint).Port};Username=app;Database=app");

        await SoonAsync<StoreUnavailableException>(() => store.OpenAsync(Token));
    }

    [Fact]
    public async Task A_wrong_password()
    {
        await ScalarAsync("DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'river_test_locked') THEN CREATE ROLE river_test_locked NOLOGIN; END IF; END $$");
        var store = NewStore(new RiverOptions(), new NpgsqlConnectionStringBuilder(Database) { Username = "river_test_locked", Password = "wrong-secret" }.ConnectionString);

        var error = await SoonAsync<StoreAuthenticationException>(() => store.OpenAsync(Token));

        Assert.Contains("'river_test_locked'", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("wrong-secret", error.ToString(), StringComparison.Ordinal);
        Assert.False(store.IsTransient(error));
    }

    [Theory]
    [InlineData(PostgresErrorCodes.InvalidPassword, "the password in the connection string")]
    [InlineData(PostgresErrorCodes.InvalidAuthorizationSpecification, "pg_hba.conf")]
    [InlineData(PostgresErrorCodes.InsufficientPrivilege, "CONNECT")]
    public void Every_way_to_refuse_a_user_is_an_authentication_error_that_says_what_to_do(string state, string advice)
    {
        var error = PostgresErrors.OfOpening(new PostgresException("refused", "FATAL", "FATAL", state), new NpgsqlConnectionStringBuilder { Host = "h", Username = "u" });

        Assert.IsType<StoreAuthenticationException>(error);
        Assert.Contains("refuses user 'u': refused. ", error.Message, StringComparison.Ordinal);
        Assert.Contains(advice, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_duplicate_in_bulk_says_how_to_leave_it_out_and_which_key_it_is_where_the_driver_may_tell(bool mayTell)
    {
        var store = NewStore(new RiverOptions(), new NpgsqlConnectionStringBuilder(Database) { IncludeErrorDetail = mayTell }.ConnectionString);
        await store.Jobs.InsertAsync([Job(key: 0xAB)], transaction: null, Token);

        var error = await SoonAsync<UniqueConflictException>(() => store.Jobs.CopyAsync([Job(), Job(key: 0xAB)], transaction: null, Token));

        Assert.Contains("BulkOptions.Duplicates = Skip", error.Message, StringComparison.Ordinal);
        Assert.Equal(mayTell, error.Message.Contains(@"(\xabababab", StringComparison.Ordinal));
        Assert.DoesNotContain("redacted", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_that_does_not_exist()
    {
        var store = NewStore(new RiverOptions(), new NpgsqlConnectionStringBuilder(Database) { Database = "no_such_database" }.ConnectionString);

        var error = await SoonAsync<StoreUnavailableException>(() => store.OpenAsync(Token));

        Assert.Contains("no database 'no_such_database'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_tables()
    {
        var store = NewStore(new RiverOptions { Schema = "nothing_here" });

        await store.OpenAsync(Token);

        Assert.Contains("MigrateOnStart()", (await SoonAsync<SchemaVersionException>(() => store.Schema.ValidateAsync(Token))).Message, StringComparison.Ordinal);
        var error = await SoonAsync<SchemaVersionException>(() => store.Jobs.InsertAsync([Job()], transaction: null, Token));
        Assert.Contains("MigrateOnStart()", error.Message, StringComparison.Ordinal);
        Assert.False(store.IsTransient(error));
    }

    [Fact]
    public async Task Tables_of_an_older_version()
    {
        await using var migrator = new RiverMigrator(Database, new RiverMigratorOptions { Schema = "older" });
        await migrator.MigrateUpAsync(5, Token);
        var store = NewStore(new RiverOptions { Schema = "older" });

        var error = await SoonAsync<SchemaVersionException>(() => store.Schema.ValidateAsync(Token));

        Assert.Contains("main 6 (unique states), main 7 (notification outbox), dotnet 1 (periodic schedules), dotnet 2 (heartbeats, leases, paused and triggered schedules) missing", error.Message, StringComparison.Ordinal);
        await SoonAsync<SchemaVersionException>(() => store.Jobs.InsertAsync([Job()], transaction: null, Token));
        await ScalarAsync("DROP SCHEMA older CASCADE");
    }

    [Fact]
    public async Task A_schema_name_that_river_does_not_allow()
    {
        var store = NewStore(new RiverOptions { Schema = "not allowed" });

        await SoonAsync<RiverConfigurationException>(() => store.OpenAsync(Token));
    }

    [Fact]
    public async Task A_user_without_rights_on_the_tables()
    {
        await ScalarAsync("DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'river_test_poor') THEN CREATE ROLE river_test_poor LOGIN PASSWORD 'poor'; END IF; END $$");
        var store = NewStore(new RiverOptions { Schema = "public" }, new NpgsqlConnectionStringBuilder(Database) { Username = "river_test_poor", Password = "poor" }.ConnectionString);

        var error = await SoonAsync<StoreAuthenticationException>(() => store.Jobs.InsertAsync([Job()], transaction: null, Token));

        Assert.Contains("Grant", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("Hots=localhost")]
    [InlineData("Database=app")]
    [InlineData("postgres://user:pass word@ho st/db")]
    [InlineData("postgres://localhost/db?nonsense=1")]
    public void Text_that_is_no_connection_string(string text) => Assert.ThrowsAny<ArgumentException>(() => PostgresStore.ForConnectionString(text));

    [Theory]
    [InlineData("postgres://app:p%40ss@db.example:6432/jobs?sslmode=verify-full&application_name=billing", "Host=db.example;Port=6432;Username=app;Password=p@ss;Database=jobs;SSL Mode=VerifyFull;Application Name=billing")]
    [InlineData("postgresql://localhost", "Host=localhost")]
    [InlineData("postgres:///jobs?host=/var/run/postgresql&user=app", "Host=/var/run/postgresql;Username=app;Database=jobs")]
    [InlineData("Host=h;Database=d", "Host=h;Database=d")]
    public void A_url_says_the_same_as_keywords(string url, string keywords)
    {
        var expected = new NpgsqlConnectionStringBuilder(keywords);
        var actual = ConnectionText.Parse(url);

        Assert.True(expected.EquivalentTo(actual), actual.ConnectionString);
    }

    [Fact]
    public async Task A_transaction_of_another_provider_or_one_that_is_over()
    {
        var connection = await ConnectAsync();
        var over = await connection.BeginTransactionAsync(Token);
        await over.CommitAsync(Token);
        var disposed = await (await ConnectAsync()).BeginTransactionAsync(Token);
        await disposed.DisposeAsync();
        await using var sqlite = new Microsoft.Data.Sqlite.SqliteConnection("Data Source=:memory:");
        await sqlite.OpenAsync(Token);
        await using var foreign = await sqlite.BeginTransactionAsync(Token);

        foreach (var transaction in new DbTransaction[] { over, disposed, foreign })
        {
            Assert.Throws<ArgumentException>(() => Store.CheckTransaction(transaction));
            await Assert.ThrowsAsync<ArgumentException>(() => Store.Jobs.InsertAsync([Job()], transaction, Token));
        }
    }

    [Fact]
    public async Task A_data_source_without_arrays()
    {
        await using var source = new NpgsqlSlimDataSourceBuilder(Database).Build();
        await using var services = new ServiceCollection().BuildServiceProvider();
        await using var store = PostgresStore.ForDataSource(_ => source)(services, new RiverOptions());

        var error = await SoonAsync<RiverConfigurationException>(() => store.OpenAsync(Token));

        Assert.Contains("EnableArrays()", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_data_source_that_multiplexes()
    {
        var store = NewStore(new RiverOptions(), $"{Database};Multiplexing=true");

        Assert.Contains("Multiplexing", (await SoonAsync<RiverConfigurationException>(() => store.OpenAsync(Token))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_data_source_of_the_application_is_used_and_left_open()
    {
        await using var source = NpgsqlDataSource.Create(Database);
        await using var services = new ServiceCollection().BuildServiceProvider();
        await using (var store = PostgresStore.ForDataSource(_ => source)(services, new RiverOptions()))
        {
            await store.OpenAsync(Token);
            await store.Jobs.InsertAsync([Job()], transaction: null, Token);
            Assert.Single(await ClaimAsync(store: store));
        }

        await using var command = source.CreateCommand("SELECT concat_ws(' ', current_setting('jit'), current_setting('enable_seqscan'), current_setting('plan_cache_mode'))");
        Assert.Equal("on on auto", await command.ExecuteScalarAsync(Token));
    }

    private static async Task<T> SoonAsync<T>(Func<Task> act)
        where T : Exception
    {
        var started = Stopwatch.GetTimestamp();
        var error = await Assert.ThrowsAsync<T>(act);
        Assert.True(Stopwatch.GetElapsedTime(started) < Soon, "It took too long.");
        return error;
    }
}
