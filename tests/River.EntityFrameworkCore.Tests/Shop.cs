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

public sealed class Order
{
    public long Id { get; private set; }

    public required string Customer { get; set; }

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
