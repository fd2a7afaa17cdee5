using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace River.EntityFrameworkCore.Tests;

/// <summary>A database with the shop's and River's tables, and an insert-only client on it.</summary>
public abstract class ShopTest(ShopDatabase database) : IAsyncLifetime
{
    private ServiceProvider _services = null!;

    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    protected ShopDatabase Database => database;

    protected IJobClient Jobs { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        await database.CreateAsync(Token);
        _services = NewClient();
        Jobs = _services.GetRequiredService<IJobClient>();
        Assert.Empty(await Jobs.ListAsync(cancellationToken: Token));
        await using var shop = NewShop();
        await shop.Database.ExecuteSqlRawAsync(shop.Database.GenerateCreateScript(), Token);
    }

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        await database.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>A client that only inserts.</summary>
    protected ServiceProvider NewClient(Action<RiverBuilder>? more = null) => new ServiceCollection()
        .AddLogging()
        .AddRiverClient(river =>
        {
            database.Use(river).MigrateOnStart().AddJobs();
            more?.Invoke(river);
        })
        .BuildServiceProvider();

    protected DbContextOptions<Shop> Options(bool takesJobs = true, bool retries = false, Action<DbContextOptionsBuilder<Shop>>? more = null)
    {
        var options = new DbContextOptionsBuilder<Shop>();
        database.Use(options, retries);
        if (takesJobs)
            options.UseRiver();
        more?.Invoke(options);
        return options.Options;
    }

    protected Shop NewShop(bool retries = false, Action<DbContextOptionsBuilder<Shop>>? more = null) => new(Options(takesJobs: true, retries, more));

    /// <summary>A context on a connection of the application's.</summary>
    protected Shop NewShop(DbConnection connection)
    {
        var options = new DbContextOptionsBuilder<Shop>().UseRiver();
        database.Use(options, connection);
        return new Shop(options.Options);
    }

    protected async Task<IReadOnlyList<JobRow>> RowsAsync() => await Jobs.ListAsync(cancellationToken: Token);

    protected async Task<int> OrdersAsync()
    {
        await using var shop = NewShop();
        return await shop.Orders.CountAsync(Token);
    }
}
