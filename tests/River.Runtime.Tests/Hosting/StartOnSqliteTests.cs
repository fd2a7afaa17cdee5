using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using River.Tests.Stores.Sqlite;
using Xunit;

namespace River.Tests.Hosting;

/// <summary>What a start says when the file can't serve River.</summary>
public sealed class StartOnSqliteTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_start_migrates_when_asked_and_the_client_works()
    {
        await using var database = new SqliteDatabase();
        using var host = Host(database.ConnectionString, river => river.MigrateOnStart());

        await host.StartAsync(Token);
        await host.Services.GetRequiredService<IJobClient>().EnqueueAsync(new SendMail(1), cancellationToken: Token);
        await host.StopAsync(Token);

        using var second = Host(database.ConnectionString);
        await second.StartAsync(Token);
        Assert.Single(await second.Services.GetRequiredService<IJobClient>().ListAsync(cancellationToken: Token));
        await second.StopAsync(Token);
    }

    [Fact]
    public async Task Missing_tables_fail_the_start_and_say_what_to_do()
    {
        await using var database = new SqliteDatabase();
        using var host = Host(database.ConnectionString);

        var error = await Assert.ThrowsAsync<SchemaVersionException>(() => host.StartAsync(Token));

        Assert.Contains("MigrateOnStart()", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_host_missing_tables_fail_the_first_use_the_same_way()
    {
        await using var database = new SqliteDatabase();
        using var host = Host(database.ConnectionString);
        var jobs = host.Services.GetRequiredService<IJobClient>();

        await Assert.ThrowsAsync<SchemaVersionException>(() => jobs.EnqueueAsync(new SendMail(1), cancellationToken: Token));
        await using (var store = database.NewStore())
            await store.Schema.MigrateAsync(Token);

        Assert.False((await jobs.EnqueueAsync(new SendMail(1), cancellationToken: Token)).IsDuplicate);
    }

    [Fact]
    public async Task An_older_schema_fails_the_start_with_its_version()
    {
        await using var database = await SqliteDatabase.CreateAsync(Token);
        await ExecuteAsync(database, "DELETE FROM river_migration WHERE line = 'dotnet'");
        using var host = Host(database.ConnectionString);

        var error = await Assert.ThrowsAsync<SchemaVersionException>(() => host.StartAsync(Token));

        Assert.Contains("line 'dotnet'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_that_is_not_there_fails_the_start()
    {
        using var host = Host("Data Source=/nowhere/at/all/river.db", river => river.MigrateOnStart());

        var error = await Assert.ThrowsAsync<StoreUnavailableException>(() => host.StartAsync(Token));

        Assert.Contains("/nowhere/at/all", error.Message, StringComparison.Ordinal);
    }

    private static async Task ExecuteAsync(SqliteDatabase database, string sql)
    {
        await using var connection = (SqliteConnection)await database.ConnectAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync(Token);
    }

    private static IHost Host(string connectionString, Action<RiverBuilder>? configure = null)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddRiverClient(river =>
        {
            river.UseSqlite(connectionString).AddManifest(TestManifests.Contracts());
            configure?.Invoke(river);
        });
        return builder.Build();
    }
}
