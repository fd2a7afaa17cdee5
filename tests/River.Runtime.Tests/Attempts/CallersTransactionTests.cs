using System.Data;
using System.Data.Common;
using System.Diagnostics;
using Microsoft.Data.Sqlite;
using Npgsql;
using River.Tests.Harness;
using River.TestSupport.Postgres;
using River.TestSupport.Time;
using Xunit;

namespace River.Tests.Attempts;

/// <summary>What an attempt writes by itself must not get into the way of its worker's own transaction.</summary>
public sealed class CallersTransactionTests(PostgresFixture postgres)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("step")]
    [InlineData("cursor")]
    [InlineData("completion")]
    public async Task A_write_in_the_workers_transaction_does_not_wait_for_progress_that_waits_for_its_lock(string write)
    {
        // Not even for as long as a write may wait that can be put off. The best of a few: a busy machine's hiccups are not ours.
        var limit = TimeSpan.FromSeconds(0.9);
        var best = TimeSpan.MaxValue;
        for (var tries = 0; tries < 4 && best > limit; tries++)
            best = await TookAsync(write);
        Assert.InRange(best, TimeSpan.Zero, limit);
    }

    private async Task<TimeSpan> TookAsync(string write)
    {
        await using var database = await TestDatabase.CreateAsync(Database.Sqlite, postgres);
        var took = new TaskCompletionSource<TimeSpan>(TaskCreationOptions.RunContinuationsAsynchronously);
        var recording = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var client = TestClient.Create(database, setup =>
        {
            setup.Options = options => options.StatementTimeout = TimeSpan.FromSeconds(30);
            setup.Work<Probe>(async (job, token) =>
            {
                await using var connection = await OpenAsync(database);
                await using var transaction = await connection.BeginTransactionAsync(token);
                job.ReportProgress(10);
                await recording.Task.SoonAsync(token);
                took.SetResult(await WriteAsync(job, transaction, write));
            });
        });
        client.Store.BeforeRecord = (_, metadata) =>
        {
            recording.TrySetResult();
            return Task.CompletedTask;
        };
        await client.StartAsync();

        var id = await client.EnqueueAsync(new Probe(1));

        var elapsed = await took.Task.SoonAsync(Token);
        await client.StopAsync();
        var row = await client.GetAsync(id);
        Assert.Equal((JobState.Completed, 10.0, 1), (row.State, row.Progress!.Percent, row.Attempt));
        return elapsed;
    }

    [Fact]
    public async Task Progress_awaited_inside_the_workers_own_transaction_gives_way_soon()
    {
        await using var database = await TestDatabase.CreateAsync(Database.Sqlite, postgres);
        var took = new TaskCompletionSource<TimeSpan>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var client = TestClient.Create(database, setup =>
        {
            setup.Options = options => options.StatementTimeout = TimeSpan.FromSeconds(30);
            setup.Work<Probe>(async (job, token) =>
            {
                await using var connection = await OpenAsync(database);
                await using var transaction = await connection.BeginTransactionAsync(token);
                var started = Stopwatch.GetTimestamp();
                await job.ReportProgressAsync(10);
                took.SetResult(Stopwatch.GetElapsedTime(started));
                await transaction.CommitAsync(token);
            });
        });
        await client.StartAsync();

        var id = await client.EnqueueAsync(new Probe(1));

        Assert.InRange(await took.Task.WaitAsync(TimeSpan.FromSeconds(60), Token), TimeSpan.Zero, TimeSpan.FromSeconds(15));
        var row = await client.SettledAsync(id, JobState.Completed);
        Assert.Equal((10.0, 1), (row.Progress!.Percent, row.Attempt));
    }

    [Theory]
    [InlineData(Database.Postgres)]
    [InlineData(Database.Sqlite)]
    public async Task A_step_that_ends_beside_the_workers_own_open_write_tells_what_to_do(Database kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, postgres);
        var ended = new TaskCompletionSource<Exception?>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var client = TestClient.Create(database, setup =>
        {
            setup.Options = options => options.StatementTimeout = TimeSpan.FromSeconds(3);
            setup.Work<Probe>(async (job, token) =>
            {
                await using var connection = await OpenAsync(database);
                await using var transaction = await connection.BeginTransactionAsync(token);
                ended.TrySetResult(await Record.ExceptionAsync(() =>
                    job.StepAsync("one", AttemptJson.Default.Int64, (cursor, _) => cursor.SetCursorAsync(7, transaction))));
            });
        });
        await client.StartAsync();

        var id = await client.EnqueueAsync(new Probe(1));

        var error = Assert.IsType<TimeoutException>(await ended.Task.WaitAsync(TimeSpan.FromSeconds(60), Token));
        Assert.Contains($"job {id} ('probe')", error.Message, StringComparison.Ordinal);
        Assert.Contains("If it is the worker's own transaction, commit it before the step ends, or pass it to the step.", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(IsolationLevel.RepeatableRead)]
    [InlineData(IsolationLevel.Serializable)]
    public async Task Under_a_snapshot_a_change_meanwhile_is_a_typed_error_that_the_next_try_does_not_meet(IsolationLevel level)
    {
        await using var database = await TestDatabase.CreateAsync(Database.Postgres, postgres);
        var (cursors, completions) = (new List<Exception?>(), new List<Exception?>());
        var time = new FakeTimeProvider();
        await using var client = TestClient.Create(database, setup =>
        {
            setup.Time = time;
            setup.Work<Probe>(async (job, token) =>
            {
                if (job.Args.Number == 1)
                    await job.StepAsync("pages", AttemptJson.Default.Int64, (cursor, _) => TryAsync(job, cursors, transaction => cursor.SetCursorAsync(7, transaction)));
                else
                    await TryAsync(job, completions, transaction => job.CompleteAsync(transaction, token));
            });
        });

        async Task TryAsync(Job<Probe> job, List<Exception?> results, Func<DbTransaction, Task> write)
        {
            do
            {
                await using var connection = await OpenAsync(database);
                await using var transaction = await connection.BeginTransactionAsync(level, Token);
                await SnapshotAsync(transaction);

                // Due each time: written under the first snapshot, and put off under the second.
                time.Advance(TimeSpan.FromSeconds(2));
                await job.ReportProgressAsync(10 * (results.Count + 1));
                results.Add(await Record.ExceptionAsync(() => write(transaction)));
                if (results[^1] is null)
                    await transaction.CommitAsync(Token);
            }
            while (results[^1] is not null && results.Count < 3);
        }

        await client.StartAsync();
        // One after the other: two serializable transactions may fail each other.
        foreach (var (number, results) in new[] { (1, cursors), (2, completions) })
        {
            var id = await client.EnqueueAsync(new Probe(number));
            await Eventually.Async(async () => (await client.GetAsync(id)).State == JobState.Completed, TimeSpan.FromSeconds(60), Token);
            var conflict = Assert.IsType<JobTransactionConflictException>(results[0]);
            Assert.Equal([conflict, null], results);
            Assert.Equal((id, true, PostgresErrorCodes.SerializationFailure), (conflict.JobId, conflict.IsTransient, conflict.SqlState));
            Assert.Contains("READ COMMITTED", conflict.Message, StringComparison.Ordinal);
            Assert.Equal(20, (await client.GetAsync(id)).Progress!.Percent);
        }
    }

    [Fact]
    public async Task A_step_in_a_serializable_transaction_keeps_progress_back_from_its_beginning()
    {
        await using var database = await TestDatabase.CreateAsync(Database.Postgres, postgres);
        await using var client = TestClient.Create(database, setup => setup.Work<Probe>(async (job, token) =>
        {
            await using var connection = await OpenAsync(database);
            await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.Serializable, token);
            await job.StepAsync("one", transaction, async _ =>
            {
                await SnapshotAsync(transaction);
                await job.ReportProgressAsync(10);
            });
            await transaction.CommitAsync(token);
        }));
        await client.StartAsync();

        var row = await client.SettledAsync(await client.EnqueueAsync(new Probe(1)), JobState.Completed);

        Assert.Equal((10.0, 0), (row.Progress!.Percent, row.Errors.Count));
    }

    [Fact]
    public async Task Under_read_committed_progress_goes_on_after_a_step_in_a_transaction()
    {
        await using var database = await TestDatabase.CreateAsync(Database.Postgres, postgres);
        double? meanwhile = null;
        await using var client = TestClient.Create(database, setup => setup.Work<Probe>(async (job, token) =>
        {
            await using var connection = await OpenAsync(database);
            await using (var transaction = await connection.BeginTransactionAsync(token))
            {
                await job.StepAsync("one", transaction, _ => Task.CompletedTask);
                await transaction.CommitAsync(token);
            }

            await job.ReportProgressAsync(10);
            meanwhile = (await job.Client.GetAsync(job.Id, token))!.Progress?.Percent;
        }));
        await client.StartAsync();

        var row = await client.SettledAsync(await client.EnqueueAsync(new Probe(1)), JobState.Completed);

        Assert.Equal((10.0, 1), (meanwhile, row.Attempt));
    }

    [Fact]
    public async Task Progress_that_waits_goes_with_the_next_step_in_a_transaction_and_is_written_again_after_its_rollback()
    {
        await using var database = await TestDatabase.CreateAsync(Database.Postgres, postgres);
        double? committed = null;
        await using var client = TestClient.Create(database, setup => setup.Work<Probe>(async (job, token) =>
        {
            await using var connection = await OpenAsync(database);
            await using (var transaction = await connection.BeginTransactionAsync(IsolationLevel.Serializable, token))
            {
                await job.StepAsync("first", transaction, _ => Task.CompletedTask);
                await transaction.CommitAsync(token);
            }

            await job.ReportProgressAsync(30);
            Assert.Null((await job.Client.GetAsync(job.Id, token))!.Progress);
            await using (var transaction = await connection.BeginTransactionAsync(IsolationLevel.Serializable, token))
            {
                await job.StepAsync("second", transaction, _ => Task.CompletedTask);
                await transaction.CommitAsync(token);
            }

            committed = (await job.Client.GetAsync(job.Id, token))!.Progress?.Percent;
            await job.ReportProgressAsync(60);
            await using (var transaction = await connection.BeginTransactionAsync(IsolationLevel.Serializable, token))
            {
                await job.StepAsync("third", transaction, _ => Task.CompletedTask);
                await transaction.RollbackAsync(token);
            }
        }));
        await client.StartAsync();

        var row = await client.SettledAsync(await client.EnqueueAsync(new Probe(1)), JobState.Completed);

        Assert.Equal((30.0, 60.0, 1), (committed, row.Progress!.Percent, row.Attempt));
    }

    /// <returns>How long the write took, without the commit.</returns>
    private static async Task<TimeSpan> WriteAsync(Job<Probe> job, DbTransaction transaction, string write)
    {
        var started = Stopwatch.GetTimestamp();
        if (write == "cursor")
        {
            var took = TimeSpan.Zero;
            await job.StepAsync("one", AttemptJson.Default.Int64, async (cursor, token) =>
            {
                started = Stopwatch.GetTimestamp();
                await cursor.SetCursorAsync(7, transaction);
                took = Stopwatch.GetElapsedTime(started);

                // The end of the step is written beside this transaction, so it must not be left open.
                await transaction.CommitAsync(token);
            });
            return took;
        }

        await (write == "step" ? job.StepAsync("one", transaction, _ => Task.CompletedTask) : job.CompleteAsync(transaction, Token));
        var elapsed = Stopwatch.GetElapsedTime(started);
        await transaction.CommitAsync(Token);
        return elapsed;
    }

    private static async Task SnapshotAsync(DbTransaction transaction)
    {
        await using var command = transaction.Connection!.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = "SELECT 1";
        await command.ExecuteScalarAsync(Token);
    }

    private static async Task<DbConnection> OpenAsync(TestDatabase database)
    {
        DbConnection connection = database.Kind == Database.Sqlite
            ? new SqliteConnection($"{database.ConnectionString};Pooling=False")
            : new NpgsqlConnection(new NpgsqlConnectionStringBuilder(database.ConnectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(Token);
        return connection;
    }
}
