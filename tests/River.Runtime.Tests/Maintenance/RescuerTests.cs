using River.Storage;
using River.Tests.Harness;
using River.TestSupport.Postgres;
using River.TestSupport.Time;
using Xunit;

namespace River.Tests.Maintenance;

public sealed class RescuerTests(PostgresFixture postgres)
{
    private static readonly TimeSpan LongAgo = TimeSpan.FromHours(2);

    [Theory, EachStore]
    public async Task A_job_of_a_client_that_vanished_gets_another_attempt(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var client = Rescuing(database, Completing);
        var id = await StrandAsync(client, new Probe(1));
        await client.StartAsync();

        var row = await client.SettledAsync(id, JobState.Available);
        var error = Assert.Single(row.Errors);
        Assert.Equal(("Stuck job rescued by JobRescuer", "", 1), (error.Error, error.Trace, error.Attempt));
        Assert.Equal(1, row.ReadMetadata().GetProperty("river:rescue_count").GetInt32());

        Assert.Equal(2, (await client.SettledAsync(id, JobState.Completed)).Attempt);
    }

    [Theory, EachStore]
    public async Task A_rescue_is_told_with_the_row_as_it_was_written(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var client = Rescuing(database, Completing);
        var id = await StrandAsync(client, new Probe(1), new EnqueueOptions { MaxAttempts = 1 });
        using var events = client.Host.Subscribe(new SubscribeOptions { Kinds = RiverEventKinds.JobRescued });
        await client.StartAsync();

        var row = Assert.IsType<JobRescuedEvent>(await events.FirstAsync()).Job;

        Assert.Equal((id, JobState.Discarded, 1, "Stuck job rescued by JobRescuer"), (row.Id, row.State, row.Attempt, Assert.Single(row.Errors).Error));
        Assert.NotNull(row.FinalizedAt);
    }

    [Theory, EachStore]
    public async Task A_job_in_its_last_attempt_is_discarded(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var client = Rescuing(database, Completing);
        var id = await StrandAsync(client, new Probe(1), new EnqueueOptions { MaxAttempts = 1 });
        await client.StartAsync();

        Assert.Single((await client.SettledAsync(id, JobState.Discarded)).Errors);
    }

    [Theory, EachStore]
    public async Task A_job_that_was_asked_to_be_cancelled_is_cancelled(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var client = Rescuing(database, Completing);
        var id = await StrandAsync(client, new Probe(1));
        await client.Jobs.CancelAsync(id, TestContext.Current.CancellationToken);
        await client.StartAsync();

        Assert.Single((await client.SettledAsync(id, JobState.Cancelled)).Errors);
    }

    [Theory, EachStore]
    public async Task Unknown_kinds_jobs_without_an_end_and_jobs_of_a_longer_timeout_are_left_alone(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var stranger = Rescuing(database, setup =>
        {
            setup.Work<Other>((_, _) => Task.CompletedTask);
            setup.Work<Endless>((_, _) => Task.CompletedTask);
            setup.Work<Opinionated>((_, _) => Task.CompletedTask);
            setup.Work<Probe>((_, _) => Task.CompletedTask);
        });
        var unknown = await StrandAsync(stranger, new Other(1));
        var endless = await StrandAsync(stranger, new Endless());
        var patient = await StrandAsync(stranger, new Opinionated(TimeoutMs: (int)TimeSpan.FromHours(5).TotalMilliseconds, RetrySeconds: null));
        var last = await StrandAsync(stranger, new Probe(1));
        await using var client = Rescuing(database, setup =>
        {
            setup.Work<Endless>((_, _) => Task.CompletedTask);
            setup.Work<Opinionated>((_, _) => Task.CompletedTask);
            setup.Work<Probe>((_, _) => Task.CompletedTask);
        });
        await client.StartAsync();

        // They are looked at in the order of their numbers, so the others have been when the last one is done.
        await client.SettledAsync(last, JobState.Completed);

        foreach (var id in new[] { unknown, endless, patient })
            Assert.Equal(JobState.Running, (await client.GetAsync(id)).State);
    }

    [Theory, EachStore]
    public async Task A_clock_that_is_ahead_takes_no_job_from_a_client_that_still_may_run_it(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var client = Rescuing(database, setup =>
        {
            setup.Time = new ClockAhead(TimeSpan.FromHours(4));
            setup.Work<Opinionated>((_, _) => Task.CompletedTask);
            setup.Work<Probe>((_, _) => Task.CompletedTask);
        });
        var patient = await StrandAsync(client, new Opinionated(TimeoutMs: (int)TimeSpan.FromHours(5).TotalMilliseconds, RetrySeconds: null));
        var last = await StrandAsync(client, new Probe(1));
        await client.StartAsync();

        // They are looked at in the order of their numbers.
        await client.SettledAsync(last, JobState.Available);

        Assert.Equal(JobState.Running, (await client.GetAsync(patient)).State);
    }

