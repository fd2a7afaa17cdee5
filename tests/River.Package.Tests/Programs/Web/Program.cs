using River;

[assembly: Queue("mail", MaxWorkers = 5)]

var builder = WebApplication.CreateBuilder(args);
builder.Logging.SetMinimumLevel(LogLevel.Warning);
builder.Services.AddRiver(river => river.UseSqlite("Data Source=web.db").MigrateOnStart().AddJobs());
await using var app = builder.Build();
app.MapPost("/orders/{id:long}", async (long id, IJobClient jobs, CancellationToken cancellationToken) =>
{
    var enqueued = await jobs.EnqueueSendInvoiceAsync(id, cancellationToken: cancellationToken);
    return Results.Accepted($"/jobs/{enqueued.Job.Id}");
});
await app.StartAsync();

// The request that a customer would send.
using var http = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
using var answer = await http.PostAsync(new Uri("/orders/42", UriKind.Relative), content: null);
Console.WriteLine($"answered {(int)answer.StatusCode}");
await app.WaitForShutdownAsync();

[Job(Queue = "mail")]
public sealed partial record SendInvoice(long OrderId);

public sealed class SendInvoiceWorker(IHostApplicationLifetime lifetime) : IWorker<SendInvoice>
{
    public Task WorkAsync(Job<SendInvoice> job, CancellationToken cancellationToken)
    {
        Console.WriteLine($"invoice of order {job.Args.OrderId} on {job.Queue}");
        lifetime.StopApplication();
        return Task.CompletedTask;
    }
}
