using River.Tests.Harness;
using River.TestSupport.Postgres;
using River.TestSupport.Time;
using Xunit;

namespace River.Tests.Attempts;

/// <summary>Why a worker's token fired, as the worker and the stored error tell it.</summary>
public sealed class InterruptionTests(PostgresFixture postgres)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory, EachStore]
    public async Task A_worker_sees_that_its_time_is_over_and_the_error_says_so(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        var time = new FakeTimeProvider();
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var seen = new TaskCompletionSource<(Interruption Before, Interruption After)>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var client = TestClient.Create(database, setup =>
        {
            setup.Time = time;
            setup.Work<Opinionated>(async (job, token) =>
            {
                var before = job.Interruption;
                begun.SetResult();
                await Task.Delay(Timeout.Infinite, token).ContinueWith(static _ => { }, TaskScheduler.Default);
                seen.SetResult((before, job.Interruption));
                throw new IOException("The pipe broke.");
            });
        });
        await client.StartAsync();

        var id = await client.EnqueueAsync(new Opinionated(TimeoutMs: 1000, RetrySeconds: 3600));
        await begun.Task.SoonAsync(Token);
        time.Advance(TimeSpan.FromSeconds(1));
        var row = await client.SettledAsync(id, JobState.Retryable);

        Assert.Equal((Interruption.None, Interruption.Timeout), await seen.Task);
        Assert.Equal("System.IO.IOException: The pipe broke. (after its timeout of 00:00:01)", Assert.Single(row.Errors).Error);
    }

    [Theory, EachStore]
    public async Task A_worker_sees_that_somebody_cancelled_its_job(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var seen = new TaskCompletionSource<Interruption>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var client = TestClient.Create(database, setup => setup.Work<Endless>(async (job, token) =>
        {
            begun.SetResult();
            await Task.Delay(Timeout.Infinite, token).ContinueWith(static _ => { }, TaskScheduler.Default);
            seen.SetResult(job.Interruption);
            token.ThrowIfCancellationRequested();
        }));
        await client.StartAsync();
        var id = await client.EnqueueAsync(new Endless());
        await begun.Task.WaitAsync(TimeSpan.FromSeconds(30), Token);

        await client.Jobs.CancelAsync(id, Token);

        Assert.Equal(Interruption.RemoteCancel, await seen.Task.WaitAsync(TimeSpan.FromSeconds(30), Token));
        var row = await client.SettledAsync(id, JobState.Cancelled);
        Assert.Contains("cancelled remotely", Assert.Single(row.Errors).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_worker_sees_that_its_client_stops()
    {
        await using var database = await TestDatabase.CreateAsync(Database.Sqlite, postgres);
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var seen = new TaskCompletionSource<Interruption>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var client = TestClient.Create(database, setup =>
        {
            // However long the machine takes to run on: nothing is handed back by this clock.
            setup.Time = new FakeTimeProvider();
            setup.Options = options => options.SoftStopTimeout = TimeSpan.Zero;
            setup.Work<Endless>(async (job, token) =>
            {
                begun.SetResult();
                await Task.Delay(Timeout.Infinite, token).ContinueWith(static _ => { }, TaskScheduler.Default);
                seen.SetResult(job.Interruption);
                throw new IOException("The pipe broke.");
            });
        });
        await client.StartAsync();
        var id = await client.EnqueueAsync(new Endless());
        await begun.Task.WaitAsync(TimeSpan.FromSeconds(30), Token);

        await client.StopAsync();

        Assert.Equal(Interruption.Stop, await seen.Task);
        Assert.EndsWith("(after the client began to stop)", Assert.Single((await client.GetAsync(id)).Errors).Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_test_can_say_why_its_job_is_interrupted() =>
        Assert.Equal(Interruption.Stop, TestJob.For(new Probe(1), interruption: Interruption.Stop).Interruption);
}
