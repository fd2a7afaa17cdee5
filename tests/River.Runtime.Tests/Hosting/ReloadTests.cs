using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using River.Tests.Harness;
using River.TestSupport.Postgres;
using Xunit;

namespace River.Tests.Hosting;

/// <summary>What a change of the configuration does to a client that runs, and what a start refuses.</summary>
public sealed class ReloadTests(PostgresFixture postgres)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_reload_resizes_adds_and_removes_queues_and_one_with_faults_changes_nothing()
    {
        await using var database = await TestDatabase.CreateAsync(Database.Sqlite, postgres);
        var logs = new LogRecords();
        using var host = Host(database, logs, ("River:MaxWorkers:mail", "3"), ("River:MaxWorkers:default", "0"));
        await host.StartAsync(Token);
        var river = host.Services.GetRequiredService<IRiverHost>();
        var configuration = (IConfigurationRoot)host.Services.GetRequiredService<IConfiguration>();
        string Workers() => string.Join(' ', river.Queues.Where(queue => !queue.IsDraining).Select(queue => $"{queue.Name}:{queue.Workers}"));
        void Set(string key, string? value)
        {
            configuration[key] = value;
            configuration.Reload();
        }

        Assert.Equal("mail:3", Workers());
        Set("River:MaxWorkers:mail", "7");
        Assert.Equal("mail:7", Workers());
        Set("River:MaxWorkers:default", "2");
        Assert.Equal("default:2 mail:7", Workers());

        configuration["River:MaxWorkers:mial"] = "4";
        Set("River:MaxWorkers:mail", "20000");
        Assert.Equal("default:2 mail:7", Workers());
        var refusal = Assert.Single(logs.All, record => record.Id == 2015);
        Assert.Equal(LogLevel.Error, refusal.Level);
        Assert.Contains("20000", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("did you mean 'mail'?", refusal.Message, StringComparison.Ordinal);

        Set("River:MaxWorkers:mail", "many");
        Assert.Equal("default:2 mail:7", Workers());
        configuration["River:MaxWorkers:mial"] = null;
        Set("River:MaxWorkers:mail", "5");
        Set("River:MaxWorkers:default", "0");
        Assert.Equal("mail:5", Workers());
        await river.ResizeQueueAsync("mail", 6, Token);
        Set("River:MaxWorkers:mail", "8");
        Assert.Equal("mail:6", Workers());
        await host.StopAsync(Token);
    }

    [Fact]
    public async Task Scaling_that_can_not_work_is_refused_at_the_start()
    {
        await using var database = await TestDatabase.CreateAsync(Database.Sqlite, postgres);
        using var host = Host(
            database,
            new LogRecords(),
            ("River:MinWorkers:mail", "11"),
            ("River:MinWorkers:elsewhere", "1"),
            ("River:BacklogTarget", "00:00:00"),
            ("River:JobTimeouts:mail", "2.00:00:00"),
            ("River:WorkerBudget", "50"));

        var error = await Assert.ThrowsAsync<RiverConfigurationException>(() => host.StartAsync(Token));

        foreach (var text in new[] { "MinWorkers of queue 'mail' is 11; it must be 1 to its MaxWorkers (10)", "'elsewhere', which isn't worked here", "BacklogTarget is 00:00:00", "JobTimeouts is 2.00:00:00", "WorkerBudget is 50, and the queues begin with 110 workers" })
            Assert.Contains(text, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(5, true)]
    [InlineData(6, false)]
    public async Task A_pool_smaller_than_what_a_working_client_holds_is_refused_at_the_start(int size, bool isRefused)
    {
        await using var database = await TestDatabase.CreateAsync(Database.Postgres, postgres);
        await using var source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(database.ConnectionString) { MaxPoolSize = size }.ConnectionString);
        using var host = Host(river => river.UsePostgres(source), new LogRecords());
        using var insertOnly = Host(river => river.UsePostgres(source), new LogRecords(), works: false);

        var error = await Record.ExceptionAsync(() => host.StartAsync(Token));
        await insertOnly.StartAsync(Token);

        if (isRefused)
            Assert.Contains("Raise Maximum Pool Size", Assert.IsType<RiverConfigurationException>(error).Message, StringComparison.Ordinal);
        else
            Assert.Null(error);
        await host.StopAsync(Token);
        await insertOnly.StopAsync(Token);
    }

    private static IHost Host(TestDatabase database, LogRecords logs, params (string Key, string Value)[] settings) =>
        Host(river => river.UseSqlite(database.ConnectionString), logs, works: true, settings);

    private static IHost Host(Action<RiverBuilder> store, LogRecords logs, bool works = true, params (string Key, string Value)[] settings)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddInMemoryCollection(settings.Select(pair => KeyValuePair.Create(pair.Key, (string?)pair.Value)));
        builder.Logging.AddProvider(logs);
        void Configure(RiverBuilder river)
        {
            store(river);
            river.AddManifest(TestManifests.With(WorkerRegistration.ForJob<SendMail>((_, _, _) => Task.CompletedTask)));
        }

        if (works)
            builder.Services.AddRiver(Configure);
        else
            builder.Services.AddRiverClient(Configure);
        return builder.Build();
    }
}
