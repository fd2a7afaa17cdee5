using System.Collections.Concurrent;
using System.Data.Common;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Data.Sqlite;
using Npgsql;
using River.Tests.Harness;
using River.TestSupport.Postgres;
using Xunit;

namespace River.Tests.Attempts;

/// <summary>Resumable steps, as workers use them. river-facts 11.3 topic 33.</summary>
public sealed class StepTests(PostgresFixture postgres)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory, EachStore]
    public async Task Steps_that_are_done_are_passed_over_by_the_next_attempt(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        var ran = new ConcurrentQueue<string>();
        await using var client = TestClient.Create(database, setup => setup.Work<Opinionated>(async (job, _) =>
        {
            ran.Enqueue("outside");
            await job.StepAsync("copy", _ => Ran(ran, "copy"));
            await job.StepAsync("check", _ => job.Attempt == 1 ? throw new InvalidOperationException("unchecked") : Ran(ran, "check"));
            await job.StepAsync("send", _ => Ran(ran, "send"));
        }));
        await client.StartAsync();
        var id = await client.EnqueueAsync(new Opinionated(0, RetrySeconds: 0));

        var row = await client.SettledAsync(id, JobState.Completed);

        Assert.Equal(["outside", "copy", "outside", "check", "send"], ran);
        Assert.Contains("unchecked", Assert.Single(row.Errors).Error, StringComparison.Ordinal);
        // A retry of the completed job begins anew.
        Assert.Equal("", row.ReadMetadata().GetProperty("river:resumable_step").GetString());
    }

    [Theory, EachStore]
    public async Task Every_step_is_stored_before_the_next_begins(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var client = TestClient.Create(database, setup => setup.Work<Probe>(async (job, token) =>
        {
            await job.StepAsync("first \"odd\" 🚀", _ => Task.CompletedTask);
            Assert.Equal("first \"odd\" 🚀", Step((await job.Client.GetAsync(job.Id, token))!));
            await job.StepAsync("second", _ => Task.CompletedTask);
            Assert.Equal("second", Step((await job.Client.GetAsync(job.Id, token))!));
        }));
        await client.StartAsync();

        Assert.Empty((await client.SettledAsync(await client.EnqueueAsync(new Probe(1)), JobState.Completed)).Errors);
    }

    [Theory, EachStore]
    public async Task A_job_whose_process_dies_between_steps_resumes_behind_the_last_one(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        var ran = new ConcurrentQueue<string>();
        var between = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        long id;
        await using (var dying = TestClient.Create(database, setup =>
        {
            setup.Options = options => options.SoftStopTimeout = TimeSpan.Zero;
            setup.Work<Endless>(async (job, token) =>
            {
                await job.StepAsync("first", _ => Ran(ran, "first of the dead"));
                between.SetResult();
                await Task.Delay(Timeout.Infinite, token);
            });
        }))
        {
            // As of a process that is killed: nothing that ends an attempt reaches the database any more.
            dying.Store.BeforeSettle = static _ => throw new InjectedFault("killed");
            await dying.StartAsync();
            id = await dying.EnqueueAsync(new Endless());
            await between.Task.WaitAsync(TimeSpan.FromSeconds(30), Token);
        }

        await using var client = TestClient.Create(database, setup => setup.Work<Endless>(async (job, _) =>
        {
            await job.StepAsync("first", _ => Ran(ran, "first"));
            await job.StepAsync("second", _ => Ran(ran, "second"));
        }));
        await client.StartAsync();
        await client.SettledAsync(id, JobState.Completed);

        Assert.Equal(["first of the dead", "second"], ran);
    }

    [Theory, EachStore]
    public async Task A_step_goes_on_from_its_cursor_and_a_done_one_leaves_none(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        var seen = new ConcurrentQueue<long?>();
        await using var client = TestClient.Create(database, setup => setup.Work<Opinionated>(async (job, token) =>
        {
            await job.StepAsync("pages", AttemptJson.Default.Int64, async (cursor, _) =>
            {
                seen.Enqueue(cursor.HasValue ? cursor.Value : null);
                switch (seen.Count)
                {
                    case 1:
                        cursor.SetCursor(10);
                        cursor.SetCursor(11);
                        Assert.Equal(11, cursor.Value);
                        throw new InvalidOperationException("once more");
                    case 2:
                        await cursor.SetCursorAsync(20);
                        Assert.Equal("""{"pages":20}""", Cursor((await job.Client.GetAsync(job.Id, token))!));
                        throw job.Snooze(TimeSpan.Zero);
                }
            });
            Assert.Equal("null", Cursor((await job.Client.GetAsync(job.Id, token))!));
        }));
        await client.StartAsync();

        var row = await client.SettledAsync(await client.EnqueueAsync(new Opinionated(0, RetrySeconds: 0)), JobState.Completed);

        Assert.Equal([null, 11L, 20L], seen);
        Assert.Contains("once more", Assert.Single(row.Errors).Error, StringComparison.Ordinal);
    }

    [Theory, EachStore]
    public async Task A_name_that_comes_twice_fails_the_job_also_while_steps_are_passed_over(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var client = TestClient.Create(database, setup => setup.Work<Opinionated>(async (job, _) =>
        {
            await job.StepAsync("copy", _ => Task.CompletedTask);
            await job.StepAsync("done", _ => Task.CompletedTask);
            try
            {
                await job.StepAsync("copy", _ => Task.CompletedTask);
            }
            catch (RepeatedStepException error)
            {
                // The attempt fails with it all the same.
                Assert.Equal(("opinionated", "copy"), (error.Kind, error.Step));
            }
        }));
        await client.StartAsync();

        var row = await client.SettledAsync(await client.EnqueueAsync(new Opinionated(0, RetrySeconds: 0), new EnqueueOptions { MaxAttempts = 2 }), JobState.Discarded);

        Assert.All(row.Errors, error => Assert.StartsWith("River.RepeatedStepException", error.Error, StringComparison.Ordinal));
        Assert.Equal("done", Step(row));
    }

    [Theory, EachStore]
    public async Task A_stored_step_that_the_worker_does_not_have_fails_the_job_and_runs_nothing(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        var ran = new ConcurrentQueue<string>();
        await using var client = TestClient.Create(database, setup => setup.Work<Opinionated>((job, _) => job.StepAsync("renamed", _ => Ran(ran, "renamed"))));
        var id = await client.EnqueueAsync(new Opinionated(0, RetrySeconds: 3600));
        await database.ScalarAsync($$"""UPDATE river_job SET metadata = '{"river:resumable_step": "copy"}' WHERE id = {{id}}""");
        await client.StartAsync();

        var row = await client.SettledAsync(id, JobState.Retryable);

        Assert.StartsWith("River.StepNotFoundException: Job 'opinionated' was interrupted behind its step 'copy'", Assert.Single(row.Errors).Error, StringComparison.Ordinal);
        Assert.Empty(ran);
        Assert.Equal("copy", Step(row));
    }

    [Theory, EachStore]
    public async Task What_River_for_Go_has_stored_is_resumed_and_what_is_stored_is_Rivers(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        var ran = new ConcurrentQueue<string>();
        await using var client = TestClient.Create(database, setup => setup.Work<Opinionated>(async (job, _) =>
        {
            await job.StepAsync("one", _ => Ran(ran, "one"));
            await job.StepAsync("two", _ => Ran(ran, "two"));
            await job.StepAsync("three", AttemptJson.Default.Int64, async (cursor, _) =>
            {
                await Ran(ran, $"three from {cursor.Value}");
                cursor.SetCursor(cursor.Value + 1);
                throw new InvalidOperationException("later");
            });
        }));
        var id = await client.EnqueueAsync(new Opinionated(0, RetrySeconds: 3600));
        await database.ScalarAsync("UPDATE river_job SET metadata = '{\"river:resumable_step\": \"two\", \"river:resumable_cursor\": {\"three\": 41, \"other\": {\"a\": 1}}}'");
        await client.StartAsync();

        var row = await client.SettledAsync(id, JobState.Retryable);

        Assert.Equal(["three from 41"], ran);
        Assert.True(JsonElement.DeepEquals(
            JsonElement.Parse("""{"river:resumable_step":"two","river:resumable_cursor":{"three":42,"other":{"a":1}}}"""), row.ReadMetadata()), $"{row.ReadMetadata()}");
    }

    [Theory, EachStore]
    public async Task A_job_that_was_lost_is_interrupted_at_its_next_step_and_its_outcome_refused(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        var (begun, stolen) = (new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        var seen = new TaskCompletionSource<(bool Cancelled, Interruption Why, Exception Error)>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var client = TestClient.Create(database, setup => setup.Work<Endless>(async (job, token) =>
        {
            await job.StepAsync("first", _ => Task.CompletedTask);
            begun.SetResult();
            await stolen.Task;
            try
            {
                await job.StepAsync("second", _ => Task.CompletedTask);
            }
            catch (OperationCanceledException error)
            {
                seen.SetResult((token.IsCancellationRequested, job.Interruption, error));
            }
        }));
        await client.StartAsync();
        var id = await client.EnqueueAsync(new Endless());
        await begun.Task.WaitAsync(TimeSpan.FromSeconds(30), Token);

        await database.ScalarAsync($"UPDATE river_job SET attempt = attempt + 1 WHERE id = {id}");
        stolen.SetResult();

        var (cancelled, why, _) = await seen.Task.WaitAsync(TimeSpan.FromSeconds(30), Token);
        Assert.True(cancelled);
        Assert.Equal(Interruption.LeaseLost, why);
        await TestSupport.Time.Eventually.Async(() => client.Store.Results.Any(result => !result.Accepted), TimeSpan.FromSeconds(30), Token);
        var row = await client.GetAsync(id);
        Assert.Equal((JobState.Running, 2, "first"), (row.State, row.Attempt, Step(row)));
    }

    [Theory, EachStore]
    public async Task A_step_that_the_database_was_too_far_away_for_is_stored_with_the_outcome(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        var ran = new ConcurrentQueue<string>();
        var away = true;
        await using var client = TestClient.Create(database, setup => setup.Work<Opinionated>(async (job, _) =>
        {
            await job.StepAsync("one", _ => Ran(ran, "one"));
            await job.StepAsync("two", _ => Ran(ran, "two"));
        }));
        client.Store.BeforeRecord = (_, _) => away ? throw new InjectedFault("away", isTransient: false) : Task.CompletedTask;
        await client.StartAsync();
        var id = await client.EnqueueAsync(new Opinionated(0, RetrySeconds: 1));
        await client.Store.SettledAsync(id, JobState.Available);
        away = false;

        await client.SettledAsync(id, JobState.Completed);

        Assert.Equal(["one", "two"], ran);
    }

    [Theory, EachStore]
    public async Task A_fault_that_passes_hurts_no_step(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        var faults = 2;
        await using var client = TestClient.Create(database, setup => setup.Work<Probe>((job, _) => job.StepAsync("one", _ => Task.CompletedTask)));
        client.Store.BeforeRecord = (_, _) => Interlocked.Decrement(ref faults) >= 0 ? throw new InjectedFault("reset") : Task.CompletedTask;
        await client.StartAsync();

        Assert.Empty((await client.SettledAsync(await client.EnqueueAsync(new Probe(1)), JobState.Completed)).Errors);
    }

    [Fact]
    public async Task A_server_that_is_silent_for_once_hurts_no_step()
    {
        await using var database = await TestDatabase.CreateAsync(Database.Postgres, postgres);
        var faults = 1;
        await using var client = TestClient.Create(database, setup => setup.Work<Probe>((job, _) => job.StepAsync("one", _ => Task.CompletedTask)));
        // What a statement ends with that takes all its time.
        client.Store.BeforeRecord = (_, _) => Interlocked.Decrement(ref faults) >= 0 ? throw new OperationCanceledException() : Task.CompletedTask;
        await client.StartAsync();

        Assert.Empty((await client.SettledAsync(await client.EnqueueAsync(new Probe(1)), JobState.Completed)).Errors);
    }

    [Theory]
    [InlineData(Database.Sqlite, true)]
    [InlineData(Database.Sqlite, false)]
    [InlineData(Database.Postgres, true)]
    [InlineData(Database.Postgres, false)]
    public async Task A_step_in_a_transaction_is_done_exactly_when_that_commits(Database kind, bool commit)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await using var client = TestClient.Create(database, setup => setup.Work<Opinionated>(async (job, token) =>
        {
            await job.StepAsync("before", _ => Task.CompletedTask);
            await using DbConnection connection = kind == Database.Sqlite ? new SqliteConnection($"{database.ConnectionString};Pooling=False") : new NpgsqlConnection(database.ConnectionString);
            await connection.OpenAsync(token);
            await using (var transaction = await connection.BeginTransactionAsync(token))
            {
                await job.StepAsync("within", transaction, _ => Task.CompletedTask);
                if (!commit)
                    throw new InvalidOperationException("rolled back");
                await transaction.CommitAsync(token);
            }

            throw new InvalidOperationException("committed");
        }));
        await client.StartAsync();

        var row = await client.SettledAsync(await client.EnqueueAsync(new Opinionated(0, RetrySeconds: 3600)), JobState.Retryable);

        Assert.Equal(commit ? "within" : "before", Step(row));
        Assert.Contains(commit ? "committed" : "rolled back", Assert.Single(row.Errors).Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Database.Sqlite, true)]
    [InlineData(Database.Sqlite, false)]
    [InlineData(Database.Postgres, true)]
    [InlineData(Database.Postgres, false)]
    public async Task A_cursor_in_a_transaction_moves_exactly_when_that_commits(Database kind, bool commit)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        await database.ScalarAsync("CREATE TABLE effect (page integer)");
        await using var client = TestClient.Create(database, setup => setup.Work<Opinionated>((job, token) => job.StepAsync("pages", AttemptJson.Default.Int64, async (cursor, _) =>
        {
            await cursor.SetCursorAsync(10);
            await using DbConnection connection = kind == Database.Sqlite ? new SqliteConnection($"{database.ConnectionString};Pooling=False") : new NpgsqlConnection(database.ConnectionString);
            await connection.OpenAsync(token);
            await using var transaction = await connection.BeginTransactionAsync(token);
            await using var command = connection.CreateCommand();
            (command.Transaction, command.CommandText) = (transaction, "INSERT INTO effect VALUES (20)");
            await command.ExecuteNonQueryAsync(token);
            await cursor.SetCursorAsync(20, transaction);
            Assert.Equal("""{"pages":10}""", Cursor((await job.Client.GetAsync(job.Id, token))!));
            if (!commit)
                throw new InvalidOperationException("rolled back");
            await transaction.CommitAsync(token);
            throw new InvalidOperationException("committed");
        })));
        await client.StartAsync();

        var row = await client.SettledAsync(await client.EnqueueAsync(new Opinionated(0, RetrySeconds: 3600)), JobState.Retryable);

        Assert.Contains(commit ? "committed" : "rolled back", Assert.Single(row.Errors).Error, StringComparison.Ordinal);
        Assert.Equal(commit ? """{"pages":20}""" : """{"pages":10}""", Cursor(row));
        Assert.Equal(commit ? 1L : 0L, Convert.ToInt64(await database.ScalarAsync("SELECT count(*) FROM effect"), null));
    }

    private static Task Ran(ConcurrentQueue<string> ran, string step)
    {
        ran.Enqueue(step);
        return Task.CompletedTask;
    }

    private static string? Step(JobRow row) => row.ReadMetadata().GetProperty("river:resumable_step").GetString();

    private static string Cursor(JobRow row) => JsonNode.Parse(row.ReadMetadata().GetProperty("river:resumable_cursor").GetRawText())?.ToJsonString() ?? "null";
}
