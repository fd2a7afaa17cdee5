using River;
using Xunit;

[assembly: Queue("mail")]

namespace Shop.Tests;

[Job(Queue = "mail")]
public sealed partial record SendInvoice(long OrderId);

[Job(Queue = "mail")]
public sealed partial record Remind(long OrderId);

public sealed class SendInvoiceWorker : IWorker<SendInvoice>
{
    public Task WorkAsync(Job<SendInvoice> job, CancellationToken cancellationToken)
    {
        if (job.Args.OrderId < 0)
            throw job.Cancel("there is no such order");
        job.Then(new Remind(job.Args.OrderId), new() { Delay = TimeSpan.FromDays(14) });
        return Task.CompletedTask;
    }
}

public sealed class SendInvoiceTests
{
    [Fact]
    public async Task An_invoice_is_followed_by_a_reminder()
    {
        var job = TestJob.For(new SendInvoice(42));

        await new SendInvoiceWorker().WorkAsync(job, TestContext.Current.CancellationToken);

        Assert.Equal(new Remind(42), Assert.Single(job.FollowUps).Args);
    }

    [Fact]
    public Task An_invoice_of_no_order_is_cancelled() =>
        Assert.ThrowsAnyAsync<JobControlException>(() => new SendInvoiceWorker().WorkAsync(TestJob.For(new SendInvoice(-1)), CancellationToken.None));
}
