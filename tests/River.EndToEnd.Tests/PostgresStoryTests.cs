using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using River.TestSupport.Postgres;
using River.TestSupport.Time;

[assembly: AssemblyFixture(typeof(PostgresFixture))]

namespace River.EndToEnd;

public sealed class PostgresStoryTests(PostgresFixture postgres)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Ten_thousand_jobs_worked_by_two_processes_are_each_completed_exactly_once()
    {
        await using var story = await StartAsync();
        await using var first = await WorkerProcess.StartAsync(story.ConnectionString, rescueAfterSeconds: 60, Token);
        await using var second = await WorkerProcess.StartAsync(story.ConnectionString, rescueAfterSeconds: 60, Token);

        await MixedJobs.EnqueueAsync(story.Jobs, async () => await story.DataSource.OpenConnectionAsync(Token), Token);

        await story.FinishedAsync();
        await first.StopAsync(Token);
        await second.StopAsync(Token);
        Assert.Equal(MixedJobs.Total, await story.Oracle.CountAsync("SELECT count(*) FROM river_job WHERE state = 'completed'", Token));
        Assert.Equal(0, await story.Oracle.NotWorkedOnceAsync(Token));
        Assert.Equal(0, await story.Oracle.FinishedTwiceAsync(Token));
        Assert.Equal(0, await story.Oracle.ForbiddenTransitionsAsync(Token));
        Assert.Equal(2, await story.Oracle.CountAsync("SELECT count(DISTINCT attempted_by) FROM transition WHERE new_state = 'running'", Token));
    }

    [Fact]
    public async Task A_job_whose_process_is_killed_runs_again_and_no_completed_one_does()
    {
        await using var story = await StartAsync();
        // The first process never takes a job for lost or for late; the other one soon does.
        await using var doomed = await WorkerProcess.StartAsync(story.ConnectionString, rescueAfterSeconds: 60, Token);
        await story.Jobs.EnqueueManyAsync(Enumerable.Range(0, 500).Select(number => new CountJob(number)), cancellationToken: Token);
        await story.FinishedAsync();
        var held = await story.Jobs.EnqueueManyAsync(Enumerable.Range(0, 3).Select(number => new HoldJob(number)), cancellationToken: Token);
        await Eventually.Async(async () => await story.Oracle.CountAsync("SELECT count(*) FROM fx WHERE phase = 'started'", Token) == held.Count, TimeSpan.FromMinutes(2), Token);

        await doomed.KillAsync(Token);
        await using var heir = await WorkerProcess.StartAsync(story.ConnectionString, rescueAfterSeconds: 11, Token);

        await story.FinishedAsync();
        await heir.StopAsync(Token);
        Assert.Equal(503, await story.Oracle.CountAsync("SELECT count(*) FROM river_job WHERE state = 'completed'", Token));
        Assert.Equal(0, await story.Oracle.NotWorkedOnceAsync(Token));
        Assert.Equal(0, await story.Oracle.FinishedTwiceAsync(Token));
        Assert.Equal(3, await story.Oracle.CountAsync("SELECT count(*) FROM river_job WHERE kind = 'hold' AND attempt = 2", Token));
        Assert.Equal(500, await story.Oracle.CountAsync("SELECT count(*) FROM river_job WHERE kind = 'count' AND attempt = 1", Token));
    }

    private async Task<Story> StartAsync()
    {
        var connectionString = await postgres.CreateDatabaseAsync(cancellationToken: Token);
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddRiverClient(river => river.UsePostgres(connectionString).MigrateOnStart().AddJobs());
        var host = builder.Build();
        await host.StartAsync(Token);
        var dataSource = NpgsqlDataSource.Create(connectionString);
        var oracle = new PostgresOracle(dataSource);
        await oracle.InstallAsync(Token);
        return new Story(connectionString, host, dataSource, oracle);
    }

    private sealed class Story(string connectionString, IHost host, NpgsqlDataSource dataSource, PostgresOracle oracle) : IAsyncDisposable
    {
        public string ConnectionString => connectionString;

        public NpgsqlDataSource DataSource => dataSource;

        public PostgresOracle Oracle => oracle;

        public IJobClient Jobs { get; } = host.Services.GetRequiredService<IJobClient>();

        public Task FinishedAsync() =>
            Eventually.Async(async () => await oracle.UnfinishedAsync(Token) == 0, TimeSpan.FromMinutes(6), Token);

        public async ValueTask DisposeAsync()
        {
            await host.StopAsync();
            host.Dispose();
            await dataSource.DisposeAsync();
        }
    }
}
