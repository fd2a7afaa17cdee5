using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using River.TestSupport.Postgres;
using River.TestSupport.Time;

namespace River.EndToEnd;

/// <summary>A thousand slots on the machine's clock, with processes that are killed, stopped and replaced.</summary>
public sealed class PeriodicStoryTests(PostgresFixture postgres)
{
    private const int Schedules = 40;
    private const int Slots = 1_000;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_thousand_slots_over_killed_stopped_and_replaced_processes_yield_one_job_each()
    {
        var connectionString = await postgres.CreateDatabaseAsync(cancellationToken: Token);
        await using var dataSource = NpgsqlDataSource.Create(connectionString);
        using var host = await ClientAsync(connectionString);
        await using var first = await StartAsync(connectionString);
        await using var second = await StartAsync(connectionString);

        await CountedAsync(Slots / 4);
        await first.KillAsync(Token);
        await CountedAsync(Slots / 2);
        await using var third = await StartAsync(connectionString);
        Assert.EndsWith("stopped\n", await second.StopAsync(Token), StringComparison.Ordinal);
        await CountedAsync(Slots * 3 / 4);
        // For a moment nobody runs: those that make up for what they missed do so.
        await third.KillAsync(Token);
        await using var fourth = await StartAsync(connectionString);
        await CountedAsync(Slots);
        Assert.EndsWith("stopped\n", await fourth.StopAsync(Token), StringComparison.Ordinal);

        Assert.Equal(Schedules, await ScalarAsync("SELECT count(*) FROM river_dotnet_schedule"));
        Assert.Equal(0, await ScalarAsync(
            """
            SELECT count(*) FROM (
                SELECT j.metadata ->> 'river:periodic_job_id'
                FROM river_job j JOIN river_dotnet_schedule s ON s.id = j.metadata ->> 'river:periodic_job_id'
                WHERE j.kind = 'tick'
                GROUP BY 1, s.last_slot, s.declared_at
                HAVING count(*) <> count(DISTINCT j.scheduled_at)
                    OR max(j.scheduled_at) <> s.last_slot
                    OR min(j.scheduled_at) <> date_trunc('second', s.declared_at) + interval '1 second'
                    OR count(*) <> extract(epoch FROM max(j.scheduled_at) - min(j.scheduled_at)) + 1) wrong
            """));

        Task CountedAsync(int slots) => Eventually.Async(
            async () => await ScalarAsync("SELECT count(*) FROM river_job WHERE kind = 'tick'") >= slots, TimeSpan.FromMinutes(2), Token);

        async Task<long> ScalarAsync(string sql)
        {
            await using var command = dataSource.CreateCommand(sql);
            return (long)(await command.ExecuteScalarAsync(Token))!;
        }
    }

    private static Task<WorkerProcess> StartAsync(string connectionString) =>
        WorkerProcess.StartAsync(connectionString, rescueAfterSeconds: 60, Token, Schedules);

    private static async Task<IHost> ClientAsync(string connectionString)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddRiverClient(river => river.UsePostgres(connectionString).MigrateOnStart().AddJobs());
        var host = builder.Build();
        await host.StartAsync(Token);
        return host;
    }
}
