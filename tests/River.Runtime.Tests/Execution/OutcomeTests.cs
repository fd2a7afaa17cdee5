using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using River.Tests.Harness;
using River.TestSupport.Postgres;
using Xunit;

namespace River.Tests.Execution;

/// <summary>What becomes of a job, by what its worker does.</summary>
public sealed class OutcomeTests(PostgresFixture postgres)
{
    [Theory, EachStore]
    public async Task A_worker_that_returns_completes_its_job(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var client = TestClient.Create(database, setup => setup.Work<Probe>((_, _) => Task.CompletedTask));
        await client.StartAsync();

        var row = await client.SettledAsync(await client.EnqueueAsync(new Probe(1)), JobState.Completed);

        Assert.Equal(JobState.Completed, row.State);
        Assert.Equal(1, row.Attempt);
        Assert.NotNull(row.FinalizedAt);
        Assert.Empty(row.Errors);
    }

    [Theory, EachStore]
    public async Task An_error_is_stored_and_retried_after_rivers_wait(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var client = TestClient.Create(database, setup => setup.Work<Probe>((job, _) =>
            throw new InvalidOperationException($"no {job.Args.Number}\0", new FormatException("inner"))));
        // The row is read before the next attempt, however long that takes.
        var isRead = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        client.Store.AfterClaim = claimed =>
        {
            if (claimed.Count > 0)
                client.Store.BeforeClaim = _ => isRead.Task;
        };
        await client.StartAsync();

        // The first wait is one second: available, and not before its time.
        var id = await client.EnqueueAsync(new Probe(3));
        var settlement = await client.Store.SettledAsync(id, JobState.Available);
        var row = await client.GetAsync(id);
        isRead.SetResult();

        var error = Assert.Single(row.Errors);
        Assert.Equal(1, error.Attempt);
        Assert.Equal("System.InvalidOperationException: no 3\uFFFD", error.Error);
        Assert.Contains("inner", error.Trace, StringComparison.Ordinal);
        Assert.InRange(settlement.Delay, TimeSpan.FromSeconds(0.9), TimeSpan.FromSeconds(1.1));
        // What it ran for, and the way to the database, come on top.
        Assert.InRange(row.ScheduledAt - row.AttemptedAt!.Value, TimeSpan.FromSeconds(0.89), TimeSpan.FromSeconds(60));
    }

    [Theory, EachStore]
    public async Task A_wait_of_more_than_five_seconds_is_retryable_and_a_shorter_one_available(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var client = TestClient.Create(database, setup => setup.Work<Opinionated>((_, _) => throw new InvalidOperationException("no")));
        await client.StartAsync();

        var longer = await client.EnqueueAsync(new Opinionated(0, RetrySeconds: 6));
        var shorter = await client.EnqueueAsync(new Opinionated(0, RetrySeconds: 5));

        // As they were written: the shorter one may be worked again by now.
        Assert.Equal(TimeSpan.FromSeconds(6), (await client.Store.SettledAsync(longer, JobState.Retryable)).Delay);
        Assert.Equal(TimeSpan.FromSeconds(5), (await client.Store.SettledAsync(shorter, JobState.Available)).Delay);
    }

    [Theory, EachStore]
    public async Task The_workers_policy_goes_before_the_declared_one_and_that_before_the_clients(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var client = TestClient.Create(database, setup =>
        {
            setup.Work<Opinionated>((_, _) => throw new InvalidOperationException("no"));
            setup.Work<Probe>((_, _) => throw new InvalidOperationException("no"));
            setup.Services = services => services.AddSingleton<IRetryPolicy>(new FixedRetry(TimeSpan.FromMinutes(11)));
        });
        await client.StartAsync();

        var ofWorker = await client.EnqueueAsync(new Opinionated(0, RetrySeconds: 180));
        var declared = await client.EnqueueAsync(new Opinionated(0, RetrySeconds: null));
        var ofClient = await client.EnqueueAsync(new Probe(1));

        Assert.Equal(TimeSpan.FromMinutes(3), (await client.Store.SettledAsync(ofWorker, JobState.Retryable)).Delay);
        Assert.Equal(TimeSpan.FromMinutes(7), (await client.Store.SettledAsync(declared, JobState.Retryable)).Delay);
        Assert.Equal(TimeSpan.FromMinutes(11), (await client.Store.SettledAsync(ofClient, JobState.Retryable)).Delay);
    }

