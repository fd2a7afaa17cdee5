using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using River.TestSupport.Time;

namespace River.EntityFrameworkCore.Tests;

/// <summary>Saves and workers with contexts at one time on one database.</summary>
public abstract class WorkTests(ShopDatabase database) : ShopTest(database)
{
    // river-facts 11.3 topic 31
    [Fact]
    public async Task Contexts_that_save_and_workers_that_complete_in_theirs_get_along()
    {
        const int Orders = 12;
        var builder = Host.CreateApplicationBuilder();
        builder.Services.AddDbContext<Shop>(options =>
        {
            Database.Use(options, retries: false);
            options.UseRiver();
        });
        builder.Services.AddRiver(river => Database.Use(river).AddJobs().Work("default", maxWorkers: 3));
        using var host = builder.Build();
        await host.StartAsync(Token);

        var jobs = host.Services.GetRequiredService<IJobClient>();
        await Parallel.ForEachAsync(Enumerable.Range(0, Orders), new ParallelOptions { MaxDegreeOfParallelism = 3, CancellationToken = Token }, async (number, token) =>
        {
            await using var shop = NewShop();
            var order = new Order { Customer = $"customer {number}" };
            shop.Orders.Add(order);
            await jobs.In(shop).EnqueueAsync(() => new SendInvoice(order.Id), cancellationToken: token);
            await shop.SaveChangesAsync(token);
        });

        var incomplete = new JobFilter { States = JobStates.Incomplete };
        await Eventually.Async(async () => (await Jobs.ListAsync(incomplete, Token)).Count == 0, TimeSpan.FromMinutes(3), Token);
        await host.StopAsync(Token);
        await using var after = NewShop();
        Assert.All(await after.Orders.ToListAsync(Token), order => Assert.Equal(1, order.Invoices));
        var rows = await RowsAsync();
        Assert.Equal((Orders, Orders), (rows.Count(row => row.Kind == "send_invoice"), rows.Count(row => row.Kind == "ship")));
        Assert.All(rows, row => Assert.Equal((JobState.Completed, 1, 0), (row.State, row.Attempt, row.Errors.Count)));
    }
}
