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

    [Theory]
    [InlineData("var order = await db.Orders.Select(one => new Order { Count = one.Count }).FirstAsync(); order.Paid = true;")]
    [InlineData("var order = db.ReadOnly.First(); order.Paid = true;")]
    [InlineData("var order = db.Orders.First().Clone(); order.Paid = true;")]
    [InlineData("var order = db.Loaded<Order>(); order.Paid = true;")]
    [InlineData("var order = db.Orders.First(); order.IsShown = true;")]
    [InlineData("var order = db.Orders.First(); order = new Order(); order.Paid = true;")]
    [InlineData("var query = db.Orders.Where(one => one.Paid); query = query.AsNoTracking(); foreach (var order in query) order.Paid = true;")]
    [InlineData("db.Entry(new Order()).State = EntityState.Detached;")]
    [InlineData("db.Entry(new Order()).State = EntityState.Unchanged;")]
    public Task Beside_copies_and_what_is_not_stored_it_is_fine(string change) => ReportsAsync(Entities(
        change + "\nawait jobs.EnqueuePingAsync(1);\nawait db.SaveChangesAsync();"));

    [Theory]
    [InlineData("if (!order!.Paid) { order.Paid = true; await db.SaveChangesAsync(); }")]
    [InlineData("if (!order!.Paid) { order.Paid = true; await db.SaveChangesAsync(); return; }")]
    [InlineData("if (order!.Count < 0) { order.Paid = true; return; }")]
    [InlineData("if (order!.Count < 0) { order.Paid = true; throw new InvalidOperationException(); }")]
    [InlineData("switch (order!.Count) { case 1: order.Paid = true; await db.SaveChangesAsync(); break; case 2: order.Paid = true; return; }")]
    [InlineData("foreach (var id in new[] { 1, 2 }) { order!.Count += id; await db.SaveChangesAsync(); }")]
    [InlineData("using (new CancellationTokenSource()) { order!.Paid = true; await db.SaveChangesAsync(); }")]
    [InlineData("try { Console.WriteLine(); } catch (InvalidOperationException) { order!.Paid = true; await db.SaveChangesAsync(); }")]
    [InlineData("order!.Paid = true; try { await db.SaveChangesAsync(); } catch (DbUpdateConcurrencyException) { return; }")]
    [InlineData("order!.Paid = true; try { Console.WriteLine(); } finally { await db.SaveChangesAsync(); }")]
    [InlineData("order!.Paid = true; using (new CancellationTokenSource()) { await db.SaveChangesAsync(); }")]
    public Task Behind_a_branch_that_saves_or_leaves_it_is_fine(string change) => ReportsAsync(Entities(
        "var order = await db.Orders.FindAsync(1L);\n" + change + "\nawait jobs.EnqueuePingAsync(1);\norder!.Count++;\nawait db.SaveChangesAsync();"));

    [Theory]
    [InlineData("if (order!.Count < 0) order.Paid = true;")]
    [InlineData("order!.Paid = true; if (order.Count < 0) { await db.SaveChangesAsync(); return; }")]
    [InlineData("foreach (var id in new[] { 1, 2 }) { if (id > 1) { order!.Count = id; break; } }")]
    [InlineData("try { order!.Paid = true; } finally { Console.WriteLine(); }")]
    [InlineData("order!.Paid = true; try { Console.WriteLine(); } catch (InvalidOperationException) { await db.SaveChangesAsync(); }")]
    public Task Behind_a_branch_that_changes_and_goes_on_it_is_reported(string change) => ReportsAsync(Entities(
        "var order = await db.Orders.FindAsync(1L);\n" + change + "\nawait jobs.[|EnqueuePingAsync|](1);\norder!.Count++;\nawait db.SaveChangesAsync();"));

    [Theory]
    [InlineData("foreach (var order in await db.Orders.ToListAsync()) { if (order.Count < 0) { order.Paid = true; continue; } await jobs.{|RIVER025:EnqueuePingAsync|}(1); }")]
    [InlineData("foreach (var order in await db.Orders.ToListAsync()) { order.Paid = true; await jobs.{|RIVER025:[|EnqueuePingAsync|]|}(1); }")]
    [InlineData("await foreach (var order in db.Orders.AsAsyncEnumerable()) { order.Paid = true; await jobs.[|EnqueuePingAsync|](1); }")]
    [InlineData("var orders = await db.Orders.ToListAsync(); foreach (var order in orders) order.Paid = true; await jobs.[|EnqueuePingAsync|](1);")]
    [InlineData("if (await db.FindAsync<Order>(1L) is { } order) { order.Paid = true; await jobs.[|EnqueuePingAsync|](1); }")]
    [InlineData("if (await db.Orders.FindAsync(1L) is not Order order) return; order.Paid = true; await jobs.[|EnqueuePingAsync|](1);")]
    public Task Entities_of_a_loop_or_a_pattern_are_known(string code) => ReportsAsync(Entities(code + "\nawait db.SaveChangesAsync();"));

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

    [Fact]
    public Task The_fix_binds_the_client_to_a_transaction_of_SQLite() => FixesAsync(Local("jobs.[|EnqueueAsync|]"), Local("jobs.In(transaction).EnqueueAsync"));

    private static Code Local(string call) => Code.Of(
        $$"""
        using Microsoft.Data.Sqlite;
        [Job] public sealed partial record Ping(long Id);

        public sealed class Service(IJobClient jobs)
        {
            public async Task RunAsync(SqliteConnection connection)
            {
                using SqliteTransaction transaction = connection.BeginTransaction();
                await {{call}}(new Ping(1));
                await transaction.CommitAsync();
            }
        }
        """);

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
        public sealed class Order
        {
            public bool Paid { get; set; }
            public int Count { get; set; }
            [System.ComponentModel.DataAnnotations.Schema.NotMapped] public bool IsShown { get; set; }
        }
        public sealed class ShopContext : DbContext
        {
            public DbSet<Order> Orders => Set<Order>();
            public IQueryable<Order> ReadOnly => Orders.AsNoTracking();
            public T Loaded<T>() where T : new() => new();
        }
        public static class Copies { public static Order Clone(this Order order) => new() { Count = order.Count }; }

        public sealed class Service(IJobClient jobs, ShopContext db)
        {
            public async Task RunAsync()
            {
                {{statements.Replace("\n", "\n        ", StringComparison.Ordinal)}}
            }
        }
        """);
}