    // river-facts 11.3 topic 29
    [Theory, EachStore]
    public async Task A_policy_that_answers_nonsense_or_throws_falls_back_to_rivers(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        var policy = new ScriptedRetry();
        await using var client = TestClient.Create(database, setup =>
        {
            setup.Work<Probe>((_, _) => throw new InvalidOperationException("no"));
            setup.Services = services => services.AddSingleton<IRetryPolicy>(policy);
        });
        await client.StartAsync();

        foreach (var answer in new Func<TimeSpan>[] { () => TimeSpan.FromTicks(-1), () => TimeSpan.MaxValue, () => throw new FormatException("policy") })
        {
            policy.Answer = answer;
            var settlement = await client.Store.SettledAsync(await client.EnqueueAsync(new Probe(1)), JobState.Available);
            Assert.InRange(settlement.Delay, TimeSpan.FromSeconds(0.9), TimeSpan.FromSeconds(1.1));
        }

        Assert.Contains(client.Logs.All, record => record.Error is FormatException);
    }

    [Theory, EachStore]
    public async Task A_job_is_discarded_when_its_attempts_are_used_up(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var client = TestClient.Create(database, setup => setup.Work<Opinionated>((_, _) => throw new InvalidOperationException("no")));
        await client.StartAsync();

        var id = await client.EnqueueAsync(new Opinionated(0, RetrySeconds: 0), new EnqueueOptions { MaxAttempts = 3 });
        var row = await client.SettledAsync(id, JobState.Discarded);

        Assert.Equal(3, row.Attempt);
        Assert.Equal([1, 2, 3], row.Errors.Select(error => error.Attempt));
        Assert.NotNull(row.FinalizedAt);
    }

    [Theory, EachStore]
    public async Task A_cancel_ends_the_job_whatever_attempts_are_left(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var client = TestClient.Create(database, setup => setup.Work<Probe>((job, _) => throw job.Cancel("customer is gone")));
        await client.StartAsync();

        var row = await client.SettledAsync(await client.EnqueueAsync(new Probe(1)), JobState.Cancelled);

        Assert.Equal("JobCancelError: customer is gone", Assert.Single(row.Errors).Error);
        Assert.DoesNotContain(client.Logs.All, record => record.Error is JobControlException);
    }

    [Theory, EachStore]
    public async Task A_snooze_gives_the_attempt_back_and_counts_itself(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var client = TestClient.Create(database, setup => setup.Work<Probe>((job, _) =>
            throw job.Snooze(job.Args.Number == 0 && Snoozes(job.Row) < 2 ? TimeSpan.Zero : TimeSpan.FromMinutes(5))));
        await client.StartAsync();

        var row = await client.SettledAsync(await client.EnqueueAsync(new Probe(0)), JobState.Scheduled);

        Assert.Equal(0, row.Attempt);
        Assert.Empty(row.Errors);
        Assert.Equal(3, Snoozes(row));
        Assert.InRange(row.ScheduledAt - row.AttemptedAt!.Value, TimeSpan.FromMinutes(4.9), TimeSpan.FromMinutes(5.2));
    }

    // river-facts 11.3 topic 28
    [Theory, EachStore]
    public async Task A_short_snooze_waits_as_available(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var client = TestClient.Create(database, setup => setup.Work<Probe>((job, _) =>
            Snoozes(job.Row) == 0 ? throw job.Snooze(TimeSpan.FromSeconds(3)) : Task.CompletedTask));
        await client.StartAsync();
        var id = await client.EnqueueAsync(new Probe(1));

        var snoozed = await client.Store.SettledAsync(id, JobState.Available);
        var row = await client.SettledAsync(id, JobState.Completed);

        Assert.Equal((TimeSpan.FromSeconds(3), true, null), (snoozed.Delay, snoozed.RestoreAttempt, snoozed.Error));
        Assert.Equal((1, 1, 0), (row.Attempt, Snoozes(row), row.Errors.Count));
        Assert.InRange(row.AttemptedAt!.Value - row.CreatedAt, TimeSpan.FromSeconds(3), TimeSpan.FromMinutes(1));
    }

