using Microsoft.Extensions.DependencyInjection;
using River.Tests.Harness;
using River.TestSupport.Postgres;
using River.TestSupport.Time;
using Xunit;

namespace River.Tests.Attempts;

public sealed class ProgressTests(PostgresFixture postgres)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory, EachStore]
    public async Task Progress_shows_while_the_job_runs_and_the_last_value_stays(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        var (reported, go) = (new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        await using var client = TestClient.Create(database, setup =>
        {
            // So that its row is read before the next attempt.
            setup.Services = services => services.AddSingleton<IRetryPolicy>(new FixedRetry(TimeSpan.FromHours(1)));
            setup.Work<Probe>(async (job, _) =>
            {
                await job.ReportProgressAsync(12.5, "begun");
                Assert.Equal((12.5, "begun"), (job.Progress!.Percent, job.Progress.Message));
                reported.SetResult();
                await go.Task;
                await job.ReportProgressAsync(50);
                job.ReportProgress(99.9, "nearly\0");
                throw new InvalidOperationException("not quite");
            });
        });
        await client.StartAsync();
        var id = await client.EnqueueAsync(new Probe(1));
        await reported.Task.WaitAsync(TimeSpan.FromSeconds(30), Token);

        var running = (await client.GetAsync(id)).Progress;
        go.SetResult();
        var row = await client.SettledAsync(id, JobState.Retryable);

        Assert.Equal((12.5, "begun"), (running!.Percent, running.Message));
        Assert.Equal((99.9, "nearly\uFFFD"), (row.Progress!.Percent, row.Progress.Message));
        Assert.True(row.Progress.At >= running.At && running.At.Offset == TimeSpan.Zero);
    }

    [Fact]
    public async Task Progress_is_written_at_most_once_a_second_and_what_was_put_off_afterwards()
    {
        await using var database = await TestDatabase.CreateAsync(Database.Sqlite, postgres);
        var time = new FakeTimeProvider();
        var job = new TaskCompletionSource<Job<Endless>>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var client = TestClient.Create(database, setup =>
        {
            setup.Time = time;
            setup.Work<Endless>(async (running, token) =>
            {
                job.SetResult(running);
                await Task.Delay(Timeout.Infinite, token);
            });
            setup.Options = options => options.SoftStopTimeout = TimeSpan.Zero;
        });
        await client.StartAsync();
        var id = await client.EnqueueAsync(new Endless());
        var under = await job.Task.WaitAsync(TimeSpan.FromSeconds(30), Token);

        await under.ReportProgressAsync(1);
        for (var percent = 2; percent <= 40; percent++)
            Assert.True(under.ReportProgressAsync(percent).IsCompletedSuccessfully);
        Assert.Equal(1, (await client.GetAsync(id)).Progress!.Percent);
        Assert.Single(client.Store.Records);

        time.Advance(TimeSpan.FromSeconds(1));
        await Eventually.Async(() => client.Store.Records.Count == 2, TimeSpan.FromSeconds(30), Token);
        Assert.Equal(40, (await client.GetAsync(id)).Progress!.Percent);

        // Within the advance, if at all.
        var more = 0;
        client.Store.BeforeRecord = (_, _) =>
        {
            Interlocked.Increment(ref more);
            return Task.CompletedTask;
        };
        time.Advance(TimeSpan.FromSeconds(3));
        Assert.Equal((0, 2), (more, client.Store.Records.Count));
    }

    [Fact]
    public async Task Progress_that_cannot_be_written_is_tried_again_and_hurts_nothing()
    {
        await using var database = await TestDatabase.CreateAsync(Database.Sqlite, postgres);
        await using var client = TestClient.Create(database, setup => setup.Work<Probe>(async (job, _) =>
        {
            await job.ReportProgressAsync(10);
            await job.ReportProgressAsync(20);
        }));
        client.Store.BeforeRecord = static (_, _) => throw new InjectedFault("away");
        await client.StartAsync();

        var row = await client.SettledAsync(await client.EnqueueAsync(new Probe(1)), JobState.Completed);

        Assert.Equal(20, row.Progress!.Percent);
        Assert.Empty(row.Errors);
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(-0.001)]
    [InlineData(100.001)]
    [InlineData(double.PositiveInfinity)]
    public async Task Progress_that_is_no_percentage_is_refused(double percent)
    {
        var job = TestJob.For(new Probe(1));

        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => job.ReportProgressAsync(percent));
        Assert.Throws<ArgumentOutOfRangeException>(() => job.ReportProgress(percent));

        Assert.Null(job.Progress);
    }

    [Theory]
    [InlineData("""{}""")]
    [InlineData("""{"river:progress":7}""")]
    [InlineData("""{"river:progress":{"percent":"7","at":"2026-01-01T00:00:00Z"}}""")]
    [InlineData("""{"river:progress":{"percent":7,"at":"soon"}}""")]
    public void What_no_client_writes_is_no_progress(string metadata)
    {
        var job = TestJob.For(new Probe(1), metadata: System.Text.Json.Nodes.JsonNode.Parse(metadata)!.AsObject());

        Assert.Null(job.Row.Progress);
    }
}
