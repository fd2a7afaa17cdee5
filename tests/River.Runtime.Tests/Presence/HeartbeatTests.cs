using River.Storage;
using River.Tests.Harness;
using River.TestSupport.Postgres;
using River.TestSupport.Time;
using Xunit;

namespace River.Tests.Presence;

/// <summary>What a client does that is cut off from its database, frozen, or replaced.</summary>
public sealed class HeartbeatTests(PostgresFixture postgres)
{
    private const int ClientSilent = 1007;
    private const int ClientReplaced = 1009;
    private const int AttemptTaken = 3012;
    private const int OutcomeDropped = 4005;

    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(15);

    /// <summary>So short that a beat is back from the database long before a lease is over.</summary>
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(0.2);

    [Theory, EachStore]
    public async Task Tokens_are_cancelled_when_no_beat_has_succeeded_for_the_lease_and_not_before(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        var time = new FakeTimeProvider();
        var job = new HeldJob();
        await using var client = TestClient.Create(database, setup =>
        {
            setup.Time = time;
            setup.Work<Endless>(job.WorkAsync);
        });
        await client.StartAsync();
        await client.EnqueueAsync(new Endless());
        var token = await job.StartedAsync();
        client.Store.BeforePresence = CutOff;

        time.Advance(Lease - TimeSpan.FromTicks(1));
        Assert.False(token.IsCancellationRequested);
        time.Advance(TimeSpan.FromTicks(1));

        // Timers count whole milliseconds, and the watch may have armed its only now.
        await time.AdvanceUntilAsync(job.CancelledAsync(), TimeSpan.FromMilliseconds(1), Token);
        await LoggedAsync(client, ClientSilent);
        Assert.Contains(client.Logs.All, record => record.Id == AttemptTaken);
    }

    [Theory, EachStore]
    public async Task A_process_that_thaws_cancels_its_tokens_even_if_its_first_beat_succeeds(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        var time = new FakeTimeProvider();
        var job = new HeldJob();
        await using var client = TestClient.Create(database, setup =>
        {
            setup.Time = time;
            setup.Work<Endless>(job.WorkAsync);
        });
        await client.StartAsync();
        var id = await client.EnqueueAsync(new Endless());
        await job.StartedAsync();

        time.Jump(TimeSpan.FromHours(1));

        await job.CancelledAsync();

        // Nobody had taken it, so it is given back as if the attempt had never been.
        await client.Store.SettledAsync(id, JobState.Available);
        Assert.Empty((await client.GetAsync(id)).Errors);
    }

    [Theory, EachStore]
    public async Task Nothing_is_claimed_before_the_first_row_and_while_beats_fail(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        var time = new FakeTimeProvider();
        var claims = 0;
        await using var client = TestClient.Create(database, setup =>
        {
            setup.Time = time;
            setup.Work<Probe>((_, _) => Task.CompletedTask);
        });
        client.Store.BeforeClaim = _ =>
        {
            Interlocked.Increment(ref claims);
            return Task.CompletedTask;
        };
        client.Store.BeforePresence = CutOff;
        await client.StartAsync();
        var first = await client.EnqueueAsync(new Probe(1));
        await Eventually.Async(() => client.Logs.All.Any(record => record.Message.StartsWith("Loop heartbeat", StringComparison.Ordinal)), TimeSpan.FromSeconds(60), Token);
        Assert.Equal(0, claims);
        client.Store.BeforePresence = static () => Task.CompletedTask;
        await time.AdvanceUntilAsync(client.Store.SettledAsync(first, JobState.Completed), Step, Token);

        client.Store.BeforePresence = CutOff;
        time.Advance(Lease);
        await LoggedAsync(client, ClientSilent);
        var before = Volatile.Read(ref claims);
        var second = await client.EnqueueAsync(new Probe(2));
        time.Advance(TimeSpan.FromSeconds(2));
        time.Advance(TimeSpan.FromSeconds(2));

        // A claim that was under way already is given back.
        await Eventually.Async(async () => (await client.GetAsync(second)).State == JobState.Available, TimeSpan.FromSeconds(60), Token);
        Assert.InRange(Volatile.Read(ref claims), before, before + 1);

        client.Store.BeforePresence = static () => Task.CompletedTask;
        await time.AdvanceUntilAsync(client.Store.SettledAsync(second, JobState.Completed), Step, Token);
    }

    [Theory, EachStore]
    public async Task A_job_that_another_has_meanwhile_has_its_token_cancelled_at_the_next_beat_and_its_outcome_dropped(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        var job = new HeldJob();
        ClaimToken claim = default;
        await using var client = TestClient.Create(database, setup =>
        {
            setup.Options = Quick;
            setup.Work<Endless>(job.WorkAsync);
        });
        client.Store.AfterClaim = claimed => claim = claimed.Count > 0 ? claimed[0].Token : claim;
        await client.StartAsync();
        var id = await client.EnqueueAsync(new Endless());
        await job.StartedAsync();

        await client.Store.Inner.Claims.SettleAsync([new Settlement { Token = claim, State = JobState.Discarded }], transaction: null, Token);

        await job.CancelledAsync();
        await LoggedAsync(client, AttemptTaken);
        await LoggedAsync(client, OutcomeDropped);
        Assert.Equal(JobState.Discarded, (await client.GetAsync(id)).State);
    }