    [Theory, EachStore]
    public async Task A_job_is_rescued_when_its_timeout_longer_than_the_threshold_is_over(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var client = Rescuing(database, setup => setup.Work<Opinionated>((_, _) => Task.CompletedTask));
        var id = await StrandAsync(client, new Opinionated(TimeoutMs: (int)TimeSpan.FromMinutes(90).TotalMilliseconds, RetrySeconds: 0));
        await client.StartAsync();

        await client.SettledAsync(id, JobState.Available);
    }

    [Theory, EachStore]
    public async Task Metadata_nested_deep_does_not_keep_a_job_from_its_rescue(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var client = Rescuing(database, Completing);
        var id = await StrandAsync(client, new Probe(1), metadata: $$"""{"deep":{{new string('[', 100)}}{{new string(']', 100)}} }""");
        await client.StartAsync();

        Assert.Equal(1, (await client.SettledAsync(id, JobState.Available)).ReadMetadata().GetProperty("river:rescue_count").GetInt32());
    }

    [Theory, EachStore]
    public async Task A_job_that_this_client_runs_is_not_rescued_from_it(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        var (started, release) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var stranger = Rescuing(database, Completing);
        await using var client = TestClient.Create(database, setup =>
        {
            setup.Options = options =>
            {
                options.RescueAfter = TimeSpan.FromMilliseconds(1);
                options.RescueInterval = TimeSpan.FromMilliseconds(10);
                options.JobTimeout = TimeSpan.FromMilliseconds(0.5);
            };
            setup.Work<Opinionated>((_, _) =>
            {
                started.SetResult();
                return release.Task;
            });
            Completing(setup);
        });
        await client.StartAsync();
        var id = await client.EnqueueAsync(new Opinionated(0, RetrySeconds: null));
        await started.Task.SoonAsync(TestContext.Current.CancellationToken);

        // A later row than the running one is rescued while that runs, so the running one was looked at and passed over.
        await client.SettledAsync(await StrandAsync(stranger, new Probe(1)), JobState.Available);
        release.SetResult();

        Assert.Empty((await client.SettledAsync(id, JobState.Completed)).Errors);
    }

    [Theory, EachStore]
    public async Task Two_rescuers_rescue_a_job_once(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var first = Rescuing(database, Completing);
        await using var second = Rescuing(database, Completing);
        var ids = new List<long>();
        for (var i = 0; i < 20; i++)
            ids.Add(await StrandAsync(first, new Probe(i)));
        await Task.WhenAll(first.StartAsync(), second.StartAsync());

        await Eventually.Async(
            async () => (await first.Jobs.ListAsync(new JobFilter { States = JobStates.Completed }, TestContext.Current.CancellationToken)).Count == ids.Count,
            TimeSpan.FromSeconds(60),
            TestContext.Current.CancellationToken);
        foreach (var id in ids)
            Assert.Equal(1, (await first.GetAsync(id)).ReadMetadata().GetProperty("river:rescue_count").GetInt32());
    }

    private static void Completing(ClientSetup setup) => setup.Work<Probe>((_, _) => Task.CompletedTask);

    private static TestClient Rescuing(TestDatabase database, Action<ClientSetup> configure) => TestClient.Create(database, setup =>
    {
        setup.Queues.Add(new QueueDeclaration("stranded", 10));
        setup.Options = options => options.RescueInterval = TimeSpan.FromMilliseconds(100);
        configure(setup);
    });

    /// <summary>Leaves a job running, as a client does that is killed, two hours ago.</summary>
    private static async Task<long> StrandAsync<TArgs>(TestClient client, TArgs args, EnqueueOptions? options = null, string? metadata = null)
        where TArgs : IJobArgs<TArgs>
    {
        client.Store.Inner.Clock = () => TimeProvider.System.GetUtcNow() - LongAgo;
        var id = (await client.Store.Jobs.InsertAsync([Row(args, options ?? new EnqueueOptions(), metadata)], transaction: null, TestContext.Current.CancellationToken))[0].Job.Id;
        var claimed = await client.Store.Inner.Claims.ClaimAsync(
            new ClaimDemand("vanished", [new QueueDemand("stranded", 1)], [TArgs.Descriptor.Kind]),
            TestContext.Current.CancellationToken);
        client.Store.Inner.Clock = null;
        Assert.Equal(id, Assert.Single(claimed).Row.Id);
        return id;
    }

    private static JobInsert Row<TArgs>(TArgs args, EnqueueOptions options, string? metadata)
        where TArgs : IJobArgs<TArgs> => new()
        {
            Kind = TArgs.Descriptor.Kind,
            Queue = "stranded",
            Args = System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(args, TArgs.Descriptor.TypeInfo),
            MaxAttempts = options.MaxAttempts ?? 25,
            Metadata = metadata is null ? null : System.Text.Encoding.UTF8.GetBytes(metadata),
        };

    private sealed class ClockAhead(TimeSpan by) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + by;
    }
}
