using System.Data.Common;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace River.EntityFrameworkCore.Tests;

public sealed class SaveChangesOnSqliteTests() : SaveChangesTests(new SqliteShop());

public sealed class TransactionsOnSqliteTests() : TransactionTests(new SqliteShop())
{
    [Fact]
    public async Task A_deferred_transaction_takes_the_job_and_a_stale_one_says_so()
    {
        await using var connection = (SqliteConnection)Database.Connect();
        await connection.OpenAsync(Token);
        await using (var deferred = connection.BeginTransaction(deferred: true))
        {
            await using var shop = NewShop(connection);
            await shop.Database.UseTransactionAsync(deferred, Token);
            Assert.Equal(0, await shop.Orders.CountAsync(Token));
            await Jobs.In(shop).EnqueueAsync(new SendInvoice(1), cancellationToken: Token);
            await deferred.CommitAsync(Token);
        }

        await using (var deferred = connection.BeginTransaction(deferred: true))
        {
            await using var shop = NewShop(connection);
            await shop.Database.UseTransactionAsync(deferred, Token);
            Assert.Equal(0, await shop.Orders.CountAsync(Token));
            await Jobs.EnqueueAsync(new SendInvoice(2), cancellationToken: Token);
            await Assert.ThrowsAsync<StoreUnavailableException>(() => Jobs.In(shop).EnqueueAsync(new SendInvoice(3), cancellationToken: Token));
        }

        Assert.Equal([1, 2], (await RowsAsync()).Select(row => row.ReadArgs<SendInvoice>().OrderId));
    }
}

public sealed class WorkOnSqliteTests() : WorkTests(new SqliteShop());

/// <summary>The shop on SQLite, in one file with River's tables.</summary>
internal sealed class SqliteShop : ShopDatabase
{
    private string _folder = "";

    private string ConnectionString => $"Data Source={Path.Combine(_folder, "shop.db")}";

    public override Task CreateAsync(CancellationToken cancellationToken)
    {
        _folder = Directory.CreateTempSubdirectory("river-shop-").FullName;
        return Task.CompletedTask;
    }

    public override RiverBuilder Use(RiverBuilder river) => river.UseSqlite(ConnectionString);

    public override void Use(DbContextOptionsBuilder options, bool retries) => options.UseSqlite(ConnectionString, sqlite =>
    {
        if (retries)
            sqlite.ExecutionStrategy(static dependencies => new Retrying(dependencies));
    });

    public override void Use(DbContextOptionsBuilder options, DbConnection connection) => options.UseSqlite(connection);

    public override DbConnection Connect() => new SqliteConnection(ConnectionString);

    public override ValueTask DisposeAsync()
    {
        SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    /// <summary>What Npgsql's strategy does: EF Core has none for SQLite.</summary>
    private sealed class Retrying(ExecutionStrategyDependencies dependencies) : ExecutionStrategy(dependencies, maxRetryCount: 3, maxRetryDelay: TimeSpan.FromMilliseconds(1))
    {
        protected override bool ShouldRetryOn(Exception exception) => exception is TimeoutException;
    }
}
