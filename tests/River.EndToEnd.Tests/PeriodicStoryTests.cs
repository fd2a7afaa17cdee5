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
        // A tick that ran when its process was killed is tried again, at a later time; what counts is the slot that it was inserted for.
        await ScalarAsync(
            """
            CREATE TABLE tick (id text NOT NULL, slot timestamptz NOT NULL);
            CREATE FUNCTION log_tick() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                INSERT INTO tick VALUES (NEW.metadata ->> 'river:periodic_job_id', NEW.scheduled_at);
                RETURN NULL;
            END $$;
            CREATE TRIGGER log_tick AFTER INSERT ON river_job FOR EACH ROW WHEN (NEW.kind = 'tick') EXECUTE FUNCTION log_tick();
            SELECT 1::bigint
            """);
        await using var first = await StartAsync(connectionString);
        await using var second = await StartAsync(connectionString);

        await CountedAsync(Slots / 4);
        await first.KillAsync(Token);
        await CountedAsync(Slots / 2);
        await using var third = await StartAsync(connectionString);
        await second.StopAsync(Token);
        await CountedAsync(Slots * 3 / 4);
        // For a moment nobody runs: those that make up for what they missed do so.
        await third.KillAsync(Token);
        await using var fourth = await StartAsync(connectionString);
        await CountedAsync(Slots);
        await fourth.StopAsync(Token);

        Assert.Equal((long)Schedules, await ScalarAsync("SELECT count(*) FROM river_dotnet_schedule"));
        Assert.Equal("", await ScalarAsync(
            """
            SELECT coalesce(string_agg(concat_ws(' ', id, jobs, slots, first, last, last_slot, declared_at), E'\n'), '') FROM (
                SELECT s.id, count(t.slot) AS jobs, count(DISTINCT t.slot) AS slots, min(t.slot) AS first, max(t.slot) AS last, s.last_slot, s.declared_at
                FROM river_dotnet_schedule s LEFT JOIN tick t ON t.id = s.id
                GROUP BY s.id, s.last_slot, s.declared_at
                HAVING count(t.slot) = 0
                    OR count(t.slot) <> count(DISTINCT t.slot)
                    OR max(t.slot) <> s.last_slot
                    OR min(t.slot) <> date_trunc('second', s.declared_at) + interval '1 second'
                    OR count(t.slot) <> extract(epoch FROM max(t.slot) - min(t.slot)) + 1) wrong
            """));

        Task CountedAsync(int slots) => Eventually.Async(
            async () => (long)await ScalarAsync("SELECT count(*) FROM river_job WHERE kind = 'tick'") >= slots, TimeSpan.FromMinutes(5), Token);

        async Task<object> ScalarAsync(string sql)
        {
            await using var command = dataSource.CreateCommand(sql);
            return (await command.ExecuteScalarAsync(Token))!;
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
