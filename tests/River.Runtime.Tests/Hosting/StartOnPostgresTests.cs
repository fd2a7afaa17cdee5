using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using River.Tests.Postgres;
using Xunit;

namespace River.Tests.Hosting;

/// <summary>What a start says, and how soon, when the server can't serve River.</summary>
public sealed class StartOnPostgresTests(PostgresDatabases databases) : IClassFixture<PostgresDatabases>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_start_migrates_when_asked_and_the_client_works()
    {
        var connectionString = await databases.CreateEmptyAsync();
        using var host = Host(connectionString, river => river.MigrateOnStart());

        await host.StartAsync(Token);
        var result = await host.Services.GetRequiredService<IJobClient>().EnqueueAsync(new SendMail(1), cancellationToken: Token);
        await host.StopAsync(Token);

        Assert.False(result.IsDuplicate);
    }

    [Fact]
    public async Task A_start_takes_every_time_at_the_end_of_its_range()
    {
        using var host = Host(await databases.CreateEmptyAsync(), river => river.MigrateOnStart().Configure(options =>
        {
            options.PollInterval = options.RescueInterval = options.StatementTimeout = TimeSpan.FromDays(1);
            options.RescueAfter = TimeSpan.FromDays(3_650);
            options.SoftStopTimeout = TimeSpan.FromDays(49);
        }));

        await host.StartAsync(Token);
        await host.Services.GetRequiredService<IJobClient>().EnqueueAsync(new SendMail(1), cancellationToken: Token);
        await host.StopAsync(Token);
    }

    [Fact]
    public async Task Without_a_host_a_statement_timeout_out_of_range_is_named_at_the_first_use()
    {
        using var host = Host(await databases.CreateEmptyAsync(), river => river.Configure(options => options.StatementTimeout = TimeSpan.MaxValue));

        var error = await Assert.ThrowsAsync<RiverConfigurationException>(() => host.Services.GetRequiredService<IJobClient>().EnqueueAsync(new SendMail(1), cancellationToken: Token));

        Assert.StartsWith("StatementTimeout is ", Assert.Single(error.Faults), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Missing_tables_fail_the_start_and_say_what_to_do()
    {
        using var host = Host(await databases.CreateEmptyAsync());

        var error = await Assert.ThrowsAsync<SchemaVersionException>(() => host.StartAsync(Token));

        Assert.Contains("MigrateOnStart()", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("DELETE FROM river_migration WHERE line = 'main' AND version = 7", "main")]
    [InlineData("DELETE FROM river_migration WHERE line = 'dotnet'", "dotnet")]
    public async Task An_older_schema_fails_the_start_with_its_line(string sql, string line)
    {
        var connectionString = await databases.CreateEmptyAsync();
        await using (var migrator = new RiverMigrator(connectionString))
            await migrator.MigrateUpAsync(cancellationToken: Token);
        await using (var source = NpgsqlDataSource.Create(connectionString))
        await using (var command = source.CreateCommand(sql))
            await command.ExecuteNonQueryAsync(Token);
        using var host = Host(connectionString);

        var error = await Assert.ThrowsAsync<SchemaVersionException>(() => host.StartAsync(Token));

        Assert.Contains(line, error.Message, StringComparison.Ordinal);
        Assert.Contains("MigrateOnStart()", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_password_is_said_without_saying_the_password()
    {
        var settings = new NpgsqlConnectionStringBuilder(await databases.CreateEmptyAsync()) { Password = "not-the-password" };
        using var host = Host(settings.ConnectionString);

        var error = await Assert.ThrowsAsync<StoreAuthenticationException>(() => host.StartAsync(Token));

        Assert.Contains(settings.Username!, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("not-the-password", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_that_is_not_there_is_named()
    {
        var settings = new NpgsqlConnectionStringBuilder(await databases.CreateEmptyAsync()) { Database = "no_such_database" };
        using var host = Host(settings.ConnectionString);

        var error = await Assert.ThrowsAnyAsync<StoreException>(() => host.StartAsync(Token));

        Assert.Contains("no_such_database", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_closed_port_fails_the_start_at_once()
    {
        using var closed = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        closed.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var port = ((IPEndPoint)closed.LocalEndPoint!).Port;
        using var host = Host($"Host=127.0.0.1;Port={port};Username=u;Password=p;Database=d");
        var started = Stopwatch.GetTimestamp();

        var error = await Assert.ThrowsAsync<StoreUnavailableException>(() => host.StartAsync(Token));

        Assert.Contains($"127.0.0.1:{port}", error.Message, StringComparison.Ordinal);
        Assert.InRange(Stopwatch.GetElapsedTime(started), TimeSpan.Zero, TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task A_server_that_never_answers_fails_the_start_within_the_statement_timeout()
    {
        // Connections are taken by the system and never read: what a firewall or a stuck proxy looks like.
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var port = ((IPEndPoint)silent.LocalEndpoint).Port;
        using var host = Host($"Host=127.0.0.1;Port={port};Username=u;Password=p;Database=d;SSL Mode=Disable", river => river.Configure(options => options.StatementTimeout = TimeSpan.FromSeconds(1)));
        var started = Stopwatch.GetTimestamp();

        await Assert.ThrowsAsync<StoreUnavailableException>(() => host.StartAsync(Token));

        Assert.InRange(Stopwatch.GetElapsedTime(started), TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task A_schema_of_its_own_is_migrated_and_used()
    {
        var connectionString = await databases.CreateEmptyAsync();
        using var host = Host(connectionString, river => river.MigrateOnStart().Configure(options => options.Schema = "jobs_7"));
        await host.StartAsync(Token);
        await host.Services.GetRequiredService<IJobClient>().EnqueueAsync(new SendMail(1), cancellationToken: Token);
        await host.StopAsync(Token);

        await using var source = NpgsqlDataSource.Create(connectionString);
        await using var command = source.CreateCommand("SELECT count(*) FROM jobs_7.river_job");
        Assert.Equal(1L, await command.ExecuteScalarAsync(Token));
    }

    [Fact]
    public async Task The_applications_own_data_source_outlives_the_client()
    {
        var connectionString = await databases.CreateEmptyAsync();
        await using var source = NpgsqlDataSource.Create(connectionString);
        await OutlivesAsync(source, river => river.UsePostgres(source));
    }

    [Fact]
    public async Task A_data_source_of_the_services_is_used_by_its_key_and_outlives_the_client()
    {
        var connectionString = await databases.CreateEmptyAsync();
        await using var source = NpgsqlDataSource.Create(connectionString);
        await OutlivesAsync(source, river =>
        {
            // Given as an instance: such a one the container doesn't dispose either.
            river.Services.AddKeyedSingleton("jobs", source);
            river.UsePostgres(services => services.GetRequiredKeyedService<NpgsqlDataSource>("jobs"));
        });
        await using var command = source.CreateCommand("SELECT count(*) FROM river_job");
        Assert.Equal(0L, await command.ExecuteScalarAsync(Token));
    }

    private static async Task OutlivesAsync(NpgsqlDataSource source, Action<RiverBuilder> use)
    {
        using (var host = Host(river =>
        {
            use(river);
            river.MigrateOnStart();
        }))
        {
            await host.StartAsync(Token);
            await host.StopAsync(Token);
        }

        await using var command = source.CreateCommand("SELECT 1");
        Assert.Equal(1, await command.ExecuteScalarAsync(Token));
    }

    private static IHost Host(string connectionString, Action<RiverBuilder>? configure = null) =>
        Host(river =>
        {
            river.UsePostgres(connectionString);
            configure?.Invoke(river);
        });

    private static IHost Host(Action<RiverBuilder> configure)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddRiverClient(river => configure(river.AddManifest(TestManifests.Contracts())));
        return builder.Build();
    }
}
