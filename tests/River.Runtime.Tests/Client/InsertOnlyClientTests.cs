using Microsoft.Extensions.DependencyInjection;
using River.Tests.Harness;
using River.TestSupport.Postgres;
using River.TestSupport.Time;
using Xunit;

namespace River.Tests.Client;

/// <summary>What a process that was set up with <c>AddRiverClient</c> says to those that work.</summary>
public sealed class InsertOnlyClientTests(PostgresFixture postgres)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory, EachStore]
    public async Task Schedules_are_paused_resumed_and_triggered(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var working = TestClient.Create(database, setup =>
        {
            setup.Schedules.Add(ScheduleRegistration.For("yearly", "@yearly", static _ => new Probe(1)));
            setup.Work<Probe>((_, _) => Task.CompletedTask);
        });
        await working.StartAsync();
        await using var services = InsertOnly(database);
        var jobs = services.GetRequiredService<IJobClient>();
        await Eventually.Async(async () => (await jobs.ListPeriodicAsync(Token)).Count == 1, Patience, Token);

        await jobs.PausePeriodicAsync("yearly", Token);
        Assert.True((await working.Jobs.ListPeriodicAsync(Token)).Single().IsPaused);
        await jobs.ResumePeriodicAsync("yearly", Token);
        Assert.False((await working.Jobs.ListPeriodicAsync(Token)).Single().IsPaused);
        await jobs.TriggerPeriodicAsync("yearly", Token);

        await Eventually.Async(async () => (await jobs.ListAsync(new JobFilter { States = JobStates.Completed }, Token)).Count == 1, Patience, Token);
    }

    [Theory, EachStore]
    public async Task Queues_are_paused_and_resumed(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var working = TestClient.Create(database, setup => setup.Work<Probe>((_, _) => Task.CompletedTask));
        await working.StartAsync();
        await using var services = InsertOnly(database);
        var jobs = services.GetRequiredService<IJobClient>();
        await Eventually.Async(async () => await jobs.GetQueueAsync("default", Token) is not null, Patience, Token);

        await jobs.PauseQueueAsync("default", Token);
        await Eventually.Async(() => working.Host.Queues.Single(queue => queue.Name == "default").IsPaused, Patience, Token);
        var id = (await jobs.EnqueueAsync(new Probe(1), cancellationToken: Token)).Job.Id;
        var other = await working.EnqueueAsync(new Probe(2), new EnqueueOptions { Queue = "other" });
        await working.SettledAsync(other, JobState.Completed);
        Assert.Equal(JobState.Available, (await jobs.GetAsync(id, Token))!.State);
        await jobs.ResumeQueueAsync("default", Token);

        await working.SettledAsync(id, JobState.Completed);
    }

    private static ServiceProvider InsertOnly(TestDatabase database) => new ServiceCollection()
        .AddLogging()
        .AddRiverClient(river =>
        {
            if (database.Kind == Database.Sqlite)
                river.UseSqlite(database.ConnectionString);
            else
                river.UsePostgres(database.ConnectionString);
            river.AddManifest(new JobManifest("insert-only") { Jobs = [Probe.Descriptor], Queues = [new("default", 10)] });
        })
        .BuildServiceProvider();
}
