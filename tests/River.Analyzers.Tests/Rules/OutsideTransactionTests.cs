using River.Analyzers.Tests.Harness;
using Xunit;

namespace River.Analyzers.Tests.Rules;

/// <summary>Against the real assemblies of Npgsql and EF Core.</summary>
public sealed class OutsideTransactionTests() : RuleTest("RIVER024")
{
    private const string EntityClient = "River.EntityFrameworkCore";

    [Fact]
    public Task Beside_a_transaction_of_ADO_NET_it_is_reported() => ReportsAsync(Service(
        """
        await using (var one = await connection.BeginTransactionAsync(token).ConfigureAwait(false))
        {
            await jobs.[|EnqueueAsync|](new Ping(1), cancellationToken: token);
            await one.CommitAsync(token);
        }

        using DbTransaction two = other.BeginTransaction();
        if (token.CanBeCanceled)
        {
            await jobs.[|EnqueuePingAsync|](1, transaction: null, cancellationToken: token);
            await job.Client.[|EnqueueManyAsync|]([new Ping(1)]);
        }
        var client = jobs;
        await client.[|EnqueueBulkAsync|]([]);
        if (token.IsCancellationRequested)
        {
            two.Rollback();
            return;
        }
        two.Commit();
        await jobs.EnqueueAsync(new Ping(1));
        """));

    [Fact]
    public Task The_message_names_the_transaction_and_the_way_in() => SaysAsync(
        Service(
            """
            await using var transaction = await connection.BeginTransactionAsync(token);
            await jobs.[|EnqueuePingAsync|](1);
            await transaction.CommitAsync(token);
            """),
        "'Ping'", "outside the transaction", "'CommitAsync'", "'In(transaction)'");

    [Fact]
    public Task What_is_bound_is_fine() => ReportsAsync(Service(
        """
        await using var transaction = await connection.BeginTransactionAsync(token);
        var bound = jobs.In(transaction);
        await bound.EnqueueAsync(new Ping(1));
        await jobs.In(transaction).EnqueueManyAsync([new Ping(1)]);
        await jobs.EnqueuePingAsync(1, transaction: transaction);
        await ClientAsync(transaction).EnqueueAsync(new Ping(1));
        job.Then(new Ping(1));
        await transaction.CommitAsync(token);
        """));

    [Fact]
    public Task Before_behind_and_apart_from_a_transaction_is_fine() => ReportsAsync(Service(
        """
        await jobs.EnqueueAsync(new Ping(1));
        await using var transaction = await connection.BeginTransactionAsync(token);
        Func<Task> later = () => jobs.EnqueueAsync(new Ping(1));
        try
        {
            await transaction.CommitAsync(token);
        }
        catch (NpgsqlException)
        {
            await jobs.EnqueueAsync(new Ping(1));
            await transaction.RollbackAsync(token);
            throw;
        }
        await jobs.EnqueueAsync(new Ping(2));
        await using var handedOn = await connection.BeginTransactionAsync(token);
        await jobs.EnqueueAsync(new Ping(3));
        await StoreAsync(handedOn);
        """));

    [Fact]
    public Task A_transaction_that_cannot_hold_a_job_is_fine() => IsSilentAsync(
        """
        [Job] public sealed partial record Ping(long Id);
        public sealed class OtherConnection { public OtherTransaction BeginTransaction() => new(); }
        public sealed class OtherTransaction { public void Commit() { } }

        public sealed class Service(IJobClient jobs)
        {
            public async Task RunAsync(OtherConnection connection)
            {
                var transaction = connection.BeginTransaction();
                await jobs.EnqueueAsync(new Ping(1));
                transaction.Commit();
            }
        }
        """);

    [Fact]
    public Task Beside_what_a_context_of_EF_Core_stores_it_is_reported() => ReportsAsync(Entities(
        """
        db.Orders.Add(new Order());
        await jobs.[|EnqueuePingAsync|](1);
        await db.SaveChangesAsync();

        foreach (var id in new[] { 1, 2 })
            db.Set<Order>().Remove(new Order());
        await jobs.[|EnqueuePingAsync|](2);
        db.SaveChanges();

        await using (var transaction = await db.Database.BeginTransactionAsync())
        {
            await db.SaveChangesAsync();
            await jobs.[|EnqueuePingAsync|](3);
            await transaction.CommitAsync();
        }

        await db.Database.BeginTransactionAsync();
        await jobs.[|EnqueuePingAsync|](4);
        await db.Database.CommitTransactionAsync();
        """));

