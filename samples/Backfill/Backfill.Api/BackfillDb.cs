using Microsoft.EntityFrameworkCore;

namespace Backfill.Api;

/// <summary>The API's own tables, in the database that holds River's.</summary>
public sealed class BackfillDb(DbContextOptions<BackfillDb> options) : DbContext(options)
{
    public DbSet<BackfillRequest> Requests => Set<BackfillRequest>();

    protected override void OnModelCreating(ModelBuilder modelBuilder) => modelBuilder.Entity<BackfillRequest>(request =>
    {
        request.ToTable("backfill");
        request.Property(row => row.Id).HasColumnName("id");
        request.Property(row => row.Rows).HasColumnName("rows");
        request.Property(row => row.Copied).HasColumnName("copied");
        request.Property(row => row.ClosedAt).HasColumnName("closed_at");
    });
}

public sealed class BackfillRequest
{
    public long Id { get; private set; }

    public required int Rows { get; init; }

    public int Copied { get; private set; }

    public DateTimeOffset? ClosedAt { get; private set; }
}
