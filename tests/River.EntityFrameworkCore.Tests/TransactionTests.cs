using System.Transactions;
using Dapper;
using Microsoft.EntityFrameworkCore;

namespace River.EntityFrameworkCore.Tests;

/// <summary>Jobs in the transactions of a context, on each database.</summary>
public abstract class TransactionTests(ShopDatabase database) : ShopTest(database)
{
    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public async Task An_open_transaction_decides(bool commits, bool isAsync)
    {
        await using var shop = NewShop();
        await using (var transaction = await shop.Database.BeginTransactionAsync(Token))
        {
            var order = new Order { Customer = "Ada" };
            shop.Orders.Add(order);
            var early = await Jobs.In(shop).EnqueueAsync(new SendInvoice(1), cancellationToken: Token);
            var late = await Jobs.In(shop).EnqueueAsync(() => new SendInvoice(order.Id), cancellationToken: Token);
            Assert.False(early.IsPending);
            Assert.True(late.IsPending);
            if (isAsync)
                await shop.SaveChangesAsync(Token);
            else
                shop.SaveChanges();
            Assert.Equal(order.Id, late.Job.ReadArgs<SendInvoice>().OrderId);

            Assert.Empty(await RowsAsync());
            Assert.Equal(2, (await Jobs.In(shop).ListAsync(cancellationToken: Token)).Count);
            if (commits && isAsync)
                await transaction.CommitAsync(Token);
            else if (commits)
                transaction.Commit();
        }

        Assert.Equal(commits ? 2 : 0, (await RowsAsync()).Count);
    }

    [Fact]
    public async Task A_job_asked_for_after_the_save_joins_the_transaction_at_once()
    {
        await using var shop = NewShop();
        await using var transaction = await shop.Database.BeginTransactionAsync(Token);
        var order = new Order { Customer = "Ada" };
        shop.Orders.Add(order);
        await shop.SaveChangesAsync(Token);

        var result = await Jobs.In(shop).EnqueueAsync(() => new SendInvoice(order.Id), cancellationToken: Token);
        await transaction.CommitAsync(Token);

        Assert.False(result.IsPending);
        Assert.Equal(order.Id, Assert.Single(await RowsAsync()).ReadArgs<SendInvoice>().OrderId);
    }

    // river-facts 11.3 topic 10
    [Fact]
    public async Task Operations_on_jobs_and_queues_join_the_transaction_or_ask_for_one()
    {
        var id = (await Jobs.EnqueueAsync(new SendInvoice(1), cancellationToken: Token)).Job.Id;
        await using var shop = NewShop();
        var bound = Jobs.In(shop);
        await Assert.ThrowsAsync<InvalidOperationException>(() => bound.UpdateAsync(id, new JobUpdate(), Token));
        await Assert.ThrowsAsync<InvalidOperationException>(() => bound.DeleteManyAsync(new JobFilter { Ids = [id] }, cancellationToken: Token));
        await Assert.ThrowsAsync<InvalidOperationException>(() => bound.EnqueueBulkAsync([JobRequest.For(new SendInvoice(2))], cancellationToken: Token));
        Assert.Null(await bound.GetQueueAsync("default", Token));

        await using (var transaction = await shop.Database.BeginTransactionAsync(Token))
        {
            await bound.UpdateAsync(id, new JobUpdate { Metadata = new() { ["seen"] = true } }, Token);
            Assert.Equal(new BulkResult(3, 0), await bound.EnqueueBulkAsync(Enumerable.Range(2, 3).Select(order => JobRequest.For(new SendInvoice(order))).ToAsyncEnumerable(), new BulkOptions { BatchSize = 2 }, Token));
            Assert.Equal(4, (await bound.DeleteManyAsync(new JobFilter(), unsafeAll: true, Token)).Count);
            Assert.Empty(await bound.ListQueuesAsync(cancellationToken: Token));
            await transaction.RollbackAsync(Token);
        }

        Assert.Equal("{}", System.Text.Encoding.UTF8.GetString(Assert.Single(await RowsAsync()).EncodedMetadata.Span));
    }

    [Fact]
    public async Task A_job_is_completed_in_the_contexts_open_transaction_only()
    {
        await using var shop = NewShop();
        var job = TestJob.For(new SendInvoice(1));

        await Assert.ThrowsAsync<InvalidOperationException>(() => job.CompleteAsync(shop, Token));
        Assert.False(job.IsCompleted);
        await using var transaction = await shop.Database.BeginTransactionAsync(Token);
        await job.CompleteAsync(shop, Token);
        Assert.True(job.IsCompleted);
    }

    [Fact]
    public async Task A_commit_without_the_save_that_jobs_wait_for_is_refused()
    {
        await using var shop = NewShop();
        await using var transaction = await shop.Database.BeginTransactionAsync(Token);
        var order = new Order { Customer = "Ada" };
        shop.Orders.Add(order);
        await Jobs.In(shop).EnqueueAsync(() => new SendInvoice(order.Id), cancellationToken: Token);

        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => transaction.CommitAsync(Token));