    [Theory]
    [InlineData("var order = await db.Orders.FindAsync(1L) ?? throw new InvalidOperationException(); order.Paid = true;")]
    [InlineData("var order = await db.Orders.Where(one => one.Count > 1).OrderBy(one => one.Count).FirstAsync(); order.Count += 2;")]
    [InlineData("var order = db.Set<Order>().Single(); order.Count++;")]
    [InlineData("var order = await db.FindAsync<Order>(1L).ConfigureAwait(false); order!.Paid = true;")]
    [InlineData("db.Entry(new Order()).State = EntityState.Modified;")]
    public Task Beside_an_entity_that_was_read_and_changed_it_is_reported(string change) => ReportsAsync(Entities(
        change + "\nawait jobs.[|EnqueuePingAsync|](1);\nawait db.SaveChangesAsync();\nawait jobs.EnqueuePingAsync(2);"));

    [Theory]
    [InlineData("var order = await db.Orders.AsNoTracking().FirstAsync(); order.Paid = true;")]
    [InlineData("var order = await db.Orders.Select(one => new Shown { Paid = one.Paid }).FirstAsync(); order.Paid = true;")]
    [InlineData("var order = await db.Orders.FirstAsync(); Console.WriteLine(order.Paid);")]
    [InlineData("var order = new Order { Paid = true }; order.Count = 3;")]
    [InlineData("using var other = new ShopContext(); var order = other.Orders.First(); order.Paid = true;")]
    public Task Beside_what_the_context_does_not_track_it_is_fine(string change) => ReportsAsync(Entities(
        change + "\nawait jobs.EnqueuePingAsync(1);\nawait db.SaveChangesAsync();").And("Shown.cs", "public sealed class Shown { public bool Paid { get; set; } }"));

    [Fact]
    public Task Beside_contexts_without_changes_or_of_others_it_is_fine() => ReportsAsync(Entities(
        """
        await jobs.EnqueuePingAsync(1);
        db.Add(new Order());
        await db.SaveChangesAsync();
        await jobs.EnqueuePingAsync(2);
        db.SaveChanges();
        if (db.Orders is null)
            db.Add(new Order());
        else
            await jobs.EnqueuePingAsync(3);
        new List<int>().Add(1);
        await jobs.EnqueuePingAsync(4);
        using var another = new ShopContext();
        another.SaveChanges();
        """));

    [Fact]
    public Task The_fix_binds_the_client() => FixesAsync(
        Service(
            """
            await using var transaction = await connection.BeginTransactionAsync(token);
            await jobs.[|EnqueueAsync|](new Ping(1), cancellationToken: token);
            await job.Client
                .[|EnqueuePingAsync|](1);
            await transaction.CommitAsync(token);
            """),
        Service(
            """
            await using var transaction = await connection.BeginTransactionAsync(token);
            await jobs.In(transaction).EnqueueAsync(new Ping(1), cancellationToken: token);
            await job.Client.In(transaction)
                .EnqueuePingAsync(1);
            await transaction.CommitAsync(token);
            """));

    [Fact]
    public Task Beside_what_EF_Core_does_in_a_strategy_or_at_an_isolation_level_it_is_reported() => ReportsAsync(Entities(
        """
        await db.Database.CreateExecutionStrategy().ExecuteAsync(async () =>
        {
            await using var transaction = await db.Database.BeginTransactionAsync();
            db.Orders.Add(new Order());
            await db.SaveChangesAsync();
            await jobs.[|EnqueuePingAsync|](1);
            await transaction.CommitAsync();
        });
        await db.Database.CreateExecutionStrategy().ExecuteInTransactionAsync(
            async token =>
            {
                await db.Orders.AddAsync(new Order(), token);
                await jobs.[|EnqueuePingAsync|](2, cancellationToken: token);
                await db.SaveChangesAsync(acceptAllChangesOnSuccess: false, token);
            },
            _ => Task.FromResult(true),
            CancellationToken.None);

        await db.Database.BeginTransactionAsync(System.Data.IsolationLevel.Serializable);
        await jobs.[|EnqueuePingAsync|](3);
        await db.Database.CommitTransactionAsync();

        using var other = db.Database.BeginTransaction(System.Data.IsolationLevel.Serializable);
        await jobs.[|EnqueuePingAsync|](4);
        other.Commit();
        """));

