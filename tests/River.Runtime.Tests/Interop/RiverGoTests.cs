using System.Globalization;
using River.Tests.Harness;
using River.TestSupport.Postgres;
using River.TestSupport.Time;
using Xunit;

namespace River.Tests.Interop;

/// <summary>River for Go itself and this client on one database. Skipped where its program isn't: see <see cref="RiverGoClient"/>.</summary>
public sealed class RiverGoTests(PostgresFixture postgres)
{
    private const int Jobs = 200;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_works_what_the_other_enqueued()
    {
        await using var database = await TestDatabase.CreateAsync(Database.Postgres, postgres);
        await using var go = await RiverGoClient.StartAsync(database.ConnectionString);
        var ours = new CountdownEvent(Jobs);
        await using var client = TestClient.Create(database, setup =>
        {
            setup.Queues.Add(new QueueDeclaration("go", External: true));
            setup.Work<Probe>((_, _) =>
            {
                ours.Signal();
                return Task.CompletedTask;
            });
        });
        await client.StartAsync();

        await client.Jobs.EnqueueManyAsync(Enumerable.Range(0, Jobs).Select(number => new Probe(number)), new EnqueueOptions { Queue = "go" }, Token);
        var worked = new List<int>();
        while (worked.Count < Jobs)
            worked.Add(int.Parse((await go.NextAsync())["worked ".Length..], CultureInfo.InvariantCulture));
        Assert.Equal($"inserted {Jobs}", await go.DoAsync($"probes default 0 {Jobs}"));
        Assert.True(ours.Wait(TimeSpan.FromSeconds(30), Token), $"{ours.CurrentCount} of River for Go's jobs weren't worked.");

        Assert.Equal(Enumerable.Range(0, Jobs), worked.Order());
        Assert.Equal(0L, await database.ScalarAsync("SELECT count(*) FROM river_job WHERE attempt > 1 OR errors IS NOT NULL"));
    }

    [Fact]
    public async Task A_unique_job_of_one_is_a_duplicate_for_the_other()
    {
        await using var database = await TestDatabase.CreateAsync(Database.Postgres, postgres);
        await using var go = await RiverGoClient.StartAsync(database.ConnectionString);
        await using var client = TestClient.Create(database, setup =>
        {
            setup.Queues.Add(new QueueDeclaration("nobody", External: true));
            setup.Work<Charge>((_, _) => Task.CompletedTask);
        });
        var options = new EnqueueOptions { Queue = "nobody" };

        var ours = await client.Jobs.EnqueueAsync(new Charge("mine", "1"), options, Token);
        Assert.Equal($"charged {ours.Job.Id} true", await go.DoAsync("charge mine 2"));
        var theirs = await go.DoAsync("charge theirs 1");
        var again = await client.Jobs.EnqueueAsync(new Charge("theirs", "2"), options, Token);

        Assert.EndsWith(" false", theirs, StringComparison.Ordinal);
        Assert.Equal(theirs, $"charged {again.Job.Id} false");
        Assert.True(again.IsDuplicate);
    }

    [Fact]
    public async Task Each_cancels_what_the_other_runs()
    {
        await using var database = await TestDatabase.CreateAsync(Database.Postgres, postgres);
        await using var go = await RiverGoClient.StartAsync(database.ConnectionString);
        var started = new TaskCompletionSource();
        await using var client = TestClient.Create(database, setup =>
        {
            setup.Queues.Add(new QueueDeclaration("go", External: true));
            setup.Work<Endless>(async (_, token) =>
            {
                started.TrySetResult();
                await Task.Delay(Timeout.Infinite, token);
            });
        });
        await client.StartAsync();
        var ours = await client.EnqueueAsync(new Endless());
        await started.Task.SoonAsync(Token);
        var theirs = await client.EnqueueAsync(new Endless(), new EnqueueOptions { Queue = "go" });
        Assert.Equal($"began {theirs}", await go.NextAsync());

        Assert.Equal("cancelled", await go.DoAsync($"cancel {ours}"));
        await client.SettledAsync(ours, JobState.Cancelled);
        await client.Jobs.CancelAsync(theirs, Token);
        await Eventually.Async(async () => (await client.GetAsync(theirs)).State == JobState.Cancelled, Patience, Token);
    }

    [Fact]
    public async Task Each_pauses_and_resumes_the_others_queue()
    {
        await using var database = await TestDatabase.CreateAsync(Database.Postgres, postgres);
        await using var go = await RiverGoClient.StartAsync(database.ConnectionString);
        var worked = 0;
        await using var client = TestClient.Create(database, setup =>
        {
            setup.Queues.Add(new QueueDeclaration("go", External: true));
            setup.Work<Probe>((_, _) =>
            {
                Interlocked.Increment(ref worked);
                return Task.CompletedTask;
            });
        });
        await client.StartAsync();

        await Eventually.Async(async () => await client.Jobs.GetQueueAsync("default", Token) is not null, Patience, Token);
        Assert.Equal("paused", await go.DoAsync("pause default"));
        await Eventually.Async(() => client.Host.Queues.Single(queue => queue.Name == "default").IsPaused, Patience, Token);
        Assert.Equal("inserted 1", await go.DoAsync("probes default 1 1"));
        await client.Jobs.PauseQueueAsync("go", Token);
        Assert.Equal(0, Volatile.Read(ref worked));
        Assert.Equal("resumed", await go.DoAsync("resume default"));
        await Eventually.Async(() => Volatile.Read(ref worked) == 1, Patience, Token);

        // Paused by us since before that job was worked; what is enqueued now stays until it is resumed.
        var id = await client.EnqueueAsync(new Probe(7), new EnqueueOptions { Queue = "go" });
        Assert.Equal("inserted 1", await go.DoAsync("probes default 2 1"));
        await Eventually.Async(() => Volatile.Read(ref worked) == 2, Patience, Token);
        Assert.Equal(JobState.Available, (await client.GetAsync(id)).State);
        await client.Jobs.ResumeQueueAsync("go", Token);
        Assert.Equal("worked 7", await go.NextAsync());
    }

    [Fact]
    public async Task One_leads_and_the_other_takes_over_when_it_stops()
    {
        await using var database = await TestDatabase.CreateAsync(Database.Postgres, postgres);
        await using var go = await RiverGoClient.StartAsync(database.ConnectionString);
        await using var client = TestClient.Create(database, setup => setup.Work<Probe>((_, _) => Task.CompletedTask));
        await Eventually.Async(async () => await client.Jobs.GetLeaderAsync(Token) is not null, Patience, Token);
        await client.StartAsync();
        var id = await client.EnqueueAsync(new Probe(1));
        await client.SettledAsync(id, JobState.Completed);
        Assert.NotEqual(client.Host.ClientId, (await client.Jobs.GetLeaderAsync(Token))!.Id);

        await go.StopAsync();

        await Eventually.Async(async () => (await client.Jobs.GetLeaderAsync(Token))?.Id == client.Host.ClientId, Patience, Token);
    }
}
