using System.Data.Common;
using System.Text;
using Microsoft.Data.Sqlite;
using River.Storage;
using Xunit;

namespace River.Tests.Stores.Sqlite;

/// <summary>The writer's thread: groups, locks, cancellation, its end.</summary>
public sealed class SqliteWriterTests : IAsyncLifetime
{
    private SqliteDatabase _database = null!;
    private JobStore _store = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _database = await SqliteDatabase.CreateAsync(Token);
        _store = _database.NewStore();
    }

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task Operations_that_wait_together_share_a_commit_and_fail_alone()
    {
        var inserts = await WhileLockedAsync(() => Enumerable.Range(0, 20).Select(number =>
            _store.Jobs.InsertAsync([Job(), Job(priority: number % 5 == 0 ? 9 : 1)], transaction: null, Token)).ToArray());

        for (var number = 0; number < inserts.Length; number++)
        {
            if (number % 5 == 0)
                await Assert.ThrowsAsync<SqliteException>(() => inserts[number]);
            else
                Assert.Equal(2, (await inserts[number]).Count);
        }

        Assert.Equal(32L, await ScalarAsync("SELECT count(*) FROM river_job"));
        // One line of the outbox for each commit that has something to tell.
        Assert.InRange((long)(await ScalarAsync("SELECT count(*) FROM river_notification"))!, 1, 2);
    }

    [Fact]
    public async Task An_operation_that_undoes_the_whole_transaction_hurts_only_itself()
    {
        await ScalarAsync("CREATE TRIGGER poison BEFORE INSERT ON river_job WHEN new.kind = 'poison' BEGIN SELECT RAISE(ROLLBACK, 'poisoned'); END");

        var inserts = await WhileLockedAsync(() => Enumerable.Range(0, 10).Select(number =>
            _store.Jobs.InsertAsync([Job(number == 4 ? "poison" : "work")], transaction: null, Token)).ToArray());

        for (var number = 0; number < inserts.Length; number++)
        {
            if (number == 4)
                Assert.Contains("poisoned", (await Assert.ThrowsAsync<SqliteException>(() => inserts[number])).Message, StringComparison.Ordinal);
            else
                Assert.Single(await inserts[number]);
        }

        Assert.Equal(9L, await ScalarAsync("SELECT count(*) FROM river_job"));
    }

    [Fact]
    public async Task A_change_is_acknowledged_after_its_commit_only()
    {
        for (var round = 0; round < 30; round++)
        {
            var row = Assert.Single(await _store.Jobs.InsertAsync([Job()], transaction: null, Token)).Job;

            Assert.Equal(row.Id, await ScalarAsync("SELECT max(id) FROM river_job"));
        }
    }

    [Fact]
    public async Task Many_callers_at_once_all_get_their_own_answer()
    {
        var results = await Task.WhenAll(Enumerable.Range(0, 500).Select(number => _store.Jobs.InsertAsync([Job(queue: $"q{number}")], transaction: null, Token)));

        Assert.Equal(Enumerable.Range(0, 500).Select(number => $"q{number}"), results.Select(result => Assert.Single(result).Job.Queue));
        Assert.Equal(500L, await ScalarAsync("SELECT count(*) FROM river_job"));
    }

    [Fact]
    public async Task A_cancelled_operation_that_waits_for_the_lock_ends_at_once_and_writes_nothing()
    {
        using var cancel = new CancellationTokenSource();
        var waiting = await WhileLockedAsync(async () =>
        {
            var insert = _store.Jobs.InsertAsync([Job()], transaction: null, cancel.Token);
            await cancel.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => insert);
            return _store.Jobs.InsertAsync([Job("after")], transaction: null, Token);
        });

        await waiting;
        Assert.Equal("after", await ScalarAsync("SELECT group_concat(kind) FROM river_job"));
    }

    [Fact]
    public async Task An_operation_cancelled_beforehand_writes_nothing()
    {
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _store.Jobs.InsertAsync([Job()], transaction: null, new CancellationToken(canceled: true)));

        Assert.Equal(0L, await ScalarAsync("SELECT count(*) FROM river_job"));
    }

    [Fact]
    public async Task A_lock_held_for_too_long_is_a_passing_error_that_says_so()
    {
        await using var impatient = new SqliteDatabase { StatementTimeout = TimeSpan.FromMilliseconds(500) };
        await using var store = impatient.NewStore();
        await store.Schema.MigrateAsync(Token);
        await using (var connection = await impatient.ConnectAsync())
        await using (await connection.BeginTransactionAsync(Token))
        {
            var error = await Assert.ThrowsAsync<StoreUnavailableException>(() => store.Jobs.InsertAsync([Job()], transaction: null, Token));

            Assert.Contains("held the write lock", error.Message, StringComparison.Ordinal);
            Assert.True(store.IsTransient(error));
            Assert.Empty(await store.Jobs.ListAsync(new JobFilter(), transaction: null, Token));
        }

        Assert.Single(await store.Jobs.InsertAsync([Job()], transaction: null, Token));
    }

    [Fact]
    public async Task Disposing_finishes_what_was_asked_for_and_leaves_only_the_file()
    {
        var inserts = await WhileLockedAsync(() => Enumerable.Range(0, 10).Select(_ => _store.Jobs.InsertAsync([Job()], transaction: null, Token)).ToArray());
        await _store.Jobs.ListAsync(new JobFilter(), transaction: null, Token);

        await _store.DisposeAsync();

        Assert.All(inserts, insert => Assert.True(insert.IsCompletedSuccessfully));
        // SQLite removes its journal when the last connection closes.
        Assert.Equal([_database.FileName], Directory.GetFiles(_database.Folder));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => _store.Jobs.InsertAsync([Job()], transaction: null, Token));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => _store.Jobs.GetAsync(1, transaction: null, Token));
        await _store.DisposeAsync();
    }

    [Fact]
    public async Task Disposing_ends_the_listening_and_closes_its_connection()
    {
        await using var listener = await Listener.StartAsync(_store);

        await _store.DisposeAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(listener.NextAsync);
        Assert.Equal([_database.FileName], Directory.GetFiles(_database.Folder));
    }

    [Fact]
    public async Task The_writers_thread_ends_with_the_store()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Names of threads are read from /proc.");
        var before = WriterThreads();
        string[] begun;
        await using (var store = _database.NewStore())
        {
            await store.OpenAsync(Token);
            begun = [.. WriterThreads().Except(before)];
            Assert.NotEmpty(begun);
        }

        // Other tests' may be among them, which end as well, and begin their own meanwhile.
        await TestSupport.Time.Eventually.Async(() => !WriterThreads().Intersect(begun).Any(), TimeSpan.FromMinutes(2), Token);
    }

    [Fact]
    public async Task A_store_that_was_never_used_leaves_nothing()
    {
        await using var unused = new SqliteDatabase();
        await unused.NewStore().DisposeAsync();

        Assert.Empty(Directory.GetFiles(unused.Folder));
    }

    [Fact]
    public async Task Lines_of_the_outbox_that_make_no_sense_are_passed_over()
    {
        await using var listener = await Listener.StartAsync(_store);
        await ScalarAsync(
            """
            INSERT INTO river_notification (created_at, topic, payload) VALUES
              (0, 'river_insert', 'not json'), (0, 'river_insert', '[]'), (0, 'river_insert', '{"queue":7}'), (0, 'river_insert', '{}'),
              (0, 'unknown', '{"queue":"a"}'), (0, 'river_control', '{"action":"cancel","job_id":"x"}'), (0, 'river_control', '{"action":"dance"}'),
              (0, 'river_leadership', '{"action":"request_resign","leader_id":""}')
            """);

        Assert.Equal(new Wakeup(WakeupKind.ResignRequested, LeaderId: ""), await listener.NextAsync());
    }

    private static string[] WriterThreads() =>
        [.. Directory.GetDirectories("/proc/self/task").Where(task => ReadName(task).StartsWith("River SQLite", StringComparison.Ordinal))];

    private static string ReadName(string task)
    {
        try
        {
            return File.ReadAllText(Path.Combine(task, "comm"));
        }
        catch (IOException)
        {
            return "";
        }
    }

    private static JobInsert Job(string kind = "work", string queue = "default", int priority = 1) =>
        new() { Kind = kind, Queue = queue, Priority = priority, Args = Encoding.UTF8.GetBytes("{}"), MaxAttempts = 25 };

    /// <summary>Does something while an application's transaction keeps the writer waiting.</summary>
    private async Task<T> WhileLockedAsync<T>(Func<Task<T>> work)
    {
        await using var connection = await _database.ConnectAsync();
        await using var transaction = await connection.BeginTransactionAsync(Token);
        return await work();
    }

    private Task<T> WhileLockedAsync<T>(Func<T> work) => WhileLockedAsync(() => Task.FromResult(work()));

    private async Task<object?> ScalarAsync(string sql)
    {
        await using DbConnection connection = await _database.ConnectAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        return await command.ExecuteScalarAsync(Token);
    }
}
