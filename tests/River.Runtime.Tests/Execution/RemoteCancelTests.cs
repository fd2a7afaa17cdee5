using Microsoft.Extensions.DependencyInjection;
using River.Storage;
using River.Tests.Harness;
using River.TestSupport.Postgres;
using River.TestSupport.Time;
using Xunit;

namespace River.Tests.Execution;

public sealed class RemoteCancelTests(PostgresFixture postgres)
{
    [Theory, EachStore]
    public async Task A_running_job_is_told_by_its_token_and_ends_as_cancelled(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        var started = new TaskCompletionSource();
        await using var worker = TestClient.Create(database, setup => setup.Work<Probe>(async (_, token) =>
        {
            started.TrySetResult();
            await Task.Delay(Timeout.Infinite, token);
        }));
        await using var other = TestClient.Create(database, setup => setup.Work<Probe>((_, _) => Task.CompletedTask));
        await worker.StartAsync();
        var id = await worker.EnqueueAsync(new Probe(1));
        await started.Task.SoonAsync(TestContext.Current.CancellationToken);

        await other.Jobs.CancelAsync(id, TestContext.Current.CancellationToken);
        var row = await worker.SettledAsync(id, JobState.Cancelled);

        Assert.Equal("JobCancelError: job cancelled remotely", Assert.Single(row.Errors).Error);
        Assert.True(row.ReadMetadata().TryGetProperty("cancel_attempted_at", out _));
    }

    [Theory, EachStore]
    public async Task Without_notifications_a_cancel_from_the_same_process_arrives(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        var started = new TaskCompletionSource();
        await using var client = TestClient.Create(database, setup =>
        {
            setup.Options = options => options.PollOnly = true;
            setup.Work<Probe>(async (_, token) =>
            {
                started.TrySetResult();
                await Task.Delay(Timeout.Infinite, token);
            });
        });
        await client.StartAsync();
        var id = await client.EnqueueAsync(new Probe(1));
        await started.Task.SoonAsync(TestContext.Current.CancellationToken);

        await client.Jobs.CancelAsync(id, TestContext.Current.CancellationToken);

        Assert.Equal(JobState.Cancelled, (await client.SettledAsync(id, JobState.Cancelled)).State);
    }

    [Theory, EachStore]
    public async Task A_cancel_that_overtakes_the_answer_to_the_claim_is_not_lost(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        TestClient? self = null;
        await using var client = TestClient.Create(database, setup =>
        {
            // No heartbeat tells of it in time.
            setup.Options = options =>
            {
                options.HeartbeatInterval = TimeSpan.FromMinutes(5);
                options.HeartbeatLease = TimeSpan.FromMinutes(30);
            };
            setup.Work<Probe>((_, token) => Task.Delay(Timeout.Infinite, token));
        });
        self = client;
        client.Store.AfterClaim = claimed =>
        {
            // Committed, and not known to the client yet.
            foreach (var job in claimed)
                self.Jobs.CancelAsync(job.Row.Id, CancellationToken.None).GetAwaiter().GetResult();
        };
        await client.StartAsync();

        var row = await client.SettledAsync(await client.EnqueueAsync(new Probe(1)), JobState.Cancelled);

        Assert.Equal("JobCancelError: job cancelled remotely", Assert.Single(row.Errors).Error);
    }

    [Theory, EachStore]
    public async Task A_job_that_ends_well_after_a_cancel_was_asked_for_is_completed(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        var started = new TaskCompletionSource();
        await using var client = TestClient.Create(database, setup => setup.Work<Probe>(async (_, token) =>
        {
            started.TrySetResult();
            await Task.Delay(Timeout.Infinite, token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }));
        await client.StartAsync();
        var id = await client.EnqueueAsync(new Probe(1));
        await started.Task.SoonAsync(TestContext.Current.CancellationToken);

        await client.Jobs.CancelAsync(id, TestContext.Current.CancellationToken);

        Assert.Empty((await client.SettledAsync(id, JobState.Completed)).Errors);
    }

    [Theory, EachStore]
    public async Task A_notification_that_no_row_bears_out_cancels_nothing(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        var started = new TaskCompletionSource<CancellationToken>();
        var release = new TaskCompletionSource();
        await using var client = TestClient.Create(database, setup => setup.Work<Probe>((_, token) =>
        {
            started.TrySetResult(token);
            return release.Task;
        }));
        await client.StartAsync();
        var id = await client.EnqueueAsync(new Probe(1));
        var token = await started.Task.SoonAsync(TestContext.Current.CancellationToken);

        var reads = 0;
        var isDecided = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        client.Store.ObservedJobs.BeforeGet = read =>
        {
            // They are looked into one after another: with the second look the first is over.
            if (read == id && Interlocked.Increment(ref reads) == 2)
                isDecided.SetResult();
            return Task.CompletedTask;
        };
        client.Nudge.CancelRequested(id);
        client.Nudge.CancelRequested(id);
        await isDecided.Task.SoonAsync(TestContext.Current.CancellationToken);

        Assert.False(token.IsCancellationRequested);
        release.SetResult();
        await client.SettledAsync(id, JobState.Completed);
    }

    [Theory, EachStore]
    public async Task A_cancel_asked_for_is_not_lost_when_the_attempt_ends_in_a_short_wait(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var client = TestClient.Create(database, setup => setup.Work<Probe>(async (job, services, _) =>
        {
            await services.GetRequiredService<JobStore>().Jobs.CancelAsync(job.Id, transaction: null, CancellationToken.None);
            throw job.Snooze(TimeSpan.Zero);
        }));
        await client.StartAsync();

        Assert.Equal(JobState.Cancelled, (await client.SettledAsync(await client.EnqueueAsync(new Probe(1)), JobState.Cancelled)).State);
    }
}
