using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging.Abstractions;
using River.Hosting;
using River.Supervision;
using River.Tests.Harness;
using River.TestSupport.Postgres;
using River.TestSupport.Time;
using Xunit;

namespace River.Tests.Health;

public sealed class RiverHealthCheckTests(PostgresFixture postgres)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory, EachStore]
    public async Task A_client_that_works_is_healthy_and_tells_how_its_loops_are(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var client = Client(database);
        await client.StartAsync();
        await LeadsAsync(client);

        var entry = await CheckAsync(client);

        Assert.Equal((HealthStatus.Healthy, null), (entry.Status, entry.Description));
        Assert.Equal((true, false), (entry.Data["is_leader"], entry.Data["leader_is_foreign"]));
        foreach (var loop in new[] { "fetcher", "elector", "scheduler", "cleaner", "queue cleaner", "notification cleaner", "reindexer", "listener" })
            Assert.Contains($"loop {loop}: seconds since the last success", entry.Data.Keys);
    }

    [Theory, EachStore]
    public async Task A_client_whose_row_is_not_written_yet_does_not_lead_so_none_of_ours_is_taken_for_a_foreign_leader(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var client = Client(database);
        var mayEnter = new TaskCompletionSource();
        client.Store.BeforePresence = () => mayEnter.Task;
        await client.StartAsync();

        // An election takes some ten milliseconds.
        await Assert.ThrowsAsync<TimeoutException>(() =>
            Eventually.Async(async () => await client.Jobs.GetLeaderAsync(Token) is not null, TimeSpan.FromSeconds(1), Token));
        mayEnter.SetResult();

        await Eventually.Async(async () => await client.Jobs.GetLeaderAsync(Token) is { IsForeign: false }, Patience, Token);
    }

    [Theory, EachStore]
    public async Task A_client_that_was_not_started_or_was_stopped_says_so(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var client = Client(database);
        Assert.Equal(HealthStatus.Unhealthy, (await CheckAsync(client)).Status);
        await client.StartAsync();
        await client.StopAsync();

        var entry = await CheckAsync(client);

        Assert.Equal((HealthStatus.Unhealthy, "The client doesn't work jobs: it hasn't been started yet, its start failed, or it was stopped."), (entry.Status, entry.Description));
    }

    [Theory, EachStore]
    public async Task A_client_whose_name_another_process_has_taken_says_that_it_works_no_more(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        void Twin(ClientSetup setup) => setup.Options = options => (options.ClientId, options.HeartbeatInterval) = ("twin", TimeSpan.FromMilliseconds(100));
        await using var first = Client(database, Twin);
        await using var second = Client(database, Twin);
        await first.StartAsync();
        await first.SettledAsync(await first.EnqueueAsync(new Probe(1)), JobState.Completed);

        await second.StartAsync();
        await Eventually.Async(() => first.Logs.All.Any(record => record.Id == 1009), Patience, Token);

        var entry = await CheckAsync(first);
        Assert.Equal(HealthStatus.Unhealthy, entry.Status);
        Assert.StartsWith("Another process has started with the ClientId 'twin' of this one, which now works no more jobs. Give each process a ClientId of its own", entry.Description, StringComparison.Ordinal);
        await second.SettledAsync(await second.EnqueueAsync(new Probe(2)), JobState.Completed);
        Assert.Equal(HealthStatus.Healthy, (await CheckAsync(second)).Status);
    }

    [Theory, EachStore]
    public async Task A_leader_of_another_library_degrades_and_the_consequence_is_said(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var client = Client(database);
        Assert.NotNull(await client.Store.Inner.Lease.LeadAsync("go_host", TimeSpan.FromMinutes(1), Token));
        await client.StartAsync();

        var entry = await CheckAsync(client);

        Assert.Equal(HealthStatus.Degraded, entry.Status);
        Assert.StartsWith("The leader 'go_host' isn't a client of this library.", entry.Description, StringComparison.Ordinal);
        Assert.Contains("discards running jobs of kinds that it doesn't know", entry.Description, StringComparison.Ordinal);
        Assert.True((await client.Jobs.GetLeaderAsync(Token))!.IsForeign);
        Assert.False(client.Engine.Run!.IsLeader);
    }

    [Theory, EachStore]
    public async Task A_leader_of_this_library_is_not_foreign_to_another_client(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var leader = Client(database);
        await leader.StartAsync();
        await LeadsAsync(leader);
        await using var other = Client(database);
        await other.StartAsync();

        Assert.Equal(HealthStatus.Healthy, (await CheckAsync(other)).Status);
        Assert.Equal(leader.Engine.Run!.ClientId, (await other.Jobs.GetLeaderAsync(Token))!.Id);
        Assert.False(other.Engine.Run!.IsLeader);
    }

    [Theory, EachStore]
    public async Task A_loop_that_keeps_failing_is_named_with_its_error_while_the_others_go_on(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var client = Client(database);
        client.Store.ObservedUpkeep.Before = statement => statement == "PruneJobsAsync" ? throw new InjectedFault("the disk is on fire") : Task.CompletedTask;
        await client.StartAsync();
        await LeadsAsync(client);
        await Eventually.Async(() => client.Logs.All.Count(log => log.Id == 1006) > 1, Patience, Token);
        Assert.Equal(HealthStatus.Healthy, (await CheckAsync(client)).Status);

        await Eventually.Async(async () => (await CheckAsync(client)).Status == HealthStatus.Degraded, Patience, Token);

        var words = (await CheckAsync(client)).Description;
        Assert.Matches("^Loop 'cleaner' has been failing for [0-9]+ s, [0-9]+ times in a row: the disk is on fire. Finalized jobs pile up.$", words);
        var id = await client.EnqueueAsync(new Probe(1), new EnqueueOptions { Delay = TimeSpan.FromMilliseconds(50) });
        await client.SettledAsync(id, JobState.Completed);
    }

    [Theory, EachStore]
    public async Task Jobs_that_run_on_after_their_tokens_fired_are_counted_until_they_end(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var client = Client(database, setup =>
        {
            setup.Options = options => options.StuckThreshold = TimeSpan.FromMilliseconds(50);
            setup.Work<Brief>((_, _) => release.Task);
        });
        await client.StartAsync();
        await LeadsAsync(client);
        var id = await client.EnqueueAsync(new Brief(1));
        await Eventually.Async(() => client.Engine.Run!.Stuck.Count == 1, Patience, Token);

        var entry = await CheckAsync(client);

        Assert.Equal(HealthStatus.Degraded, entry.Status);
        Assert.StartsWith("1 jobs still run although their tokens were cancelled long ago.", entry.Description, StringComparison.Ordinal);
        release.SetResult();
        await client.SettledAsync(id, JobState.Completed);
        Assert.Equal(HealthStatus.Healthy, (await CheckAsync(client)).Status);
    }

    [Fact]
    public async Task A_loop_says_what_is_wrong_with_it()
    {
        var time = new FakeTimeProvider();
        using var stop = new CancellationTokenSource();
        var fails = true;
        var loop = new SupervisedLoop(
            "test",
            token => fails ? throw new InvalidOperationException("turn") : Task.Delay(TimeSpan.FromHours(1), time, token),
            time,
            new Randomness(1),
            NullLogger.Instance,
            quiet: TimeSpan.FromMinutes(1));
        var running = loop.RunAsync(stop.Token);

        await time.WaitForTimersAsync(1, Token);
        Assert.Null(loop.Trouble);
        while (loop.Trouble is null)
            await time.AdvanceToNextTimerAsync(Token);
        Assert.Matches("^has been failing for 1[5-9] s, [0-9]+ times in a row: turn$", loop.Trouble);
        await time.WaitForTimersAsync(1, Token);

        loop.Succeeded();
        Assert.Null(loop.Trouble);
        fails = false;
        await time.AdvanceToNextTimerAsync(Token);
        await time.WaitForTimersAsync(1, Token);
        time.Advance(TimeSpan.FromMinutes(2));
        Assert.StartsWith("has shown no sign of life for 1", loop.Trouble, StringComparison.Ordinal);
        await stop.CancelAsync();
        await running;
    }

    // river-facts 11.3 topic 60
    [Fact]
    public async Task A_database_that_can_not_be_reached_is_unhealthy_with_its_error()
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddRiverClient(river => river.UsePostgres("Host=127.0.0.1;Port=1;Username=nobody").AddManifest(new JobManifest("health-tests") { Jobs = [Probe.Descriptor], Queues = [new("default", 1)] }));
        services.AddHealthChecks().AddRiver();
        await using var provider = services.BuildServiceProvider();

        var report = await provider.GetRequiredService<HealthCheckService>().CheckHealthAsync(Token);

        Assert.Equal(HealthStatus.Unhealthy, report.Status);
        Assert.StartsWith("The database can't be worked with: PostgreSQL at 127.0.0.1:1 can't be reached", report.Entries["river"].Description, StringComparison.Ordinal);
    }

    [Theory, EachStore]
    public async Task When_nobody_leads_for_long_that_is_said(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        var time = new Skew();
        await using var client = Client(database, setup =>
        {
            setup.Time = time;
            setup.Options = options => options.Leadership = Leadership.Never;
        });
        await client.StartAsync();
        Assert.Equal(HealthStatus.Healthy, (await CheckAsync(client)).Status);

        time.Add(TimeSpan.FromSeconds(31));

        var entry = await CheckAsync(client);
        Assert.Equal(HealthStatus.Degraded, entry.Status);
        Assert.Contains("Nobody has led for 3", entry.Description, StringComparison.Ordinal);
        Assert.Null(await client.Jobs.GetLeaderAsync(Token));
    }

    private static TestClient Client(TestDatabase database, Action<ClientSetup>? configure = null) => TestClient.Create(database, setup =>
    {
        setup.Work<Probe>((_, _) => Task.CompletedTask);
        setup.Services = services => services.AddHealthChecks().AddRiver();
        configure?.Invoke(setup);
    });

    private static Task LeadsAsync(TestClient client) => Eventually.Async(() => client.Engine.Run!.IsLeader && client.Engine.Run.Loops.Any(loop => loop.Name == "reindexer"), Patience, Token);

    private static async Task<HealthReportEntry> CheckAsync(TestClient client) =>
        (await client.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(Token)).Entries["river"];
}
