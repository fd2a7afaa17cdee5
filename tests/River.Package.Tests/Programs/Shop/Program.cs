using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using River;
using Shop.Contracts;

var builder = Host.CreateApplicationBuilder(args);
builder.Services.AddRiver(river => river.UseSqlite("Data Source=shop.db").MigrateOnStart().AddJobs());
using var host = builder.Build();
await host.StartAsync();
await host.Services.GetRequiredService<IJobClient>().EnqueueSendInvoiceAsync(42, note: "überfällig");
await host.WaitForShutdownAsync();

internal sealed class SendInvoiceWorker(IHostApplicationLifetime lifetime) : IWorker<SendInvoice>
{
    public async Task WorkAsync(Job<SendInvoice> job, CancellationToken cancellationToken)
    {
        await job.StepAsync("print", _ =>
        {
            Console.WriteLine($"invoice of order {job.Args.OrderId}, {job.Args.Note}, on {job.Queue}");
            return Task.CompletedTask;
        });
        lifetime.StopApplication();
    }
}
