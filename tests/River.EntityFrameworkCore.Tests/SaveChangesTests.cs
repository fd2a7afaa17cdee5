using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;

namespace River.EntityFrameworkCore.Tests;

/// <summary>What <c>SaveChanges</c> does with jobs, on each database.</summary>
public abstract class SaveChangesTests(ShopDatabase database) : ShopTest(database)
{
    // Not a constant, or the mistake would not build.
    private static readonly string Undeclared = "elsewhere";

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_next_save_inserts_the_job_with_the_generated_key(bool isAsync)
    {
        await using var shop = NewShop();
        var order = new Order { Customer = "Ada", Lines = { new Line { Product = "tea" } } };
        shop.Orders.Add(order);

        var result = await Jobs.In(shop).EnqueueAsync(() => new SendInvoice(order.Id, order.Lines[0].Id), cancellationToken: Token);

        Assert.True(result.IsPending);
        Assert.Throws<InvalidOperationException>(() => result.Job);
        Assert.Empty(await RowsAsync());
        Assert.Equal(0, order.Id);

        if (isAsync)
            await shop.SaveChangesAsync(Token);
        else
            shop.SaveChanges();

        Assert.NotEqual(0, order.Id);
        var row = Assert.Single(await RowsAsync());
        Assert.Equal(new SendInvoice(order.Id, order.Lines[0].Id), row.ReadArgs<SendInvoice>());
        Assert.False(result.IsPending);
        Assert.Equal(row.Id, result.Job.Id);
        Assert.False(result.IsDuplicate);
    }

    [Fact]
    public async Task A_save_that_fails_enqueues_nothing_and_the_next_one_everything_once()
    {
        await using (var other = NewShop())
        {
            other.Orders.Add(new Order { Customer = "Ada" });
            await other.SaveChangesAsync(Token);
        }

        await using var shop = NewShop();
        var order = new Order { Customer = "Ada" };
        shop.Orders.Add(order);
        await Jobs.In(shop).EnqueueAsync(() => new SendInvoice(order.Id), cancellationToken: Token);

        await Assert.ThrowsAsync<DbUpdateException>(() => shop.SaveChangesAsync(Token));
        Assert.Empty(await RowsAsync());

        order.Customer = "Grace";
        await shop.SaveChangesAsync(Token);
        await shop.SaveChangesAsync(Token);
        Assert.Equal(order.Id, Assert.Single(await RowsAsync()).ReadArgs<SendInvoice>().OrderId);
    }

    [Fact]
    public async Task A_job_that_is_refused_while_saving_saves_nothing()
    {
        await using var shop = NewShop();
        var order = new Order { Customer = "Ada" };
        shop.Orders.Add(order);
        await Jobs.In(shop).EnqueueAsync(() => new SendInvoice(order.Id), new() { Queue = Undeclared }, Token);

        await Assert.ThrowsAsync<UnknownQueueException>(() => shop.SaveChangesAsync(Token));

        Assert.Equal(0, await OrdersAsync());
        Assert.Equal(EntityState.Added, shop.Entry(order).State);
        Assert.Equal(0, order.Id);
    }

    [Fact]
    public async Task Given_arguments_are_checked_at_once()
    {
        await using var shop = NewShop();

        await Assert.ThrowsAsync<UnknownQueueException>(() => Jobs.In(shop).EnqueueAsync(new SendInvoice(1), new() { Queue = Undeclared }, Token));
    }

    [Fact]
    public async Task Several_jobs_of_a_save_are_all_there_and_tell_duplicates()
    {
        await using var shop = NewShop();
        shop.Orders.Add(new Order { Customer = "Ada" });
        var many = await Jobs.In(shop).EnqueueManyAsync([new Ship(1), new Ship(2), new Ship(1)], cancellationToken: Token);
        var generated = await Jobs.In(shop).EnqueueSendInvoiceAsync(7, cancellationToken: Token);

        await shop.SaveChangesAsync(Token);

        Assert.Equal(3, (await RowsAsync()).Count);
        Assert.Equal([false, false, true], many.Select(result => result.IsDuplicate));
        Assert.Equal(many[0].Job.Id, many[2].Job.Id);
        Assert.Equal("send_invoice", generated.Job.Kind);
    }