    [Theory, EachStore]
    public async Task A_read_that_fails_keeps_from_no_other_job_that_it_is_another_clients(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        var (lost, committed, release) = (new HeldJob(), new TaskCompletionSource(), new TaskCompletionSource());
        var claims = new System.Collections.Concurrent.ConcurrentDictionary<long, ClaimToken>();
        await using var client = TestClient.Create(database, setup =>
        {
            setup.Options = Quick;
            setup.Work<Probe>(async (job, token) =>
            {
                await using (var connection = await database.ConnectAsync())
                await using (var transaction = await connection.BeginTransactionAsync(token))
                {
                    await job.CompleteAsync(transaction, token);
                    await transaction.CommitAsync(token);
                }

                committed.SetResult();
                await release.Task;
            });
            setup.Work<Endless>(lost.WorkAsync);
        });
        client.Store.AfterClaim = claimed =>
        {
            foreach (var job in claimed)
                claims[job.Row.Id] = job.Token;
        };
        // What asks whether a worker has completed its job itself never gets an answer.
        client.Store.ObservedJobs.BeforeGet = static _ => throw new InjectedFault("not now");
        await client.StartAsync();
        await client.EnqueueAsync(new Probe(1));
        await committed.Task.WaitAsync(TimeSpan.FromSeconds(60), Token);
        var id = await client.EnqueueAsync(new Endless());
        await lost.StartedAsync();

        await client.Store.Inner.Claims.SettleAsync([new Settlement { Token = claims[id], State = JobState.Discarded }], transaction: null, Token);

        await lost.CancelledAsync();
        release.SetResult();
    }

    [Theory, EachStore]
    public async Task A_cancel_that_nobody_told_of_reaches_the_job_with_the_next_beat(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        var job = new HeldJob();
        await using var client = TestClient.Create(database, setup =>
        {
            setup.Options = options =>
            {
                options.PollOnly = true;
                Quick(options);
            };
            setup.Work<Endless>(job.WorkAsync);
        });
        await using var other = database.Open(new RiverOptions());
        await client.StartAsync();
        var id = await client.EnqueueAsync(new Endless());
        await job.StartedAsync();

        await other.Jobs.CancelAsync(id, transaction: null, Token);

        Assert.Contains("cancelled remotely", Assert.Single((await client.SettledAsync(id, JobState.Cancelled)).Errors).Error, StringComparison.Ordinal);
    }

    [Theory, EachStore]
    public async Task A_process_whose_name_another_has_taken_works_no_more_and_says_what_to_do(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        var job = new HeldJob();
        var ran = 0;
        void Named(RiverOptions options)
        {
            Quick(options);
            options.ClientId = "twin";
        }

        await using var first = TestClient.Create(database, setup =>
        {
            setup.Options = Named;
            setup.Work<Endless>(job.WorkAsync);
            setup.Work<Probe>((_, _) =>
            {
                Interlocked.Increment(ref ran);
                return Task.CompletedTask;
            });
        });
        await using var second = TestClient.Create(database, setup =>
        {
            setup.Options = Named;
            setup.Work<Probe>((_, _) => Task.CompletedTask);
        });
        await first.StartAsync();
        await first.EnqueueAsync(new Endless());
        await job.StartedAsync();

        await second.StartAsync();

        await job.CancelledAsync();
        await LoggedAsync(first, ClientReplaced);
        Assert.Contains("ClientId of its own", first.Logs.All.First(record => record.Id == ClientReplaced).Message, StringComparison.Ordinal);
        for (var i = 0; i < 20; i++)
            await second.SettledAsync(await second.EnqueueAsync(new Probe(i)), JobState.Completed);
        Assert.Equal(0, ran);
    }

    [Theory, EachStore]
    public async Task A_stop_ends_the_clients_row_so_that_what_it_could_not_write_is_orphaned_at_once(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);

        // The last statement has some tenths of a second, which a busy machine may take. By itself the row would last for 15 s.
        for (var tries = 1; !await IsOrphanedAsync(); tries++)
            Assert.True(tries < 5, "No stop ended its client's row.");

        async Task<bool> IsOrphanedAsync()
        {
            await using var client = TestClient.Create(database, setup => setup.Work<Probe>((_, _) => Task.CompletedTask));
            client.Store.BeforeSettle = static _ => throw new InjectedFault("away");
            await client.StartAsync();
            var id = await client.EnqueueAsync(new Probe(1));
            await LoggedAsync(client, 4001);

            using (var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(1)))
                await client.Engine.StopAsync(deadline.Token);

            return (await client.Store.Inner.Presence.OrphansAsync(expired: true, afterId: 0, 10, Token)).Any(orphan => orphan.Row.Id == id);
        }
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static void Quick(RiverOptions options)
    {
        options.HeartbeatInterval = TimeSpan.FromMilliseconds(200);
        options.HeartbeatLease = TimeSpan.FromSeconds(30);
    }

    private static Task CutOff() => throw new InjectedFault("cut off");

    private static Task LoggedAsync(TestClient client, int id) =>
        Eventually.Async(() => client.Logs.All.Any(record => record.Id == id), TimeSpan.FromSeconds(60), Token);
}