    [Theory, EachStore]
    public async Task Follow_ups_are_there_once_the_job_is_completed_and_not_when_it_fails(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var client = TestClient.Create(database, setup =>
        {
            setup.Work<Probe>((job, _) =>
            {
                job.Then(new Other(job.Args.Number), new EnqueueOptions { Delay = TimeSpan.FromHours(1) });
                return job.Attempt < 2 ? throw new InvalidOperationException("not yet") : Task.CompletedTask;
            });
            setup.Services = services => services.AddSingleton<IRetryPolicy>(new FixedRetry(TimeSpan.Zero));
        });
        await client.StartAsync();

        await client.SettledAsync(await client.EnqueueAsync(new Probe(8)), JobState.Completed);

        var followUps = await client.Jobs.ListAsync(new JobFilter { Kinds = ["other"] }, TestContext.Current.CancellationToken);
        var row = Assert.Single(followUps);
        Assert.Equal(JobState.Scheduled, row.State);
        Assert.Equal("""{"number":8}""", JsonSerializer.Deserialize<JsonElement>(row.EncodedArgs.Span).GetRawText().Replace(" ", "", StringComparison.Ordinal));
    }

    [Theory, EachStore]
    public async Task What_a_worker_or_a_middleware_enqueues_by_its_client_is_there_at_once_also_when_the_job_fails(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var client = TestClient.Create(database, setup =>
        {
            setup.Extensions.Add(River.Extending.ExtensionRegistration.For(_ => new Extending.Scripted
            {
                Around = static async (context, next, token) =>
                {
                    await context.Client.EnqueueAsync(new Other(1), new EnqueueOptions { Pending = true }, token);
                    await next(token);
                },
            }));
            setup.Work<Probe>(async (job, token) =>
            {
                var id = (await job.Client.EnqueueAsync(new Other(2), new EnqueueOptions { Pending = true }, token)).Job.Id;
                Assert.NotNull(await job.Client.GetAsync(id, token));
                throw job.Cancel("no more");
            });
        });
        await client.StartAsync();

        await client.SettledAsync(await client.EnqueueAsync(new Probe(1)), JobState.Cancelled);

        var rows = await client.Jobs.ListAsync(new JobFilter { Kinds = ["other"] }, TestContext.Current.CancellationToken);
        Assert.Equal([1, 2], rows.Select(row => row.ReadArgs<Other>().Number));
    }

    [Theory, EachStore]
    public async Task Unreadable_arguments_are_an_ordinary_error_and_end_in_a_discard(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var client = TestClient.Create(database, setup =>
        {
            setup.Work<Probe>((_, _) => Task.CompletedTask);
            setup.Services = services => services.AddSingleton<IRetryPolicy>(new FixedRetry(TimeSpan.Zero));
        });
        await client.StartAsync();

        var inserted = await client.Store.Jobs.InsertAsync(
            [new() { Kind = "probe", Queue = "default", Args = """{"number":"seven"}"""u8.ToArray(), MaxAttempts = 2 }],
            transaction: null,
            TestContext.Current.CancellationToken);
        client.Nudge.Nudge("default");
        var row = await client.SettledAsync(inserted[0].Job.Id, JobState.Discarded);

        Assert.Equal(2, row.Errors.Count);
        Assert.All(row.Errors, error => Assert.Contains("$.number", error.Error, StringComparison.Ordinal));
    }

    [Theory, EachStore]
    public async Task A_row_of_an_alias_is_worked_under_its_own_kind(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        var kinds = new List<string>();
        await using var client = TestClient.Create(database, setup => setup.Work<Probe>((job, _) =>
        {
            kinds.Add(job.Kind);
            return Task.CompletedTask;
        }));
        await client.StartAsync();

        var inserted = await client.Store.Jobs.InsertAsync(
            [new() { Kind = "old_probe", Queue = "default", Args = """{"number":1}"""u8.ToArray(), MaxAttempts = 2 }],
            transaction: null,
            TestContext.Current.CancellationToken);
        client.Nudge.Nudge("default");
        await client.SettledAsync(inserted[0].Job.Id, JobState.Completed);

        Assert.Equal(["old_probe"], kinds);
    }

    private static long Snoozes(JobRow row) =>
        row.ReadMetadata().TryGetProperty("snoozes", out var count) ? count.GetInt64() : 0;

    private sealed class ScriptedRetry : IRetryPolicy
    {
        public Func<TimeSpan> Answer { get; set; } = static () => TimeSpan.Zero;

        public TimeSpan NextRetry(JobRow job, Exception error) => Answer();
    }
}
