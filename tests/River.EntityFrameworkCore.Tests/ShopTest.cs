using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Npgsql.EntityFrameworkCore.PostgreSQL.Infrastructure;
using River.TestSupport.Postgres;

namespace River.EntityFrameworkCore.Tests;

/// <summary>A database with the shop's and River's tables, and an insert-only client on it.</summary>
public abstract class ShopTest(PostgresFixture postgres) : IAsyncLifetime
{
    private ServiceProvider _services = null!;

    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    protected string Database { get; private set; } = "";

    protected IJobClient Jobs { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Database = await postgres.CreateDatabaseAsync(cancellationToken: Token);
        _services = new ServiceCollection()
            .AddLogging()
            .AddRiverClient(river => river.UsePostgres(Database).MigrateOnStart().AddJobs())
            .BuildServiceProvider();
        Jobs = _services.GetRequiredService<IJobClient>();
        Assert.Empty(await Jobs.ListAsync(cancellationToken: Token));
        await using var shop = NewShop();
        await shop.Database.ExecuteSqlRawAsync(shop.Database.GenerateCreateScript(), Token);
    }

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        NpgsqlConnection.ClearPool(new NpgsqlConnection(Database));
        GC.SuppressFinalize(this);
    }

    protected DbContextOptions<Shop> Options(Action<NpgsqlDbContextOptionsBuilder>? npgsql = null, Action<DbContextOptionsBuilder<Shop>>? more = null)
    {
        var options = new DbContextOptionsBuilder<Shop>().UseNpgsql(Database, npgsql).UseRiver();
        more?.Invoke(options);
        return options.Options;
    }

    protected Shop NewShop(Action<NpgsqlDbContextOptionsBuilder>? npgsql = null, Action<DbContextOptionsBuilder<Shop>>? more = null) => new(Options(npgsql, more));

    protected async Task<IReadOnlyList<JobRow>> RowsAsync() => await Jobs.ListAsync(cancellationToken: Token);

    protected async Task<int> OrdersAsync()
    {
        await using var shop = NewShop();
        return await shop.Orders.CountAsync(Token);
    }
}