    [Fact]
    public Task What_is_bound_to_a_context_is_fine() => ReportsAsync(Entities(
        """
        db.Orders.Add(new Order());
        await jobs.In(db).EnqueueAsync(() => new Ping(1));
        await db.SaveChangesAsync();

        var bound = jobs.In(db);
        await using var transaction = await db.Database.BeginTransactionAsync();
        db.Add(new Order());
        await bound.EnqueuePingAsync(2);
        await jobs.In(db).EnqueueManyAsync([new Ping(3)]);
        await jobs.In(transaction.GetDbTransaction()).EnqueuePingAsync(4);
        await jobs.EnqueuePingAsync(5, transaction: transaction.GetDbTransaction());
        await db.SaveChangesAsync();
        await transaction.CommitAsync();

        await db.Database.CreateExecutionStrategy().ExecuteAsync(async () =>
        {
            await using var inner = await db.Database.BeginTransactionAsync();
            await jobs.In(db).EnqueuePingAsync(6);
            await inner.CommitAsync();
        });
        """));

    [Fact]
    public Task The_fix_binds_to_a_context() => FixesAsync(
        Entities(
            """
            db.Add(new Order());
            await jobs.[|EnqueuePingAsync|](3);
            await db.SaveChangesAsync();
            await using var transaction = await db.Database.BeginTransactionAsync();
            await jobs.[|EnqueueAsync|](new Ping(4));
            await transaction.CommitAsync();
            """),
        Entities(
            """
            db.Add(new Order());
            await jobs.In(db).EnqueuePingAsync(3);
            await db.SaveChangesAsync();
            await using var transaction = await db.Database.BeginTransactionAsync();
            await jobs.In(db).EnqueueAsync(new Ping(4));
            await transaction.CommitAsync();
            """));

    [Fact]
    public Task Without_the_client_for_EF_Core_the_fix_binds_to_its_transaction() => FixesAsync(
        Entities(
            """
            await using var transaction = await db.Database.BeginTransactionAsync();
            await jobs.[|EnqueuePingAsync|](3);
            await transaction.CommitAsync();
            """).Without(EntityClient),
        Entities(
            """
            await using var transaction = await db.Database.BeginTransactionAsync();
            await jobs.In(transaction.GetDbTransaction()).EnqueuePingAsync(3);
            await transaction.CommitAsync();
            """).Without(EntityClient));

    [Fact]
    public async Task Without_the_client_for_EF_Core_no_fix_is_offered_beside_a_save()
    {
        var code = Entities("db.Add(new Order()); await jobs.[|EnqueuePingAsync|](3); await db.SaveChangesAsync();").Without(EntityClient);
        await ReportsAsync(code);
        Assert.Empty(await OffersAsync(code));
    }

    private static Code Service(string statements) => Code.Of(
        $$"""
        using System.Data.Common;
        using Npgsql;
        [Job] public sealed partial record Ping(long Id);

        public sealed class Service(IJobClient jobs, Func<DbTransaction, Task> store)
        {
            public async Task RunAsync(NpgsqlConnection connection, DbConnection other, Job<Ping> job, CancellationToken token)
            {
                {{statements.Replace("\n", "\n        ", StringComparison.Ordinal)}}
            }

            private IJobClient ClientAsync(DbTransaction transaction) => jobs.In(transaction);

            private Task StoreAsync(DbTransaction transaction) => store(transaction);
        }
        """);

    private static Code Entities(string statements) => Code.Of(
        $$"""
        using Microsoft.EntityFrameworkCore;
        using Microsoft.EntityFrameworkCore.Storage;
        [Job] public sealed partial record Ping(long Id);
        public sealed class Order { public bool Paid { get; set; } public int Count { get; set; } }
        public sealed class ShopContext : DbContext { public DbSet<Order> Orders => Set<Order>(); }

        public sealed class Service(IJobClient jobs, ShopContext db)
        {
            public async Task RunAsync()
            {
                {{statements.Replace("\n", "\n        ", StringComparison.Ordinal)}}
            }
        }
        """);
}
