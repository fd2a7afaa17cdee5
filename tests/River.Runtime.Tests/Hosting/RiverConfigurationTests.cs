using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using River.Hosting;
using Xunit;

namespace River.Tests.Hosting;

public sealed class RiverConfigurationTests
{
    [Fact]
    public void Every_option_binds_from_the_section_River()
    {
        (string Key, string Value)[] settings =
        [
            ("River:ClientId", "here"),
            ("River:Schema", "jobs"),
            ("River:JobTimeout", "00:02:00"),
            ("River:MaxAttempts", "7"),
            ("River:PollInterval", "00:00:05"),
            ("River:PollOnly", "true"),
            ("River:RescueAfter", "02:00:00"),
            ("River:RescueInterval", "00:00:10"),
            ("River:SoftStopTimeout", "00:00:20"),
            ("River:StatementTimeout", "00:00:03"),
            ("River:Leadership", "never"),
            ("River:TraceRelation", "parent"),
            ("River:AllowUndeclaredQueues", "true"),
            ("River:MigrateOnStart", "true"),
            ("River:HeartbeatInterval", "00:00:02"),
            ("River:HeartbeatLease", "00:00:09"),
            ("River:StuckThreshold", "00:00:30"),
            ("River:BacklogTarget", "00:00:04"),
            ("River:WorkerBudget", "40"),
            ("River:MinWorkers:mail", "2"),
            ("River:JobTimeouts:mail", "00:03:00"),
            ("River:MaxWorkers:mail", "3"),
        ];
        using var provider = Provider(out _, settings);

        // Those of sections of their own are below.
        Assert.Equal(
            typeof(RiverOptions).GetProperties().Select(property => property.Name).Except(["Retention", "Reindex", "JobLogs"]).Order(StringComparer.Ordinal),
            settings.Select(setting => setting.Key.Split(':')[1]).Order(StringComparer.Ordinal));
        var options = provider.GetRequiredService<IOptions<RiverOptions>>().Value;

        Assert.Equal(("here", "jobs", 7), (options.ClientId, options.Schema, options.MaxAttempts));
        Assert.Equal((TimeSpan.FromMinutes(2), TimeSpan.FromSeconds(5), TimeSpan.FromHours(2)), (options.JobTimeout, options.PollInterval, options.RescueAfter));
        Assert.Equal((TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(3)), (options.RescueInterval, options.SoftStopTimeout, options.StatementTimeout));
        Assert.True(options is { PollOnly: true, AllowUndeclaredQueues: true, MigrateOnStart: true });
        Assert.Equal((Leadership.Never, TraceRelation.Parent), (options.Leadership, options.TraceRelation));
        Assert.Equal((TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(9), TimeSpan.FromSeconds(30)), (options.HeartbeatInterval, options.HeartbeatLease, options.StuckThreshold));
        Assert.Equal((TimeSpan.FromSeconds(4), 40), (options.BacklogTarget, options.WorkerBudget));
        Assert.Equal((3, 2, TimeSpan.FromMinutes(3)), (options.MaxWorkers["mail"], options.MinWorkers["mail"], options.JobTimeouts["mail"]));
    }

    [Fact]
    public void Retention_and_reindexing_bind_with_their_overrides()
    {
        using var provider = Provider(
            out _,
            ("River:Retention:Completed", "01:00:00"),
            ("River:Retention:Discarded", "-00:00:00.001"),
            ("River:Retention:Queues:mail:Completed", "00:00:00"),
            ("River:Retention:Kinds:send_invoice:Cancelled", "30.00:00:00"),
            ("River:Reindex:Enabled", "false"),
            ("River:Reindex:Schedule", "30 3 * * sun"),
            ("River:Reindex:Timeout", "00:10:00"),
            ("River:Reindex:Indexes:0", "river_job_kind"));

        var options = provider.GetRequiredService<IOptions<RiverOptions>>().Value;

        Assert.Equal((TimeSpan.FromHours(1), TimeSpan.FromHours(24), Timeout.InfiniteTimeSpan), (options.Retention.Completed, options.Retention.Cancelled, options.Retention.Discarded));
        Assert.Equal((TimeSpan.Zero, null, null), (options.Retention.Queues["mail"].Completed, options.Retention.Queues["mail"].Cancelled, options.Retention.Queues["mail"].Discarded));
        Assert.Equal(TimeSpan.FromDays(30), options.Retention.Kinds["send_invoice"].Cancelled);
        Assert.Equal((false, "30 3 * * sun", TimeSpan.FromMinutes(10)), (options.Reindex.Enabled, options.Reindex.Schedule, options.Reindex.Timeout));
        Assert.Equal(["river_job_kind"], options.Reindex.Indexes);
    }

    [Fact]
    public void The_logs_of_jobs_bind_and_are_off_by_default()
    {
        using var provider = Provider(out _, ("River:JobLogs:Level", "Warning"), ("River:JobLogs:MaxBytesPerAttempt", "4096"), ("River:JobLogs:MaxBytes", "8192"));
        using var silent = Provider(out _);

        var logs = provider.GetRequiredService<IOptions<RiverOptions>>().Value.JobLogs;
        var defaults = silent.GetRequiredService<IOptions<RiverOptions>>().Value.JobLogs;

        Assert.Equal((LogLevel.Warning, 4_096, 8_192), (logs.Level, logs.MaxBytesPerAttempt, logs.MaxBytes));
        Assert.Equal((LogLevel.None, 2 * 1024 * 1024, 8 * 1024 * 1024), (defaults.Level, defaults.MaxBytesPerAttempt, defaults.MaxBytes));
    }

    [Fact]
    public void For_workers_configuration_goes_before_code_and_a_reload_is_seen()
    {
        using var provider = Provider(out var configuration, ("River:MaxWorkers:mail", "3"), ("River:MaxWorkers:default", "4"));
        var monitor = provider.GetRequiredService<IOptionsMonitor<RiverOptions>>();

        Assert.Equal((3, 4), (monitor.CurrentValue.MaxWorkers["mail"], monitor.CurrentValue.MaxWorkers["default"]));
        configuration["River:MaxWorkers:mail"] = "0";
        configuration.Reload();

        Assert.Equal((0, 4), (monitor.CurrentValue.MaxWorkers["mail"], monitor.CurrentValue.MaxWorkers["default"]));
    }

    [Fact]
    public void Without_a_configuration_the_defaults_stand()
    {
        var services = new ServiceCollection();
        services.AddRiverClient(_ => { });
        using var provider = services.BuildServiceProvider();

        Assert.Equal(25, provider.GetRequiredService<IOptionsMonitor<RiverOptions>>().CurrentValue.MaxAttempts);
        Assert.Empty(provider.GetRequiredService<RiverConfiguration>().Keys);
    }

    private static ServiceProvider Provider(out IConfigurationRoot configuration, params IEnumerable<(string Key, string Value)> values)
    {
        configuration = new ConfigurationBuilder().AddInMemoryCollection(values.Select(pair => KeyValuePair.Create(pair.Key, (string?)pair.Value))).Build();
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(configuration);
        services.AddRiver(river => river.Work("default", maxWorkers: 1));
        return services.BuildServiceProvider();
    }
}
