using System.Data.Common;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using River.Storage;
using River.Tests.Harness;
using River.TestSupport.Postgres;
using River.TestSupport.Time;
using Xunit;

namespace River.Tests.Execution;

// river-facts 11.3 topic 31
public sealed class CompleteInTransactionTests(PostgresFixture postgres)
{
    private const int OutcomeDropped = 4005;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory, EachStore]
    public async Task A_committed_completion_stands_and_the_executors_own_writes_nothing(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await database.ScalarAsync("CREATE TABLE effect (n integer)");
        await using var client = TestClient.Create(database, setup => setup.Work<Probe>(async (job, token) =>
        {
            job.Then(new Other(7));
            await using var connection = await database.ConnectAsync();
            await using var transaction = await connection.BeginTransactionAsync(token);
            await ExecuteAsync(transaction, "INSERT INTO effect VALUES (1)");
            Assert.False(job.IsCompleted);
            await job.CompleteAsync(transaction, token);
            Assert.True(job.IsCompleted);
            Assert.Throws<InvalidOperationException>(() => job.Then(new Other(8)));
            await transaction.CommitAsync(token);
        }));
        await client.StartAsync();

        var id = await client.EnqueueAsync(new Probe(1));
        await client.Store.SettledAsync(id, JobState.Completed);
        await client.StopAsync();

        var row = await client.GetAsync(id);
        Assert.Equal((JobState.Completed, 1, 0), (row.State, row.Attempt, row.Errors.Count));
        Assert.Single(await client.Jobs.ListAsync(new JobFilter { Kinds = ["other"] }, Token));
        Assert.Equal(1L, Convert.ToInt64(await database.ScalarAsync("SELECT count(*) FROM effect"), null));
        Assert.Equal([true, false], client.Store.Results.Select(result => result.Accepted));
        Assert.DoesNotContain(client.Logs.All, record => record.Level >= LogLevel.Warning);
    }

    [Theory, EachStore]
    public async Task A_job_whose_stored_step_its_worker_does_not_have_is_not_completed(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var client = TestClient.Create(database, setup => setup.Work<Probe>(async (job, token) =>
        {
            await job.StepAsync("renamed", _ => Task.CompletedTask);
            await using var connection = await database.ConnectAsync();
            await using var transaction = await connection.BeginTransactionAsync(token);
            await job.CompleteAsync(transaction, token);
            await transaction.CommitAsync(token);
        }));
        var row = new JobInsert { Kind = "probe", Queue = "default", Args = """{"number":1}"""u8.ToArray(), MaxAttempts = 25, Metadata = """{"river:resumable_step":"charge"}"""u8.ToArray() };
        var id = (await client.Store.Jobs.InsertAsync([row], transaction: null, Token))[0].Job.Id;
        await client.StartAsync();

        await client.Store.SettledAsync(id, JobState.Available);

        Assert.Contains("charge", Assert.Single((await client.GetAsync(id)).Errors).Error, StringComparison.Ordinal);
    }

    [Theory, EachStore]
    public async Task After_a_rollback_the_job_is_completed_when_its_worker_returns(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var client = TestClient.Create(database, setup => setup.Work<Probe>(async (job, token) =>
        {
            job.Then(new Other(7));
            await RollBackAsync(database, job, token);
            Assert.Equal(JobState.Running, (await job.Client.GetAsync(job.Id, token))!.State);
        }));
        await client.StartAsync();

        var id = await client.EnqueueAsync(new Probe(1));
        await client.Store.SettledAsync(id, JobState.Completed);
        await client.StopAsync();

        Assert.Equal(JobState.Completed, (await client.GetAsync(id)).State);
        Assert.Single(await client.Jobs.ListAsync(new JobFilter { Kinds = ["other"] }, Token));
    }

    [Theory, EachStore]
    public async Task After_a_rollback_the_job_fails_as_its_worker_does(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var client = TestClient.Create(database, setup => setup.Work<Opinionated>(async (job, token) =>
        {
            job.Then(new Other(7));
            await RollBackAsync(database, job, token);
            throw new InvalidOperationException("after all");
        }));
        await client.StartAsync();

        var row = await client.SettledAsync(await client.EnqueueAsync(new Opinionated(TimeoutMs: 0, RetrySeconds: 600)), JobState.Retryable);

        Assert.Contains("after all", Assert.Single(row.Errors).Error, StringComparison.Ordinal);
        Assert.Empty(await client.Jobs.ListAsync(new JobFilter { Kinds = ["other"] }, Token));
    }

    [Theory, EachStore]
    public async Task After_a_rollback_the_completion_by_another_attempt_is_not_taken_for_the_workers_own(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        TestClient? self = null;
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var client = TestClient.Create(database, setup => setup.Work<Probe>(async (job, token) =>
        {
            if (job.Attempt == 1)
            {
                await RollBackAsync(database, job, token);
                await RescueAsync(self!, job);
                await Eventually.Async(async () => (await self!.GetAsync(job.Id)).State == JobState.Completed, TimeSpan.FromSeconds(30), Token);
                done.SetResult();
            }
        }));
        self = client;
        using var events = client.Host.Subscribe(new SubscribeOptions { Kinds = RiverEventKinds.JobOutcomes | RiverEventKinds.JobLeaseLost });
        await client.StartAsync();

        await client.EnqueueAsync(new Probe(1));
        await done.Task.WaitAsync(TimeSpan.FromSeconds(30), Token);
        await client.StopAsync();

        var told = new List<RiverEvent>();
        await foreach (var happened in events.WithCancellation(Token))
            told.Add(happened);
        Assert.Equal(2, Assert.Single(told.OfType<JobCompletedEvent>()).Job.Attempt);
        Assert.Equal(1, Assert.Single(told.OfType<JobLeaseLostEvent>()).Job.Attempt);
        Assert.Contains(client.Logs.All, record => record.Id == OutcomeDropped);
    }

    [Theory, EachStore]
    public async Task After_a_rollback_a_job_that_another_attempt_completed_is_lost_to_this_one_by_the_next_beat(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        TestClient? self = null;
        var interruption = new TaskCompletionSource<Interruption>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var client = TestClient.Create(database, setup =>
        {
            setup.Options = options => options.HeartbeatInterval = TimeSpan.FromMilliseconds(100);
            setup.Work<Probe>(async (job, token) =>
            {
                if (job.Attempt > 1)
                    return;
                await RollBackAsync(database, job, token);
                await RescueAsync(self!, job);
                await Task.Delay(Timeout.Infinite, token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                interruption.SetResult(job.Interruption);
            });
        });
        self = client;
        await client.StartAsync();

        await client.EnqueueAsync(new Probe(1));

        Assert.Equal(Interruption.LeaseLost, await interruption.Task.WaitAsync(TimeSpan.FromSeconds(30), Token));
    }

    [Theory, EachStore]
    public async Task After_a_rollback_a_step_of_an_attempt_that_was_lost_says_so(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        TestClient? self = null;
        var thrown = new TaskCompletionSource<Exception?>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var client = TestClient.Create(database, setup => setup.Work<Probe>(async (job, token) =>
        {
            if (job.Attempt > 1)
                return;
            await RollBackAsync(database, job, token);
            await RescueAsync(self!, job);
            await Eventually.Async(async () => (await self!.GetAsync(job.Id)).State == JobState.Completed, TimeSpan.FromSeconds(30), Token);
            thrown.SetResult(await Record.ExceptionAsync(() => job.StepAsync("late", _ => Task.CompletedTask)));
        }));
        self = client;
        await client.StartAsync();

        await client.EnqueueAsync(new Probe(1));

        Assert.IsAssignableFrom<OperationCanceledException>(await thrown.Task.WaitAsync(TimeSpan.FromSeconds(30), Token));
    }

    [Theory, EachStore]
    public async Task What_a_worker_throws_after_its_commit_does_not_undo_the_completion(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var client = TestClient.Create(database, setup => setup.Work<Probe>(async (job, token) =>
        {
            await CommitAsync(database, job, token);
            throw new InvalidOperationException("too late");
        }));
        await client.StartAsync();

        var id = await client.EnqueueAsync(new Probe(1));
        await client.Store.SettledAsync(id, JobState.Completed);
        await client.StopAsync();

        Assert.Equal((JobState.Completed, 0), ((await client.GetAsync(id)).State, (await client.GetAsync(id)).Errors.Count));
        Assert.DoesNotContain(client.Logs.All, record => record.Message.Contains("Lease lost", StringComparison.Ordinal));
    }

    // river-facts 11.3 topic 32
    [Theory]
    [InlineData(Database.Sqlite, true)]
    [InlineData(Database.Sqlite, false)]
    [InlineData(Database.Postgres, true)]
    [InlineData(Database.Postgres, false)]
    public async Task What_the_job_recorded_goes_with_its_completion_and_after_a_rollback_with_its_end(Database kind, bool commit)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var client = TestClient.Create(database, setup => setup.Work<Probe>(async (job, token) =>
        {
            job.SetOutput("so far");
            job.SetMetadata("pages", 3);
            job.ReportProgress(50, "half");
            await using var connection = await database.ConnectAsync();
            await using var transaction = await connection.BeginTransactionAsync(token);
            await job.CompleteAsync(transaction, token);
            var within = (await job.Client.In(transaction).GetAsync(job.Id, token))!;
            Assert.Equal((JobState.Completed, "so far", 3), (within.State, within.ReadOutput()?.GetString(), within.ReadMetadata().GetProperty("pages").GetInt32()));
            Assert.Null((await job.Client.GetAsync(job.Id, token))!.ReadOutput());
            if (commit)
                await transaction.CommitAsync(token);
            else
                await transaction.RollbackAsync(token);
            if (!commit)
                job.SetOutput("at last");
        }));
        await client.StartAsync();

        var id = await client.EnqueueAsync(new Probe(1));
        await client.Store.SettledAsync(id, JobState.Completed);
        await client.StopAsync();

        var row = await client.GetAsync(id);
        Assert.Equal((JobState.Completed, commit ? "so far" : "at last", 3), (row.State, row.ReadOutput()?.GetString(), row.ReadMetadata().GetProperty("pages").GetInt32()));
        Assert.Equal((50d, "half"), (row.Progress!.Percent, row.Progress.Message));
    }

    [Theory, EachStore]
    public async Task A_completion_in_a_transaction_is_told_like_any_other(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var client = TestClient.Create(database, setup => setup.Work<Probe>(async (job, token) =>
        {
            await CommitAsync(database, job, token);
            if (job.Args.Number == 2)
                throw new InvalidOperationException("too late");
        }));
        using var events = client.Host.Subscribe(new SubscribeOptions { Kinds = RiverEventKinds.JobOutcomes });
        await client.StartAsync();

        long[] ids = [await client.EnqueueAsync(new Probe(1)), await client.EnqueueAsync(new Probe(2))];
        var told = (await events.TakeAsync(ids.Length)).Select(happened => Assert.IsType<JobCompletedEvent>(happened).Job).ToArray();

        Assert.All(told, job => Assert.Equal(JobState.Completed, job.State));
        Assert.Equal(ids, told.Select(job => job.Id).Order());
    }

    [Theory, EachStore]
    public async Task A_claim_that_is_lost_is_said_by_type_and_a_second_completion_is_one(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        var errors = new List<JobClaimLostException>();
        TestClient? self = null;
        await using var client = TestClient.Create(database, setup => setup.Work<Probe>(async (job, token) =>
        {
            if (job.Args.Number == 1)
            {
                await using var connection = await database.ConnectAsync();
                await using var transaction = await connection.BeginTransactionAsync(token);
                await job.CompleteAsync(transaction, token);
                errors.Add(await Assert.ThrowsAsync<JobClaimLostException>(() => job.CompleteAsync(transaction, token)));
                await transaction.RollbackAsync(token);

                // As an execution strategy would try again.
                await CommitAsync(database, job, token);
                return;
            }

            await self!.Store.Inner.Claims.SettleAsync(
                [new Settlement { Token = new ClaimToken(job.Id, job.Attempt, job.Row.AttemptedAt!.Value), State = JobState.Discarded }], transaction: null, token);
            errors.Add(await Assert.ThrowsAsync<JobClaimLostException>(() => CommitAsync(database, job, token)));
        }));
        self = client;
        await client.StartAsync();

        var first = await client.EnqueueAsync(new Probe(1));
        // Twice by its worker, once more after the rollback, and by its executor: nothing of it is left to happen.
        await Eventually.Async(() => client.Store.Results.Count >= 4, TimeSpan.FromSeconds(60), Token);
        var second = await client.EnqueueAsync(new Probe(2));
        await Eventually.Async(() => client.Store.Results.Count >= 5, TimeSpan.FromSeconds(60), Token);
        await client.StopAsync();

        Assert.Equal([(first, JobState.Completed), (second, JobState.Discarded)], errors.Select(error => (error.JobId, error.State)));
        Assert.Equal((JobState.Completed, JobState.Discarded), ((await client.GetAsync(first)).State, (await client.GetAsync(second)).State));
    }

    [Theory, EachStore]
    public async Task A_worker_may_go_on_after_its_commit_for_as_long_as_it_likes(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        var committed = new TaskCompletionSource<CancellationToken>();
        var release = new TaskCompletionSource();
        var lost = new TaskCompletionSource();
        var beats = 0;
        await using var client = TestClient.Create(database, setup =>
        {
            setup.Options = options => options.HeartbeatInterval = TimeSpan.FromMilliseconds(100);
            setup.Work<Probe>(async (job, token) =>
            {
                await CommitAsync(database, job, token);
                committed.TrySetResult(token);
                await release.Task;
            });
        });
        client.Store.AfterBeat = result =>
        {
            // The second beat that finds it is past all that the first one did about it.
            if (result.Lost.Count > 0 && ++beats == 2)
                lost.TrySetResult();
        };
        await client.StartAsync();

        var id = await client.EnqueueAsync(new Probe(1));
        var work = await committed.Task.WaitAsync(TimeSpan.FromSeconds(30), Token);
        await lost.Task.WaitAsync(TimeSpan.FromSeconds(30), Token);

        Assert.False(work.IsCancellationRequested);
        release.SetResult();
        await client.StopAsync();
        Assert.Equal(JobState.Completed, (await client.GetAsync(id)).State);
    }

    // SQLite's transaction keeps everybody else from writing.
    [Fact]
    public async Task A_transaction_that_is_committed_after_the_worker_has_returned_counts_all_the_same()
    {
        await using var database = await TestDatabase.CreateAsync(Database.Postgres, postgres);
        await using var connection = await database.ConnectAsync();
        await using var transaction = await connection.BeginTransactionAsync(Token);
        await using var client = TestClient.Create(database, setup => setup.Work<Probe>((job, token) =>
        {
            job.Then(new Other(7));
            return job.CompleteAsync(transaction, token);
        }));
        await client.StartAsync();

        var id = await client.EnqueueAsync(new Probe(1));
        await Eventually.Async(() => client.Logs.All.Any(record => record.Message.Contains("wait for rows", StringComparison.Ordinal)), TimeSpan.FromSeconds(30), Token);
        Assert.Equal(JobState.Running, (await client.GetAsync(id)).State);
        await transaction.CommitAsync(Token);
        await client.StopAsync();

        Assert.Equal(JobState.Completed, (await client.GetAsync(id)).State);
        Assert.Single(await client.Jobs.ListAsync(new JobFilter { Kinds = ["other"] }, Token));
    }

    [Fact]
    public async Task In_a_workers_test_the_completion_is_noted_only()
    {
        var job = TestJob.For(new Probe(1));
        await using var connection = new SqliteConnection("Data Source=:memory:");
        await connection.OpenAsync(Token);
        await using var transaction = await connection.BeginTransactionAsync(Token);

        await job.CompleteAsync(transaction, Token);

        Assert.True(job.IsCompleted);
        await Assert.ThrowsAsync<ArgumentNullException>(() => job.CompleteAsync(null!, Token));
    }

    private static async Task CommitAsync<TArgs>(TestDatabase database, Job<TArgs> job, CancellationToken token)
    {
        await using var connection = await database.ConnectAsync();
        await using var transaction = await connection.BeginTransactionAsync(token);
        await job.CompleteAsync(transaction, token);
        await transaction.CommitAsync(token);
    }

    /// <summary>As the rescue of a client that went silent does.</summary>
    private static Task RescueAsync<TArgs>(TestClient client, Job<TArgs> job) =>
        client.Store.Inner.Claims.SettleAsync(
            [new Settlement { Token = new ClaimToken(job.Id, job.Attempt, job.Row.AttemptedAt!.Value), State = JobState.Available }], transaction: null, Token);

    private static async Task RollBackAsync<TArgs>(TestDatabase database, Job<TArgs> job, CancellationToken token)
    {
        await using var connection = await database.ConnectAsync();
        await using var transaction = await connection.BeginTransactionAsync(token);
        await job.CompleteAsync(transaction, token);
        await transaction.RollbackAsync(token);
    }

    private static async Task ExecuteAsync(DbTransaction transaction, string text)
    {
        await using var command = transaction.Connection!.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = text;
        await command.ExecuteNonQueryAsync(Token);
    }
}
