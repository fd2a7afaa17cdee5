using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using River.TestSupport.Time;

namespace River.EndToEnd;

public sealed class SqliteStoryTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Ten_thousand_jobs_worked_by_two_clients_are_each_completed_exactly_once()
    {
        var folder = Directory.CreateTempSubdirectory("river-story-");
        try
        {
            var connectionString = $"Data Source={Path.Combine(folder.FullName, "river.db")}";
            var first = new MemoryEffects();
            var second = new MemoryEffects();
            using var firstHost = await StartAsync(connectionString, first);
            using var secondHost = await StartAsync(connectionString, second);
            var jobs = firstHost.Services.GetRequiredService<IJobClient>();

            await MixedJobs.EnqueueAsync(jobs, async () => await OpenAsync(connectionString), Token);

            await Eventually.Async(
                async () => (await jobs.ListAsync(new() { States = JobStates.Incomplete, Limit = 1 }, Token)).Count == 0,
                TimeSpan.FromMinutes(6),
                Token);
            await firstHost.StopAsync(Token);
            await secondHost.StopAsync(Token);

            Assert.Equal(MixedJobs.Total, first.Worked.Count + second.Worked.Count);
            Assert.Equal(MixedJobs.Total, first.Worked.Concat(second.Worked).Distinct().Count());
            Assert.NotEmpty(first.Worked);
            Assert.NotEmpty(second.Worked);
            await using var connection = await OpenAsync(connectionString);
            await using var command = connection.CreateCommand();
            command.CommandText = "SELECT count(*) FROM river_job WHERE state = 'completed'";
            Assert.Equal((long)MixedJobs.Total, await command.ExecuteScalarAsync(Token));
        }
        finally
        {
            SqliteConnection.ClearAllPools();
            folder.Delete(recursive: true);
        }
    }

    private static async Task<IHost> StartAsync(string connectionString, IEffects effects)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(effects);
        builder.Services.AddRiver(river => river.UseSqlite(connectionString).MigrateOnStart().AddJobs());
        var host = builder.Build();
        await host.StartAsync(Token);
        return host;
    }

    private static async Task<SqliteConnection> OpenAsync(string connectionString)
    {
        var connection = new SqliteConnection(connectionString);
        await connection.OpenAsync(Token);
        return connection;
    }

    private sealed class MemoryEffects : IEffects
    {
        public ConcurrentBag<long> Worked { get; } = [];

        public Task RecordAsync(long jobId, int attempt, string phase, CancellationToken cancellationToken)
        {
            if (phase == "worked")
                Worked.Add(jobId);
            return Task.CompletedTask;
        }
    }
}