    [Fact]
    public async Task A_save_with_nothing_to_save_enqueues_all_the_same()
    {
        await using var shop = NewShop();
        await Jobs.In(shop).EnqueueAsync(new SendInvoice(1), cancellationToken: Token);

        Assert.Equal(0, await shop.SaveChangesAsync(Token));

        Assert.Single(await RowsAsync());
    }

    [Fact]
    public async Task A_context_that_never_saves_enqueues_nothing()
    {
        await using (var shop = NewShop())
        {
            shop.Orders.Add(new Order { Customer = "Ada" });
            await Jobs.In(shop).EnqueueAsync(new SendInvoice(1), cancellationToken: Token);
        }

        await using (var shop = NewShop())
            await shop.SaveChangesAsync(Token);
        Assert.Empty(await RowsAsync());
    }

    [Fact]
    public async Task Contexts_keep_their_jobs_apart()
    {
        await using var one = NewShop();
        await using var two = NewShop();
        one.Orders.Add(new Order { Customer = "Ada" });
        two.Orders.Add(new Order { Customer = "Grace" });
        await Jobs.In(one).EnqueueAsync(new SendInvoice(1), cancellationToken: Token);
        await Jobs.In(two).EnqueueAsync(new SendInvoice(2), cancellationToken: Token);

        await one.SaveChangesAsync(Token);

        Assert.Equal(1, Assert.Single(await RowsAsync()).ReadArgs<SendInvoice>().OrderId);
    }