        Assert.Contains("Call SaveChanges before the commit", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_savepoint_takes_its_jobs_back()
    {
        await using var shop = NewShop();
        await using var transaction = await shop.Database.BeginTransactionAsync(Token);
        await Jobs.In(shop).EnqueueAsync(new SendInvoice(1), cancellationToken: Token);
        await transaction.CreateSavepointAsync("later", Token);
        await Jobs.In(shop).EnqueueAsync(new SendInvoice(2), cancellationToken: Token);
        await transaction.RollbackToSavepointAsync("later", Token);
        await transaction.CommitAsync(Token);

        Assert.Equal(1, Assert.Single(await RowsAsync()).ReadArgs<SendInvoice>().OrderId);
    }

    [Fact]
    public async Task A_strategy_runs_the_whole_transaction_again()
    {
        await using var shop = NewShop(retries: true);
        var tries = 0;

        await shop.Database.CreateExecutionStrategy().ExecuteAsync(async () =>
        {
            await using var transaction = await shop.Database.BeginTransactionAsync(Token);
            await Jobs.In(shop).EnqueueAsync(new SendInvoice(1), cancellationToken: Token);
            if (++tries == 1)
                throw new TimeoutException("The database went away.");
            await transaction.CommitAsync(Token);
        });

        Assert.Equal(2, tries);
        Assert.Single(await RowsAsync());
    }

    [Fact]
    public async Task Two_contexts_share_a_transaction()
    {
        await using var connection = Database.Connect();
        await connection.OpenAsync(Token);
        await using var shared = await connection.BeginTransactionAsync(Token);
        await using var one = NewShop(connection);
        await using var two = NewShop(connection);
        await one.Database.UseTransactionAsync(shared, Token);
        await two.Database.UseTransactionAsync(shared, Token);
        var order = new Order { Customer = "Ada" };
        one.Orders.Add(order);

        await Jobs.In(one).EnqueueAsync(() => new SendInvoice(order.Id), cancellationToken: Token);
        await Jobs.In(two).EnqueueAsync(new SendInvoice(2), cancellationToken: Token);
        await one.SaveChangesAsync(Token);
        await shared.CommitAsync(Token);

        Assert.Equal(2, (await RowsAsync()).Count);
    }

    [Fact]
    public async Task Acting_on_jobs_joins_the_transaction_too()
    {
        var id = (await Jobs.EnqueueAsync(new SendInvoice(1), cancellationToken: Token)).Job.Id;
        await using var shop = NewShop();
        await using (await shop.Database.BeginTransactionAsync(Token))
            Assert.Equal(JobState.Cancelled, (await Jobs.In(shop).CancelAsync(id, Token)).State);

        Assert.Equal(JobState.Available, (await Jobs.GetAsync(id, Token))!.State);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_Dapper_writes_and_its_job_are_one(bool commits)
    {
        await using var connection = Database.Connect();
        await connection.OpenAsync(Token);
        await using (var transaction = await connection.BeginTransactionAsync(Token))
        {
            var order = await connection.QuerySingleAsync<long>("INSERT INTO \"Orders\" (\"Customer\", \"Invoices\") VALUES (@customer, 0) RETURNING \"Id\"", new { customer = "Ada" }, transaction);
            await Jobs.In(transaction).EnqueueAsync(new SendInvoice(order), cancellationToken: Token);
            if (commits)
                await transaction.CommitAsync(Token);
        }

        var rows = await RowsAsync();
        var orders = (await connection.QueryAsync<long>("SELECT \"Id\" FROM \"Orders\"")).ToList();
        Assert.Equal(commits ? 1 : 0, orders.Count);
        Assert.Equal(orders, rows.Select(row => row.ReadArgs<SendInvoice>().OrderId));
    }

    [Fact]
    public async Task A_transaction_scope_is_refused_and_can_be_suppressed()
    {
        await using var shop = NewShop();
        using (new TransactionScope(TransactionScopeAsyncFlowOption.Enabled))
        {
            var bound = await Assert.ThrowsAsync<InvalidOperationException>(() => Jobs.In(shop).EnqueueAsync(new SendInvoice(1), cancellationToken: Token));
            var unbound = await Assert.ThrowsAsync<InvalidOperationException>(() => Jobs.EnqueueAsync(new SendInvoice(1), cancellationToken: Token));
            Assert.Contains("In(transaction)", bound.Message, StringComparison.Ordinal);
            Assert.Equal(bound.Message, unbound.Message);

            using (new TransactionScope(TransactionScopeOption.Suppress, TransactionScopeAsyncFlowOption.Enabled))
                await Jobs.EnqueueAsync(new SendInvoice(2), cancellationToken: Token);
        }

        Assert.Equal(2, Assert.Single(await RowsAsync()).ReadArgs<SendInvoice>().OrderId);
    }
}
