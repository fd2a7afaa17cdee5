using System.Text;
using Microsoft.Data.Sqlite;
using River.Storage;
using Xunit;

namespace River.Tests.Stores.Sqlite;

/// <summary>An application's own transactions, beyond what every store does with them.</summary>
public sealed class SqliteTransactionTests : IAsyncLifetime
{
    private SqliteDatabase _database = null!;
    private JobStore _store = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _database = await SqliteDatabase.CreateAsync(Token);
        _store = _database.NewStore();
        await _store.OpenAsync(Token);
    }

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task A_transaction_of_another_provider_is_refused()
    {
        var error = await Assert.ThrowsAsync<ArgumentException>(() => _store.Jobs.InsertAsync([Job()], new ForeignTransaction(), Token));

        Assert.Contains("ForeignTransaction", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_transaction_that_is_over_is_refused()
    {
        await using var connection = await _database.ConnectAsync();
        var transaction = await connection.BeginTransactionAsync(Token);
        await transaction.CommitAsync(Token);

        Assert.Contains("is over", (await Assert.ThrowsAsync<ArgumentException>(() => _store.Jobs.InsertAsync([Job()], transaction, Token))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_transaction_on_another_file_is_refused()
    {
        await using var elsewhere = await SqliteDatabase.CreateAsync(Token);
        await using var connection = await elsewhere.ConnectAsync();
        await using var transaction = await connection.BeginTransactionAsync(Token);

        var error = await Assert.ThrowsAsync<ArgumentException>(() => _store.Jobs.InsertAsync([Job()], transaction, Token));

        Assert.Contains(elsewhere.FileName, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_reached_by_another_path_is_the_same_file()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need rights there.");
        File.CreateSymbolicLink(Path.Combine(_database.Folder, "link.db"), _database.FileName);
        await using var connection = new SqliteConnection($"Data Source={Path.Combine(_database.Folder, ".", "link.db")};Pooling=False");
        await connection.OpenAsync(Token);
        await using var transaction = await connection.BeginTransactionAsync(Token);

        Assert.Single(await _store.Jobs.InsertAsync([Job()], transaction, Token));
    }

    [Fact]
    public async Task A_refused_insert_leaves_the_transactions_earlier_work_whole()
    {
        await using (var connection = await _database.ConnectAsync())
        await using (var transaction = await connection.BeginTransactionAsync(Token))
        {
            await _store.Jobs.InsertAsync([Job("before")], transaction, Token);
            await Assert.ThrowsAsync<SqliteException>(() => _store.Jobs.InsertAsync([Job("lost"), Job("bad", priority: 9)], transaction, Token));
            await Assert.ThrowsAsync<SqliteException>(() => _store.Jobs.CopyAsync([Job("lost"), Job("bad", priority: 9)], transaction, Token));
            await _store.Jobs.InsertAsync([Job("after")], transaction, Token);
            await transaction.CommitAsync(Token);
        }

        Assert.Equal(["before", "after"], (await _store.Jobs.ListAsync(new JobFilter(), transaction: null, Token)).Select(row => row.Kind));
    }

    [Fact]
    public async Task The_applications_rows_and_the_job_are_there_together_or_not_at_all()
    {
        await using var connection = await _database.ConnectAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "CREATE TABLE orders (id INTEGER PRIMARY KEY)";
        await command.ExecuteNonQueryAsync(Token);
        foreach (var commit in (bool[])[false, true])
        {
            await using var transaction = await connection.BeginTransactionAsync(Token);
            command.Transaction = transaction;
            command.CommandText = "INSERT INTO orders DEFAULT VALUES";
            await command.ExecuteNonQueryAsync(Token);
            await _store.Jobs.InsertAsync([Job()], transaction, Token);
            if (commit)
                await transaction.CommitAsync(Token);
        }

        command.Transaction = null;
        command.CommandText = "SELECT count(*) || ' ' || (SELECT count(*) FROM river_job) FROM orders";
        Assert.Equal("1 1", await command.ExecuteScalarAsync(Token));
    }

    [Fact]
    public async Task An_insert_beside_an_open_transaction_waits_without_holding_its_caller()
    {
        Task<IReadOnlyList<EnqueueResult>> beside;
        await using (var connection = await _database.ConnectAsync())
        await using (var transaction = await connection.BeginTransactionAsync(Token))
        {
            await _store.Jobs.InsertAsync([Job("inside")], transaction, Token);
            // Returns here although the writer can't go on before this very method commits.
            beside = _store.Jobs.InsertAsync([Job("beside")], transaction: null, Token);
            Assert.False(beside.IsCompleted);
            await transaction.CommitAsync(Token);
        }

        Assert.Single(await beside);
        Assert.Equal(["inside", "beside"], (await _store.Jobs.ListAsync(new JobFilter(), transaction: null, Token)).Select(row => row.Kind));
    }

    [Fact]
    public async Task A_deferred_transaction_takes_jobs_once_it_gets_the_write_lock()
    {
        await using var other = await _database.ConnectAsync();
        var held = await other.BeginTransactionAsync(Token);
        await using var connection = await _database.ConnectAsync();
        await using var transaction = ((SqliteConnection)connection).BeginTransaction(deferred: true);

        // The caller's thread isn't held either.
        var insert = _store.Jobs.InsertAsync([Job()], transaction, Token);
        Assert.False(insert.IsCompleted);
        await held.RollbackAsync(Token);
        await insert.WaitAsync(TimeSpan.FromSeconds(30), Token);
        await transaction.CommitAsync(Token);

        Assert.Single(await _store.Jobs.ListAsync(new JobFilter(), transaction: null, Token));
    }

    [Fact]
    public async Task A_deferred_transaction_that_read_before_others_wrote_is_told_so_at_once()
    {
        await using var connection = await _database.ConnectAsync();
        await using var transaction = ((SqliteConnection)connection).BeginTransaction(deferred: true);
        Assert.Empty(await _store.Jobs.ListAsync(new JobFilter(), transaction, Token));
        await _store.Jobs.InsertAsync([Job("other")], transaction: null, Token);

        // The driver by itself would ask for half a minute.
        var error = await Assert.ThrowsAsync<StoreUnavailableException>(() => _store.Jobs.InsertAsync([Job()], transaction, Token).WaitAsync(TimeSpan.FromSeconds(20), Token));

        Assert.Contains("begin it anew", error.Message, StringComparison.Ordinal);
        await transaction.RollbackAsync(Token);
        Assert.Equal("other", Assert.Single(await _store.Jobs.ListAsync(new JobFilter(), transaction: null, Token)).Kind);
    }

    [Fact]
    public async Task Reading_never_waits_for_an_open_transaction()
    {
        await using var connection = await _database.ConnectAsync();
        await using var transaction = await connection.BeginTransactionAsync(Token);
        await _store.Jobs.InsertAsync([Job()], transaction, Token);

        Assert.Empty(await _store.Jobs.ListAsync(new JobFilter(), transaction: null, Token));
        Assert.Empty(await _store.Queues.NonEmptyAsync(Token));
    }

    private static JobInsert Job(string kind = "work", int priority = 1) =>
        new() { Kind = kind, Queue = "default", Priority = priority, Args = Encoding.UTF8.GetBytes("{}"), MaxAttempts = 25 };
}