    [Fact]
    public async Task A_context_of_a_pool_drops_what_its_last_user_never_saved()
    {
        var pool = new Microsoft.EntityFrameworkCore.Infrastructure.PooledDbContextFactory<Shop>(Options(), poolSize: 1);
        await using (var shop = await pool.CreateDbContextAsync(Token))
            await Jobs.In(shop).EnqueueAsync(new SendInvoice(1), cancellationToken: Token);

        await using (var shop = await pool.CreateDbContextAsync(Token))
        {
            shop.Orders.Add(new Order { Customer = "Ada" });
            await shop.SaveChangesAsync(Token);
        }

        Assert.Empty(await RowsAsync());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_strategy_that_saves_again_enqueues_once(bool isAsync)
    {
        var faults = new FailFirstCommit();
        await using var shop = NewShop(retries: true, options => options.AddInterceptors(faults));
        var order = new Order { Customer = "Ada" };
        shop.Orders.Add(order);
        await Jobs.In(shop).EnqueueAsync(() => new SendInvoice(order.Id), cancellationToken: Token);

        if (isAsync)
            await shop.SaveChangesAsync(Token);
        else
            shop.SaveChanges();

        Assert.Equal([1L, 1L], faults.JobsAtCommits);
        Assert.Equal(1, await OrdersAsync());
        Assert.Equal(order.Id, Assert.Single(await RowsAsync()).ReadArgs<SendInvoice>().OrderId);
    }

    [Fact]
    public async Task The_way_the_context_opens_transactions_is_left_as_it_was()
    {
        await using var shop = NewShop();
        shop.Database.AutoTransactionBehavior = AutoTransactionBehavior.Never;
        shop.Orders.Add(new Order { Customer = "Ada" });
        await Jobs.In(shop).EnqueueAsync(new SendInvoice(1), cancellationToken: Token);

        await shop.SaveChangesAsync(Token);

        Assert.Equal(AutoTransactionBehavior.Never, shop.Database.AutoTransactionBehavior);
        Assert.Single(await RowsAsync());
    }

    [Fact]
    public async Task A_context_without_river_says_what_is_missing()
    {
        await using var shop = new Shop(Options(takesJobs: false));

        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => Jobs.In(shop).EnqueueAsync(new SendInvoice(1), cancellationToken: Token));

        Assert.Contains("UseRiver()", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_answers_at_once_needs_a_transaction()
    {
        var id = (await Jobs.EnqueueAsync(new SendInvoice(1), cancellationToken: Token)).Job.Id;
        await using var shop = NewShop();

        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => Jobs.In(shop).CancelAsync(id, Token));

        Assert.Contains("CancelAsync", error.Message, StringComparison.Ordinal);
        Assert.Equal(JobState.Available, (await Jobs.In(shop).GetAsync(id, Token))!.State);
    }

    // river-facts 11.3 topic 13
    [Fact]
    public async Task Middleware_and_hooks_see_what_a_save_inserts()
    {
        var said = new List<string>();
        await using var services = NewClient(river =>
        {
            river.Services.AddSingleton(said);
            river.Use<Saying>();
        });
        await using var shop = NewShop();
        shop.Orders.Add(new Order { Customer = "Ada" });
        var bound = services.GetRequiredService<IJobClient>().In(shop);
        await bound.EnqueueAsync(() => new Ship(1), cancellationToken: Token);
        Assert.Empty(said);
        // Of given arguments the row is made at once, so that later changes to them don't count.
        await bound.EnqueueAsync(new SendInvoice(1), cancellationToken: Token);
        Assert.Equal(["send_invoice"], said);

        await shop.SaveChangesAsync(Token);

        Assert.Equal(["send_invoice", "before 2", "ship", "after 2"], said);
        Assert.All(await RowsAsync(), row => Assert.Equal(["seen"], row.Tags));
    }

    // river-facts 11.3 topic 13
    [Fact]
    public async Task A_middleware_that_throws_fails_the_save()
    {
        await using var services = NewClient(river => river.Use<Refusing>());
        await using var shop = NewShop();
        shop.Orders.Add(new Order { Customer = "Ada" });
        await services.GetRequiredService<IJobClient>().In(shop).EnqueueAsync(new Ship(1), cancellationToken: Token);

        await Assert.ThrowsAsync<NotSupportedException>(() => shop.SaveChangesAsync(Token));

        Assert.Equal(0, await OrdersAsync());
        Assert.Empty(await RowsAsync());
    }

    private sealed class Saying(List<string> said) : IInsertMiddleware, IInsertBeginHook
    {
        public async Task<IReadOnlyList<EnqueueResult>> InvokeAsync(IReadOnlyList<JobRequest> jobs, InsertNext next, CancellationToken cancellationToken)
        {
            said.Add($"before {jobs.Count}");
            var results = await next(jobs, cancellationToken);
            said.Add($"after {results.Count}");
            return results;
        }

        public void InsertBegin(InsertContext context)
        {
            said.Add(context.Kind);
            context.Tags = ["seen"];
        }
    }

    private sealed class Refusing : IInsertMiddleware
    {
        public Task<IReadOnlyList<EnqueueResult>> InvokeAsync(IReadOnlyList<JobRequest> jobs, InsertNext next, CancellationToken cancellationToken) =>
            throw new NotSupportedException("not now");
    }

    /// <summary>Fails the first commit as a database does that goes away before it, once the jobs were inserted.</summary>
    private sealed class FailFirstCommit : DbTransactionInterceptor
    {
        public List<long> JobsAtCommits { get; } = [];

        public override InterceptionResult TransactionCommitting(DbTransaction transaction, TransactionEventData eventData, InterceptionResult result)
        {
            Count(transaction);
            return result;
        }

        public override ValueTask<InterceptionResult> TransactionCommittingAsync(DbTransaction transaction, TransactionEventData eventData, InterceptionResult result, CancellationToken cancellationToken = default)
        {
            Count(transaction);
            return ValueTask.FromResult(result);
        }

        private void Count(DbTransaction transaction)
        {
            using var command = transaction.Connection!.CreateCommand();
            command.Transaction = transaction;
            command.CommandText = "SELECT count(*) FROM river_job";
            JobsAtCommits.Add((long)command.ExecuteScalar()!);
            if (JobsAtCommits.Count == 1)
                throw new TimeoutException("The commit got lost on its way.");
        }
    }
}
