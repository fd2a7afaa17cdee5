using Microsoft.EntityFrameworkCore;
using River;
using River.TestSupport.Postgres;

[assembly: AssemblyFixture(typeof(PostgresFixture))]
[assembly: Queue("default")]

namespace River.EntityFrameworkCore.Tests;

[Job]
public sealed partial record SendInvoice(long OrderId, long LineId = 0);

[Job, Unique(Args = true)]
public sealed partial record Ship(long OrderId);

/// <summary>Changes the order and completes its job in one transaction.</summary>
public sealed class SendInvoiceWorker(Shop shop) : IWorker<SendInvoice>
{
    public async Task WorkAsync(Job<SendInvoice> job, CancellationToken cancellationToken)
    {
        await using var transaction = await shop.Database.BeginTransactionAsync(cancellationToken);
        var order = await shop.Orders.SingleAsync(order => order.Id == job.Args.OrderId, cancellationToken);
        order.Invoices++;
        await job.Client.In(shop).EnqueueAsync(new Ship(order.Id), cancellationToken: cancellationToken);
        await shop.SaveChangesAsync(cancellationToken);
        await job.CompleteAsync(shop, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }
}

public sealed class ShipWorker : IWorker<Ship>
{
    public Task WorkAsync(Job<Ship> job, CancellationToken cancellationToken) => Task.CompletedTask;
}

public sealed class Order
{
    public long Id { get; private set; }

    public required string Customer { get; set; }

    public int Invoices { get; set; }

    public List<Line> Lines { get; } = [];
}

public sealed class Line
{
    public long Id { get; init; }

    public long OrderId { get; init; }

    public required string Product { get; set; }
}

/// <summary>An application's context, on the database that holds River's tables too.</summary>
public sealed class Shop(DbContextOptions<Shop> options) : DbContext(options)
{
    public DbSet<Order> Orders => Set<Order>();

    protected override void OnModelCreating(ModelBuilder modelBuilder) => modelBuilder.Entity<Order>().HasIndex(order => order.Customer).IsUnique();
}
