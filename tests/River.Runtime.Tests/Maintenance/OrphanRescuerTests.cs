using System.Text.Json;
using River.Presence;
using River.Storage;
using River.Tests.Harness;
using River.Tests.Presence;
using River.TestSupport.Postgres;
using River.TestSupport.Time;
using Xunit;

namespace River.Tests.Maintenance;

/// <summary>What becomes of the jobs of a process that is gone.</summary>
public sealed class OrphanRescuerTests(PostgresFixture postgres)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void Jobs_of_a_killed_process_are_back_within_30_seconds()
    {
        var options = new RiverOptions();
        var rhythm = new BeatRhythm(options.HeartbeatInterval, options.HeartbeatLease);

        // Killed right after a beat; noticed by the rescuer's next beat after the lease.
        var ofOther = rhythm.Terms.Lease + rhythm.Interval;
        // The rescuer itself: its lease, the next beat of another, the grace, and the beat that finds the rest.
        var ofRescuer = rhythm.Terms.RescueLease + rhythm.Interval + TimeSpan.FromTicks(Math.Max(rhythm.Grace.Ticks, rhythm.Interval.Ticks));
        Assert.InRange(ofOther, TimeSpan.Zero, TimeSpan.FromSeconds(25));
        Assert.InRange(ofRescuer, TimeSpan.Zero, TimeSpan.FromSeconds(25));

        // A database that was away for as long as a rescuer may miss beats has expired nobody else.
        Assert.True(rhythm.Terms.LongestGap + rhythm.Interval < rhythm.Terms.Lease);
        Assert.True(rhythm.Terms.LongestGap > rhythm.Interval);
        Assert.True(rhythm.Grace > rhythm.Interval + BeatRhythm.LongestRetry);
    }

    [Theory, EachStore]
    public async Task A_job_of_a_client_cut_off_runs_at_another_and_its_late_outcome_is_dropped(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        var (held, again) = (new HeldJob(), new TaskCompletionSource<JobRow>());
        // A busy machine must not keep it from beating for so long before it is cut off.
        await using var first = Quick(database, setup => setup.Work<Endless>(held.WorkAsync), "first", lease: TimeSpan.FromSeconds(8));
        await using var second = Quick(database, setup => setup.Work<Endless>((job, _) =>
        {
            again.TrySetResult(job.Row);
            return Task.CompletedTask;
        }), "second");
        await first.StartAsync();
        var id = await first.EnqueueAsync(new Endless());
        await held.StartedAsync();
        await second.StartAsync();

        // Neither beats nor outcomes arrive any more.
        var back = new TaskCompletionSource();
        first.Store.BeforePresence = () => throw new InjectedFault("cut off");
        first.Store.BeforeSettle = _ => back.Task;
        first.Store.BeforeClaim = _ => throw new InjectedFault("cut off");

        var row = await again.Task.WaitAsync(TimeSpan.FromSeconds(60), Token);
        Assert.Equal(2, row.Attempt);
        Assert.Equal("Stuck job rescued by JobRescuer: its client 'first' vanished.", Assert.Single(row.Errors).Error);
        Assert.Equal(1, row.ReadMetadata().GetProperty("river:rescue_count").GetInt32());
        await held.CancelledAsync();
        await second.Store.SettledAsync(id, JobState.Completed);

        back.SetResult();
        await Eventually.Async(() => first.Logs.All.Any(record => record.Id == 4005), TimeSpan.FromSeconds(60), Token);
        Assert.Equal((JobState.Completed, 2), ((await second.GetAsync(id)).State, (await second.GetAsync(id)).Attempt));
    }

    [Theory, EachStore]
    public async Task A_process_that_starts_again_under_its_name_takes_its_jobs_up_at_once(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        var id = await LeaveAsync(database, "worker-1");
        await using var client = TestClient.Create(database, setup =>
        {
            setup.Options = options => options.ClientId = "worker-1";
            setup.Work<Probe>((_, _) => Task.CompletedTask);
        });

        // The dead process's lease, by default 15 s, has just begun; so has somebody else's lease to rescue.
        await using var other = database.Open(new RiverOptions());
        await BeatAsync(other, "another");
        await client.StartAsync();

        var row = await client.SettledAsync(id, JobState.Completed);
        Assert.Equal(2, row.Attempt);
        Assert.Single(row.Errors);
        Assert.DoesNotContain(client.Logs.All, record => record.Id == 1009);
    }

    [Theory]
    [InlineData(Database.Sqlite, true)]
    [InlineData(Database.Sqlite, false)]
    [InlineData(Database.Postgres, true)]
    [InlineData(Database.Postgres, false)]
    public async Task Silent_clients_are_given_their_grace_by_whoever_begins_to_rescue(Database kind, bool beatsAgain)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        var (id, silent) = await LeaveWithStartAsync(database, "silent");
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow() + TimeSpan.FromSeconds(20));
        await using var client = TestClient.Create(database, setup =>
        {
            setup.Time = time;
            // The other one who looks, for jobs that this client alone may end, comes too late to be taken for it.
            setup.Options = options => options.RescueInterval = TimeSpan.FromDays(1);
            setup.Work<Probe>((_, _) => Task.CompletedTask);
        });
        var isTold = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var looks = new TaskCompletionSource<DateTimeOffset>(TaskCreationOptions.RunContinuationsAsynchronously);
        var mayLook = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        client.Store.AfterBeat = result =>
        {
            if (result.HasOrphans)
                isTold.TrySetResult();
        };
        client.Store.BeforeOrphans = expired =>
        {
            if (!expired)
                return Task.CompletedTask;
            looks.TrySetResult(time.GetUtcNow());
            return mayLook.Task;
        };

        // As after a restart of the database: everybody's lease has run out.
        var begun = time.GetUtcNow();
        client.Store.Inner.Clock = time.GetUtcNow;
        await client.StartAsync();
        await isTold.Task.SoonAsync(Token);

        // The grace of 8 s ends between two beats. Small steps: a beat is to be back from the database before the next is due.
        await time.AdvanceUntilAsync(looks.Task, TimeSpan.FromSeconds(0.1), Token);
        Assert.InRange(await looks.Task - begun, TimeSpan.FromSeconds(7.9), TimeSpan.FromSeconds(60));
        Assert.Equal(JobState.Running, (await client.GetAsync(id)).State);
        if (beatsAgain)
            Assert.True((await client.Store.Inner.Presence.BeatAsync(silent, BeatRhythmOf().Terms, [], Token)).IsPresent);
        mayLook.SetResult();

        if (!beatsAgain)
            await client.Store.SettledAsync(id, JobState.Available);
        await Eventually.Async(() => client.Store.LooksForExpired > 0, TimeSpan.FromSeconds(60), Token);
        if (beatsAgain)
            Assert.Equal(JobState.Running, (await client.GetAsync(id)).State);
    }

    [Theory, EachStore]
    public async Task The_third_rescue_quarantines_a_job(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        var id = await LeaveAsync(database, "gone", metadata: """{"river:rescue_count":2,"kept":true}""");
        await using var client = Quick(database, setup => setup.Work<Probe>((_, _) => Task.CompletedTask));
        await client.StartAsync();

        var row = await client.SettledAsync(id, JobState.Discarded);
        Assert.Contains("quarantined", Assert.Single(row.Errors).Error, StringComparison.Ordinal);
        Assert.Equal(
            (3, JsonValueKind.True, JsonValueKind.True),
            (row.ReadMetadata().GetProperty("river:rescue_count").GetInt32(), row.ReadMetadata().GetProperty("river:quarantined").ValueKind, row.ReadMetadata().GetProperty("kept").ValueKind));
        Assert.Equal(1, row.Attempt);

        // As docs/retries.md finds such jobs and brings them back.
        var quarantined = await client.Jobs.ListAsync(new JobFilter { States = JobStates.Discarded, Metadata = new() { ["river:quarantined"] = true } }, Token);
        Assert.Equal(id, Assert.Single(quarantined).Id);
        await client.Jobs.RetryAsync(id, Token);
        await client.SettledAsync(id, JobState.Completed);
    }

    [Theory, EachStore]
    public async Task Rescues_before_an_attempt_that_came_to_an_end_of_its_own_do_not_count_against_a_job(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        var id = await LeaveAsync(database, "gone", metadata: """{"river:rescue_count":2}""");
        var runs = 0;
        await using (var client = TestClient.Create(database, setup => setup.Work<Probe>((job, _) =>
            Interlocked.Increment(ref runs) == 1 ? throw job.Snooze(TimeSpan.Zero) : Interlocked.Increment(ref runs) == 3 ? throw new InvalidOperationException("once") : Task.CompletedTask)))
        {
            IReadOnlyList<ClaimedJob> orphans = [];
            await Eventually.Async(async () => (orphans = await client.Store.Inner.Presence.OrphansAsync(expired: true, 0, 1, Token)).Count > 0, TimeSpan.FromSeconds(60), Token);
            await client.Store.Inner.Claims.SettleAsync([new Settlement { Token = orphans[0].Token, State = JobState.Available }], transaction: null, Token);
            await client.StartAsync();
            await client.SettledAsync(id, JobState.Completed);
        }

        await using var store = database.Open(new RiverOptions());
        var row = await store.Jobs.GetAsync(id, transaction: null, Token);
        Assert.Equal((2, 2), (row!.ReadMetadata().GetProperty("river:rescue_count").GetInt32(), row.ReadMetadata().GetProperty("river:rescues_survived").GetInt32()));

        var again = await LeaveAsync(database, "gone", metadata: """{"river:rescue_count":2,"river:rescues_survived":2}""");
        await using var rescuer = Quick(database, setup => setup.Work<Probe>((_, _) => Task.CompletedTask));
        await rescuer.StartAsync();
        Assert.Equal(3, (await rescuer.SettledAsync(again, JobState.Completed)).ReadMetadata().GetProperty("river:rescue_count").GetInt32());
    }

    [Theory, EachStore]
    public async Task Used_up_attempts_end_a_job_and_a_cancel_asked_for_cancels_it(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        var last = await LeaveAsync(database, "gone", maxAttempts: 1);
        var cancelled = await LeaveAsync(database, "gone", cancel: true);
        await using var client = Quick(database, setup => setup.Work<Probe>((_, _) => Task.CompletedTask));
        await client.StartAsync();

        Assert.Single((await client.SettledAsync(last, JobState.Discarded)).Errors);
        Assert.Single((await client.SettledAsync(cancelled, JobState.Cancelled)).Errors);
    }

    [Theory, EachStore]
    public async Task Rescues_are_told_with_the_rows_as_they_were_written(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        var expected = new Dictionary<long, (JobState State, int Attempt)>
        {
            [await LeaveAsync(database, "gone")] = (JobState.Available, 1),
            [await LeaveAsync(database, "gone", maxAttempts: 1)] = (JobState.Discarded, 1),
            [await LeaveAsync(database, "gone", cancel: true)] = (JobState.Cancelled, 1),
        };
        await using var client = Quick(database, setup => setup.Work<Probe>((_, _) => Task.CompletedTask));
        using var events = client.Host.Subscribe(new SubscribeOptions { Kinds = RiverEventKinds.JobRescued });
        await client.StartAsync();

        var told = (await events.TakeAsync(expected.Count)).Select(one => Assert.IsType<JobRescuedEvent>(one).Job).ToArray();

        Assert.Equal(expected.OrderBy(pair => pair.Key), told.OrderBy(row => row.Id).Select(row => KeyValuePair.Create(row.Id, (row.State, row.Attempt))));
        Assert.All(told, row => Assert.Equal("Stuck job rescued by JobRescuer: its client 'gone' vanished.", Assert.Single(row.Errors).Error));
    }

    [Theory, EachStore]
    public async Task An_orphan_of_an_unknown_kind_is_made_available_but_never_ended(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        var poison = await LeaveAsync(database, "gone", metadata: """{"river:rescue_count":7}""");
        var last = await LeaveAsync(database, "gone", maxAttempts: 1);
        var other = await LeaveAsync(database, "gone");
        await using var stranger = Quick(database, setup => setup.Work<Other>((_, _) => Task.CompletedTask));
        await stranger.StartAsync();

        // They are looked at in the order of their numbers.
        Assert.Single((await stranger.SettledAsync(other, JobState.Available)).Errors);
        Assert.Equal((JobState.Running, JobState.Running), ((await stranger.GetAsync(poison)).State, (await stranger.GetAsync(last)).State));

        // One that knows it ends it, though another one rescues.
        await using var client = Quick(database, setup => setup.Work<Probe>((_, _) => Task.CompletedTask));
        await client.StartAsync();
        await client.SettledAsync(poison, JobState.Discarded);
        await client.SettledAsync(last, JobState.Discarded);
    }

    [Theory, EachStore]
    public async Task A_job_of_a_living_client_is_never_rescued_however_long_it_runs(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        var held = new HeldJob();
        await using var working = TestClient.Create(database, setup => setup.Work<Endless>(held.WorkAsync));
        await using var rescuing = TestClient.Create(database, setup =>
        {
            setup.Options = options =>
            {
                (options.JobTimeout, options.RescueAfter) = (TimeSpan.FromMilliseconds(0.5), TimeSpan.FromMilliseconds(1));
                options.RescueInterval = TimeSpan.FromMilliseconds(10);
            };
            setup.Work<Probe>((_, _) => Task.CompletedTask);
        });
        await working.StartAsync();
        var id = await working.EnqueueAsync(new Endless());
        await held.StartedAsync();
        await rescuing.StartAsync();

        // A later row, of a client that has no heartbeat, is rescued while that runs.
        var stranded = (await rescuing.Store.Jobs.InsertAsync([Row("stranded")], transaction: null, Token))[0].Job.Id;
        await rescuing.Store.Inner.Claims.ClaimAsync(new ClaimDemand("go", [new QueueDemand("stranded", 1)], ["probe"]), Token);
        await rescuing.SettledAsync(stranded, JobState.Available);

        Assert.Equal(JobState.Running, (await working.GetAsync(id)).State);
    }

    private static BeatRhythm BeatRhythmOf() => new(TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(15));

    private static TestClient Quick(TestDatabase database, Action<ClientSetup> configure, string? id = null, TimeSpan? lease = null) => TestClient.Create(database, setup =>
    {
        setup.Options = options =>
        {
            options.ClientId = id;
            options.HeartbeatInterval = TimeSpan.FromMilliseconds(300);
            options.HeartbeatLease = lease ?? TimeSpan.FromSeconds(3);
            options.RescueInterval = TimeSpan.FromMilliseconds(200);
        };
        configure(setup);
    });

    private static JobInsert Row(string queue, int maxAttempts = 25, string? metadata = null) => new()
    {
        Kind = "probe",
        Queue = queue,
        Args = """{"number":1}"""u8.ToArray(),
        MaxAttempts = maxAttempts,
        Metadata = metadata is null ? null : System.Text.Encoding.UTF8.GetBytes(metadata),
    };

    /// <summary>Leaves a job running, as a process does that is killed.</summary>
    private static async Task<long> LeaveAsync(TestDatabase database, string client, int maxAttempts = 25, string? metadata = null, bool cancel = false) =>
        (await LeaveWithStartAsync(database, client, maxAttempts, metadata, cancel)).Id;

    private static async Task<(long Id, ClientStart Start)> LeaveWithStartAsync(TestDatabase database, string client, int maxAttempts = 25, string? metadata = null, bool cancel = false)
    {
        await using var store = database.Open(new RiverOptions());
        var id = (await store.Jobs.InsertAsync([Row("default", maxAttempts, metadata)], transaction: null, Token))[0].Job.Id;
        var start = await store.Presence.EnterAsync(client, TimeSpan.FromSeconds(client == "gone" ? 0.1 : 15), Token);
        Assert.Single(await store.Claims.ClaimAsync(new ClaimDemand(client, [new QueueDemand("default", 1)], ["probe"], start.StartedAt), Token));
        if (cancel)
            await store.Jobs.CancelAsync(id, transaction: null, Token);
        return (id, start);
    }

    private static async Task BeatAsync(JobStore store, string client) =>
        Assert.NotNull((await store.Presence.BeatAsync(await store.Presence.EnterAsync(client, TimeSpan.FromSeconds(15), Token), BeatRhythmOf().Terms, [], Token)).RescuingFor);
}
