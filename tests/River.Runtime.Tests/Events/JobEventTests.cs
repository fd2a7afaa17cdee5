using River.Tests.Harness;
using River.TestSupport.Postgres;
using River.TestSupport.Time;
using Xunit;

namespace River.Tests.Events;

/// <summary>What is told of jobs.</summary>
public sealed class JobEventTests(PostgresFixture postgres)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<Database, string, RiverEventKinds, JobState> Outcomes
    {
        get
        {
            var data = new TheoryData<Database, string, RiverEventKinds, JobState>();
            foreach (var kind in new[] { Database.Sqlite, Database.Postgres })
            {
                data.Add(kind, "complete", RiverEventKinds.JobCompleted, JobState.Completed);
                data.Add(kind, "fail", RiverEventKinds.JobFailed, JobState.Available);
                data.Add(kind, "fail for good", RiverEventKinds.JobFailed, JobState.Discarded);
                data.Add(kind, "cancel", RiverEventKinds.JobCancelled, JobState.Cancelled);
                data.Add(kind, "snooze", RiverEventKinds.JobSnoozed, JobState.Scheduled);
                data.Add(kind, "snooze not at all", RiverEventKinds.JobSnoozed, JobState.Available);
            }

            return data;
        }
    }

    // river-facts 11.3 topic 59
    [Theory, MemberData(nameof(Outcomes))]
    public async Task The_end_of_an_attempt_is_told_with_the_row_as_it_was_written(Database database, string ending, RiverEventKinds kind, JobState state)
    {
        await using var made = await TestDatabase.CreateAsync(database, postgres);
        await using var client = TestClient.Create(made, setup => setup.Work<Probe>((job, _) => job.Row.Attempt > 1 || job.Row.ReadMetadata().TryGetProperty("snoozes", out var _) ? Task.CompletedTask : ending switch
        {
            "fail" or "fail for good" => throw new InvalidOperationException("broken"),
            "cancel" => throw job.Cancel("not wanted"),
            "snooze" => throw job.Snooze(TimeSpan.FromHours(1)),
            "snooze not at all" => throw job.Snooze(TimeSpan.Zero),
            _ => Task.CompletedTask,
        }));
        using var events = client.Host.Subscribe(new SubscribeOptions { Kinds = RiverEventKinds.JobOutcomes });
        await client.StartAsync();

        var id = await client.EnqueueAsync(new Probe(1), new EnqueueOptions { MaxAttempts = ending == "fail for good" ? 1 : 5 });
        var told = Assert.IsType<JobOutcomeEvent>(await events.FirstAsync(), exactMatch: false);

        Assert.Equal((kind, id, state), (told.Kind, told.Job.Id, told.Job.State));
        Assert.Equal(state is JobState.Completed or JobState.Discarded or JobState.Cancelled, told.Job.FinalizedAt is not null);
        Assert.Equal(kind == RiverEventKinds.JobSnoozed ? 0 : 1, told.Job.Attempt);
        Assert.Equal(kind is RiverEventKinds.JobFailed or RiverEventKinds.JobCancelled ? 1 : 0, told.Job.Errors.Count);
        Assert.InRange(told.Statistics.QueueWait, TimeSpan.Zero, TimeSpan.FromMinutes(1));
        Assert.InRange(told.Statistics.Run, TimeSpan.FromTicks(1), TimeSpan.FromMinutes(1));
        Assert.InRange(told.Statistics.Completion, TimeSpan.FromTicks(1), TimeSpan.FromMinutes(1));
        if (told is JobFailedEvent failed)
        {
            Assert.Contains("broken", failed.Error.Error, StringComparison.Ordinal);
            Assert.Equal(state != JobState.Discarded, failed.WillRetry);
        }
    }

    [Theory, EachStore]
    public async Task A_job_that_was_handed_back_by_a_stop_is_told_before_the_events_end(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        var started = new TaskCompletionSource();
        await using var client = TestClient.Create(database, setup =>
        {
            setup.Options = options => options.SoftStopTimeout = TimeSpan.Zero;
            setup.Work<Probe>((_, token) =>
            {
                started.TrySetResult();
                return Task.Delay(Timeout.Infinite, token);
            });
        });
        using var events = client.Host.Subscribe();
        await client.StartAsync();
        var id = await client.EnqueueAsync(new Probe(1));
        await started.Task.SoonAsync(Token);

        await client.StopAsync();

        var told = Assert.IsType<JobInterruptedEvent>(Assert.Single(await events.AllAsync()));
        Assert.Equal((id, JobState.Available, 0), (told.Job.Id, told.Job.State, told.Job.Attempt));
    }

    [Theory, EachStore]
    public async Task Nothing_is_told_of_an_outcome_before_it_is_committed(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var client = TestClient.Create(database, setup => setup.Work<Probe>((_, _) => Task.CompletedTask));
        var settling = new TaskCompletionSource();
        var settle = new TaskCompletionSource();
        client.Store.BeforeSettle = _ =>
        {
            settling.TrySetResult();
            return settle.Task;
        };
        using var events = client.Host.Subscribe();
        await client.StartAsync();
        var id = await client.EnqueueAsync(new Probe(1));
        await using var reader = events.GetAsyncEnumerator(Token);
        var first = reader.MoveNextAsync().AsTask();
        await settling.Task.SoonAsync(Token);

        Assert.False(first.IsCompleted);
        settle.SetResult();
        Assert.True(await first.SoonAsync(Token));

        Assert.Equal(id, Assert.IsType<JobCompletedEvent>(reader.Current).Job.Id);
        Assert.Equal(JobState.Completed, (await client.GetAsync(id)).State);
    }

    [Theory, EachStore]
    public async Task An_outcome_whose_first_reply_was_lost_is_told_once_with_its_row(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var client = TestClient.Create(database, setup => setup.Work<Probe>((_, _) => Task.CompletedTask));
        var tries = 0;
        client.Store.AfterSettle = _ => Interlocked.Increment(ref tries) == 1 ? throw new InjectedFault("the reply is lost") : Task.CompletedTask;
        using var events = client.Host.Subscribe();
        await client.StartAsync();
        var id = await client.EnqueueAsync(new Probe(1));
        await Eventually.Async(() => Volatile.Read(ref tries) == 2, TimeSpan.FromSeconds(30), Token);

        await client.StopAsync();

        var told = Assert.IsType<JobCompletedEvent>(Assert.Single(await events.AllAsync()));
        Assert.Equal((id, JobState.Completed), (told.Job.Id, told.Job.State));
    }

    [Theory, EachStore]
    public async Task Rows_are_read_back_only_while_somebody_wants_them(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var client = TestClient.Create(database, setup => setup.Work<Probe>((_, _) => Task.CompletedTask));
        await client.StartAsync();
        using var ofQueues = client.Host.Subscribe(new SubscribeOptions { Kinds = RiverEventKinds.Queues });
        await client.SettledAsync(await client.EnqueueAsync(new Probe(1)), JobState.Completed);
        Assert.Null(Assert.Single(client.Store.Results).Row);

        using (client.Host.Subscribe(new SubscribeOptions { Kinds = RiverEventKinds.JobFailed }))
            await client.SettledAsync(await client.EnqueueAsync(new Probe(2)), JobState.Completed);
        Assert.NotNull(client.Store.Results.Last().Row);

        await client.SettledAsync(await client.EnqueueAsync(new Probe(3)), JobState.Completed);
        Assert.Null(client.Store.Results.Last().Row);
    }

    [Theory]
    [InlineData(Database.Sqlite, false)]
    [InlineData(Database.Sqlite, true)]
    [InlineData(Database.Postgres, false)]
    [InlineData(Database.Postgres, true)]
    public async Task A_job_that_is_taken_away_is_told_as_a_lost_lease_also_when_its_row_is_gone(Database kind, bool isGone)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        var started = new TaskCompletionSource();
        var release = new TaskCompletionSource();
        await using var client = TestClient.Create(database, setup => setup.Work<Probe>((_, _) =>
        {
            started.TrySetResult();
            return release.Task;
        }));
        using var events = client.Host.Subscribe();
        await client.StartAsync();
        var id = await client.EnqueueAsync(new Probe(1));
        await started.Task.SoonAsync(Token);
        // Now: what was finalized long ago would be pruned.
        var now = kind == Database.Sqlite ? "CAST(strftime('%s', 'now') AS INTEGER) * 1000000" : "now()";
        await database.ScalarAsync(isGone ? "DELETE FROM river_job" : $"UPDATE river_job SET state = 'cancelled', finalized_at = {now} WHERE id = {id}");

        release.SetResult();
        var told = await events.FirstAsync();

        Assert.Equal((id, JobState.Running), (Assert.IsType<JobLeaseLostEvent>(told).Job.Id, ((JobEvent)told).Job.State));
        await client.StopAsync();
    }

    [Theory, EachStore]
    public async Task Progress_is_told_as_it_is_reported(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var client = TestClient.Create(database, setup => setup.Work<Probe>((job, _) =>
        {
            job.ReportProgress(25, "begun");
            job.ReportProgress(75, "nearly");
            return Task.CompletedTask;
        }));
        using var events = client.Host.Subscribe(new SubscribeOptions { Kinds = RiverEventKinds.JobProgressed });
        await client.StartAsync();
        var id = await client.EnqueueAsync(new Probe(1));
        await client.SettledAsync(id, JobState.Completed);
        await client.StopAsync();

        var told = (await events.AllAsync()).Cast<JobProgressedEvent>().ToList();
        Assert.Equal(new (long, double, string?)[] { (id, 25, "begun"), (id, 75, "nearly") }, told.Select(progressed => (progressed.Job.Id, progressed.Progress.Percent, progressed.Progress.Message)));
    }
}
